// Pictures as files. Pixels are the work of librsvg's program: a rasteriser of our own would be larger than all else
// here.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/error.hpp"
#include "core/file.hpp"
#include "report/svg.hpp"

extern char** environ;

namespace trigloop::report {
namespace {

/// Runs a program without a shell; its exit code, or -1 if it could not start.
int run(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return -1;
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void write(const std::filesystem::path& path, std::string_view text) {
  core::OutputFile file(path);
  file.write(text);
  file.commit();
}

/// A neighbour that goes when this does.
struct Temporary {
  explicit Temporary(std::filesystem::path p) : path(std::move(p)) {}
  ~Temporary() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  std::filesystem::path path;
};

}  // namespace

void write_picture(const std::string& svg, const std::filesystem::path& path) {
  const std::string kind = path.extension().native();
  if (kind == ".svg") return write(path, svg);
  if (kind != ".png")
    throw core::Error(core::ErrorCode::usage, "'" + kind + "' is no kind of picture").remedy("Name it .svg or .png");
  const std::string stem = "." + path.filename().native() + "." + std::to_string(getpid());
  const Temporary source(path.parent_path() / (stem + ".svg")), made(path.parent_path() / (stem + ".partial"));
  write(source.path, svg);
  const int status = run({"rsvg-convert", "--zoom", "2", "--output", made.path.native(), source.path.native()});
  if (status == -1 || status == 127)
    throw core::Error(core::ErrorCode::unsupported, "PNG needs the program rsvg-convert")
        .remedy("Install the Debian package librsvg2-bin, or take .svg");
  if (status != 0) throw core::Error(core::ErrorCode::output, "rsvg-convert could not write it").file(path.native());
  std::filesystem::rename(made.path, path);
}

}  // namespace trigloop::report
