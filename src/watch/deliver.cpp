#include "watch/deliver.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include "core/error.hpp"
#include "watch/report.hpp"

extern char** environ;

namespace trigloop::watch {
namespace {

using Clock = std::chrono::steady_clock;
constexpr unsigned patience = 30;  // seconds for a command

/// While it lives, a pipe that nobody reads is an error of write(), not a signal.
class BrokenPipesAreErrors {
 public:
  BrokenPipesAreErrors() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~BrokenPipesAreErrors() {
    const timespec at_once{};
    while (::sigtimedwait(&pipe_, nullptr, &at_once) > 0) continue;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  BrokenPipesAreErrors(const BrokenPipesAreErrors&) = delete;
  BrokenPipesAreErrors& operator=(const BrokenPipesAreErrors&) = delete;

 private:
  sigset_t pipe_, before_;
};

/// Starts the command in a process group of its own, so that all it starts can be ended.
pid_t start(const std::string& command, int input) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);  // our output is for results
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;  // signals that we ignore are not ignored by the command
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  const char* words[] = {"sh", "-c", command.c_str(), nullptr};
  pid_t child = -1;
  const int error = ::posix_spawn(&child, "/bin/sh", &actions, &attributes, const_cast<char**>(words), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw core::Error(core::ErrorCode::internal, "cannot start /bin/sh").cause(error);
  return child;
}

/// Writes what the command takes; it may not want its input.
void feed(int pipe, const std::string& input, Clock::time_point end) {
  const BrokenPipesAreErrors guard;
  std::size_t written = 0;
  while (written < input.size() && Clock::now() < end) {
    pollfd ready{pipe, POLLOUT, 0};
    if (::poll(&ready, 1, 100) == 0) continue;
    const ssize_t n = ::write(pipe, input.data() + written, input.size() - written);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return;
    if (n > 0) written += static_cast<std::size_t>(n);
  }
}

int wait_for(pid_t child, Clock::time_point end) {
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() >= end) {
      ::kill(-child, SIGKILL);
      ::waitpid(child, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int run_with_input(const std::string& command, const std::string& input, unsigned seconds) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw core::Error(core::ErrorCode::internal, "cannot make a pipe").cause(errno);
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  const pid_t child = start(command, ends[0]);
  ::close(ends[0]);
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  feed(ends[1], input, end);
  ::close(ends[1]);
  return wait_for(child, end);
}

Send by_command(std::string command) {
  return [command = std::move(command)](const Alarm& alarm) -> std::string {
    const int status = run_with_input(command, alarm_json(alarm) + "\n", patience);
    if (status == 0) return "";
    return "the command for alarm " + std::to_string(alarm.number) + " ended with " + std::to_string(status) +
           "; it is tried again";
  };
}

std::uint64_t deliver(const std::vector<Alarm>& alarms, std::uint64_t delivered, const Send& send,
                      std::string& failure) {
  for (; delivered < alarms.size(); ++delivered) {
    const std::string why = send(alarms[delivered]);
    if (why.empty()) continue;
    failure += (failure.empty() ? "" : "\n") + why;
    break;
  }
  return delivered;
}

}  // namespace trigloop::watch
