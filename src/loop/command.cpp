#include "loop/command.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/interrupt.hpp"

namespace trigloop::loop {
namespace {

using core::Error;
using core::ErrorCode;

bool is_plain(const std::string& word) {
  constexpr std::string_view special = " \t\n\"'\\$`!*?[]{}()<>|&;#~";
  return !word.empty() && word.find_first_of(special) == word.npos;
}

int open_for_writing(const std::filesystem::path& path, int flags) {
  const std::filesystem::path to = path.empty() ? "/dev/null" : path;
  const int fd = ::open(to.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
  if (fd < 0) throw Error(ErrorCode::output, std::strerror(errno)).file(to.native()).cause(errno);
  return fd;
}

/// Between fork and exec only what is safe there. A child whose parent is gone before it could ask to die with it ends.
[[noreturn]] void become(char* const* words, const char* program, const char* folder, int out, int err, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  if (*folder != 0 && ::chdir(folder) != 0) ::_exit(126);
  ::dup2(out, STDOUT_FILENO);
  if (err >= 0) ::dup2(err, STDERR_FILENO);
  ::signal(SIGPIPE, SIG_DFL);
  ::execv(program, words);
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  bool told = false;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (core::interrupted() && !told) told = ::kill(child, SIGTERM) == 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// A full disk swallows what the child said of it, too.
std::string told(int status, std::string line) {
  if (!line.empty() || status != static_cast<int>(ErrorCode::output)) return line;
  return "its output cannot be written, nor its message: is the disk full?";
}

std::string last_line(const std::filesystem::path& log) {
  if (log.empty() || !std::filesystem::exists(log)) return "";
  std::string text = core::read_text(log);
  while (text.ends_with('\n')) text.pop_back();
  const auto begin = text.rfind('\n');
  return text.substr(begin == text.npos ? 0 : begin + 1, 500);
}

}  // namespace

std::string text_of(const Command& command) {
  std::string text = "trigloop";
  for (const std::string& word : command.words) {
    text += ' ';
    if (is_plain(word)) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
    text += '\'';
  }
  return command.output.empty() ? text : text + " > " + command.output.native();
}

Ended execute(const Command& command, const std::filesystem::path& program) {
  std::vector<char*> words{const_cast<char*>("trigloop")};
  for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  std::filesystem::path partial = command.output;
  if (!partial.empty()) partial += ".partial";
  const int out = open_for_writing(partial, O_TRUNC);
  const int err = command.log.empty() ? -1 : open_for_writing(command.log, O_APPEND);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(words.data(), program.c_str(), command.folder.c_str(), out, err, parent);
  const int status = child < 0 ? 126 : wait_for(child);
  const bool durable = ::fsync(out) == 0 || partial.empty();
  ::close(out);
  if (err >= 0) ::close(err);
  core::stop_if_interrupted();
  if (status != 0 || !durable) {
    const int code = durable ? status : static_cast<int>(ErrorCode::output);
    return {code, told(code, last_line(command.log))};
  }
  if (!partial.empty()) std::filesystem::rename(partial, command.output);
  return {};
}

}  // namespace trigloop::loop
