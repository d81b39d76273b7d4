#pragma once
// A folder for what is on its way.
#include <filesystem>

namespace trigloop::core {

/// A new folder of this user alone below $TMPDIR, removed at the end. Its name cannot be foreseen, so that nobody who
/// shares the machine can lay something in its way.
class ScratchFolder {
 public:
  /// Error: output, if none can be made.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace trigloop::core
