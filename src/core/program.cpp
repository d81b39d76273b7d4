#include "core/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "core/error.hpp"
#include "core/interrupt.hpp"

extern char** environ;

namespace trigloop::core {
namespace {

/// Starts the program in a process group of its own, its output into `out`.
pid_t start(const std::filesystem::path& program, const std::vector<std::string>& words,
            const std::filesystem::path& folder, int out) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
  if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;  // signals that we ignore are not ignored by the program
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, program.c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0)
    throw Error(ErrorCode::not_found, std::string("cannot be run: ") + std::strerror(error)).file(words[0]);
  return child;
}

bool is_over(const ProgramLimits& limits) {
  return limits.deadline && std::chrono::steady_clock::now() >= *limits.deadline;
}

/// Everything until the other end closes; false if the program is to be ended.
bool read_all(int in, std::string& text, const ProgramLimits& limits) {
  std::array<char, 1 << 14> block;
  while (true) {
    if (interrupted() || limits.stop.stop_requested() || is_over(limits)) return false;
    pollfd ready{in, POLLIN, 0};
    if (::poll(&ready, 1, 200) <= 0) continue;
    const ssize_t got = ::read(in, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text.append(block.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

std::optional<std::filesystem::path> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (::access(name.c_str(), X_OK) == 0) return std::filesystem::absolute(name);
    return {};
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path candidate = std::filesystem::path(folder.empty() ? "." : folder) / name;
    if (::access(candidate.c_str(), X_OK) == 0 && !std::filesystem::is_directory(candidate)) return candidate;
  }
  return {};
}

ProgramResult run_program(const std::vector<std::string>& words, const std::filesystem::path& folder,
                          const ProgramLimits& limits) {
  const auto program = find_program(words.at(0));
  if (!program) throw Error(ErrorCode::not_found, "is not installed").file(words[0]);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorCode::internal, std::string("no pipe: ") + std::strerror(errno));
  ProgramResult result;
  pid_t child = -1;
  try {
    child = start(*program, words, folder, ends[1]);
  } catch (...) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  ::close(ends[1]);
  const bool finished = read_all(ends[0], result.output, limits);
  ::close(ends[0]);
  if (!finished) ::kill(-child, SIGTERM);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  stop_if_interrupted();
  if (!finished && limits.stop.stop_requested()) throw Error(ErrorCode::interrupted, "was ended").file(words[0]);
  if (!finished) throw Error(ErrorCode::limit, "was ended at the time limit").file(words[0]);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

std::string run_tool(const std::vector<std::string>& words, const std::filesystem::path& folder,
                     const ProgramLimits& limits) {
  ProgramResult result = run_program(words, folder, limits);
  if (result.status == 0) return std::move(result.output);
  constexpr std::size_t shown = 2000;
  const std::string end =
      result.output.size() > shown ? result.output.substr(result.output.size() - shown) : result.output;
  throw Error(ErrorCode::internal, "failed with status " + std::to_string(result.status) + ": " + end).file(words[0]);
}

}  // namespace trigloop::core
