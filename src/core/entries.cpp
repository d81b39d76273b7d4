#include "core/entries.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::core {
namespace {

namespace fs = std::filesystem;

Error failure(ErrorCode code, const char* step, const fs::path& path, int error) {
  Error e(code, std::string("cannot ") + step + ": " + std::strerror(error));
  e.cause(error).file(path.native());
  return e;
}

}  // namespace

std::vector<fs::path> list_folder(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) paths.push_back(entry->path());
  if (error) throw failure(ErrorCode::not_found, "list", folder, error.value());
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return false;
    throw failure(ErrorCode::output, "remove", path, errno);
  }
  sync_folder(path.parent_path());
  return true;
}

}  // namespace trigloop::core
