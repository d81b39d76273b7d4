#pragma once
// One process an output folder.
#include <filesystem>

namespace trigloop::scout {

/// Holds `folder`/.lock (flock) while it lives. The kernel frees the lock of a process that dies, however it dies, so
/// there are no stale ones. Having it, removes the partial files of dead processes.
class FolderLock {
 public:
  /// Makes the folder where it is missing. Errors: usage, if another process holds the lock (named by its number);
  /// output.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace trigloop::scout
