#include "test/support/support.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace trigloop::test {
namespace fs = std::filesystem;

TempDir::TempDir() {
  std::string pattern = (fs::temp_directory_path() / "trigloop-test-XXXXXX").native();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a scratch folder");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path project_root() { return TRIGLOOP_SOURCE_DIR; }

fs::path program() { return TRIGLOOP_PROGRAM; }

fs::path shared_root() {
  const char* set = std::getenv("TRIGLOOP_SHARED");
  const fs::path path = set != nullptr ? fs::path(set) : project_root().parent_path() / "shared";
  return fs::exists(path) ? path : fs::path();
}

fs::path peer_python() {
  const char* set = std::getenv("TRIGLOOP_PYTHON");
  const fs::path path = set != nullptr ? fs::path(set) : project_root() / ".venv/bin/python";
  return fs::exists(path) ? path : fs::path();
}

CommandResult run_command(const std::vector<std::string>& words) {
  const TempDir scratch;
  const fs::path out = scratch / "out", err = scratch / "err";
  const pid_t child = ::fork();
  if (child == 0) {
    const int out_fd = ::open(out.c_str(), O_WRONLY | O_CREAT, 0600);
    const int err_fd = ::open(err.c_str(), O_WRONLY | O_CREAT, 0600);
    ::dup2(out_fd, 1);
    ::dup2(err_fd, 2);
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CommandResult result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_file(out);
  result.err = read_file(err);
  return result;
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace trigloop::test
