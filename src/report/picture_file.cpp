// Pictures as files. Pixels are the work of librsvg's program: a rasteriser of our own would be larger than all else
// here.
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/program.hpp"
#include "report/svg.hpp"

namespace trigloop::report {
namespace {

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
  if (kind == ".svg") return core::write_file(path, svg);
  if (kind != ".png")
    throw core::Error(core::ErrorCode::usage, "'" + kind + "' is no kind of picture").remedy("Name it .svg or .png");
  const std::string stem = "." + path.filename().native() + "." + std::to_string(getpid());
  const Temporary source(path.parent_path() / (stem + ".svg")), made(path.parent_path() / (stem + ".partial"));
  core::write_file(source.path, svg);
  if (!core::find_program("rsvg-convert")) {
    throw core::Error(core::ErrorCode::unsupported, "PNG needs the program rsvg-convert")
        .remedy("Install the Debian package librsvg2-bin, or take .svg");
  }
  const core::ProgramResult drawn =
      core::run_program({"rsvg-convert", "--zoom", "2", "--output", made.path.native(), source.path.native()});
  if (drawn.status != 0) {
    throw core::Error(core::ErrorCode::output, "rsvg-convert could not write it: " + core::escaped(drawn.output))
        .file(path.native());
  }
  std::filesystem::rename(made.path, path);
}

}  // namespace trigloop::report
