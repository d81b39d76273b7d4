#pragma once
// One process a folder.
#include <filesystem>
#include <string>

namespace trigloop::core {

/// Holds `folder`/.lock (flock) while it lives. The kernel frees the lock of a process that dies, however it dies, so
/// there are no stale ones. The file tells the holder's number, for the message to others.
class FolderLock {
 public:
  /// Makes the folder where it is missing. Errors: usage, with `remedy`, if another process holds the lock; output.
  FolderLock(const std::filesystem::path& folder, const std::string& remedy);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace trigloop::core
