#pragma once
// One process an output folder.
#include <filesystem>

#include "core/folder_lock.hpp"

namespace trigloop::scout {

/// Holds an output folder while it lives (core/folder_lock.hpp), and removes the partial files of dead processes.
class FolderLock {
 public:
  /// Makes the folder where it is missing. Errors: usage, if another process holds the lock (named by its number);
  /// output.
  explicit FolderLock(const std::filesystem::path& folder);

 private:
  core::FolderLock lock_;
};

}  // namespace trigloop::scout
