#include "tune/run/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "core/file.hpp"
#include "tune/run/command.hpp"

extern char** environ;

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr std::size_t longest_line = 1u << 20;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::output, what + ": " + std::strerror(errno)).cause(errno);
}

int signal_number(const std::string& name) {
  static const std::map<std::string, int, std::less<>> numbers{
      {"TERM", SIGTERM}, {"INT", SIGINT}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"HUP", SIGHUP}};
  return numbers.at(name);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

/// Between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* argv, char* const* environment, int output, int log) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a worker that is killed takes its trials with it: others will go on with them
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGTSTP, SIGUSR2}) ::signal(number, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, 0);
  ::dup2(output, 1);
  ::dup2(log, 2);
  ::execvpe(argv[0], argv, environment);
  const char* const reason = std::strerror(errno);
  ssize_t ignored = ::write(2, reason, std::strlen(reason));
  ignored = ::write(2, "\n", 1);
  ::_exit(ignored == 1 ? 127 : 126);
}

}  // namespace

fs::path trial_folder(const StudyFile& study, std::int64_t number) { return study.folder / std::to_string(number); }

Process::Process(const StudyFile& study, const Trial& trial, const std::string& gpus)
    : study_(study), folder_(fs::absolute(trial_folder(study, trial.number))) {
  for (const Metric& metric : study.metrics) metrics_.push_back(metric.name);
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) throw Error(ErrorCode::output, "cannot make the folder: " + failed.message()).file(folder_.native());
  core::write_file(folder_ / "parameters.json", parameters_json(trial) + "\n");
  start(trial, gpus);
}

void Process::start(const Trial& trial, const std::string& gpus) {
  std::vector<std::string> words = command_words(study_, trial);
  std::vector<std::string> environment = trial_environment(study_, trial, folder_, gpus);
  const auto argv = pointers(words), envp = pointers(environment);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("cannot make a pipe");
  log_ = ::open((folder_ / "log.txt").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  output_ = pipe[0];
  ::fcntl(output_, F_SETFL, O_NONBLOCK);
  child_ = log_ < 0 ? -1 : ::fork();
  if (child_ == 0) become(argv.data(), envp.data(), pipe[1], log_);
  const int reason = errno;
  ::close(pipe[1]);
  if (child_ < 0) {
    ::close(output_);
    errno = reason;
    fail("cannot start a trial");
  }
  ::setpgid(child_, child_);  // here, too: whichever comes first
  ended_ = static_cast<int>(::syscall(SYS_pidfd_open, child_, 0));
}

Process::~Process() {
  if (child_ > 0) {
    signal(SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  for (const int fd : {ended_, output_, log_})
    if (fd >= 0) ::close(fd);
}

void Process::signal(int number) const {
  if (child_ > 0) ::kill(-child_, number);
}

std::vector<int> Process::descriptors() const {
  std::vector<int> all;
  for (const int fd : {ended_, output_})
    if (fd >= 0) all.push_back(fd);
  return all;
}

void Process::take_line(const std::string& line, std::vector<Measurement>& measurements) const {
  for (Measurement& one : parse_measurements(line, metrics_)) measurements.push_back(std::move(one));
}

void Process::read_output(std::vector<Measurement>& measurements) {
  std::array<char, 65536> bytes;
  while (output_ >= 0) {
    const ssize_t n = ::read(output_, bytes.data(), bytes.size());
    if (n < 0) return;
    if (n == 0) {
      if (!rest_.empty()) take_line(std::exchange(rest_, {}), measurements);
      ::close(std::exchange(output_, -1));
      return;
    }
    std::string_view view(bytes.data(), static_cast<std::size_t>(n));
    [[maybe_unused]] const ssize_t logged = ::write(log_, view.data(), view.size());
    for (std::size_t cut; (cut = view.find('\n')) != view.npos; view.remove_prefix(cut + 1)) {
      rest_.append(view.substr(0, cut));
      take_line(std::exchange(rest_, {}), measurements);
    }
    if (rest_.size() + view.size() < longest_line) rest_.append(view);
  }
}

void Process::read_file(std::vector<Measurement>& measurements) {
  if (study_.metrics_file.empty()) return;
  std::ifstream file(folder_ / study_.metrics_file, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(file_at_));
  for (std::string line; std::getline(file, line) && !file.eof();) {
    file_at_ += line.size() + 1;
    take_line(line, measurements);
  }
}

std::optional<TrialEnd> Process::reaped() {
  int status = 0;
  if (::waitpid(child_, &status, WNOHANG) != child_) return {};
  signal(SIGKILL);  // what it left running
  child_ = -1;
  using How = TrialEnd::How;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return TrialEnd{How::complete};
  if (stopping_ || (WIFEXITED(status) && WEXITSTATUS(status) == checkpoint_exit)) return TrialEnd{How::saved};
  if (WIFEXITED(status)) return TrialEnd{How::failed, "exit code " + std::to_string(WEXITSTATUS(status))};
  return TrialEnd{How::failed, std::string("signal ") + ::strsignal(WTERMSIG(status))};
}

std::optional<TrialEnd> Process::take(std::vector<Measurement>& measurements) {
  if (stopping_ && Clock::now() > kill_at_) signal(SIGKILL);
  auto end = reaped();
  read_output(measurements);
  read_file(measurements);
  return end;
}

void Process::stop() {
  if (stopping_) return;
  stopping_ = true;
  kill_at_ = Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(study_.stop_seconds * 1000));
  signal(signal_number(study_.stop_signal));
  signal(SIGCONT);
}

void Process::pause(bool still) { signal(still ? SIGSTOP : SIGCONT); }

}  // namespace trigloop::tune
