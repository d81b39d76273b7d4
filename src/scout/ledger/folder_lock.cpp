#include "scout/ledger/folder_lock.hpp"

#include <string>
#include <system_error>

#include "core/entries.hpp"
#include "core/error.hpp"
#include "scout/record/reservoir_file.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;

/// `.NAME.PID.partial`, as core::OutputFile and core::OutputFolder call what they have not committed.
void sweep_partial(const fs::path& folder) {
  for (const fs::path& path : core::list_folder(folder)) {
    const std::string name = path.filename();
    std::error_code ignored;  // it does no harm
    if (name.starts_with('.') && name.ends_with(".partial")) fs::remove_all(path, ignored);
  }
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder)
    : lock_(folder, "Wait for it, stop it, or choose another output folder") {
  std::error_code error;
  fs::create_directories(folder / "inputs", error);
  if (error)
    throw core::Error(core::ErrorCode::output, "cannot create: " + error.message())
        .cause(error.value())
        .file((folder / "inputs").native());
  sweep_partial(folder);
  sweep_partial(folder / "inputs");
  if (fs::exists(folder / reservoir_folder, error)) sweep_partial(folder / reservoir_folder);
}

}  // namespace trigloop::scout
