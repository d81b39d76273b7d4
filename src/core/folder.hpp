#pragma once
// Folders that appear at once or not at all: the counterpart of OutputFile for stores of many files.
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace trigloop::core {

/// A folder that becomes visible under its name only by `commit`. Until then it is a hidden neighbour, which the
/// destructor removes; after a kill a `.NAME.PID.partial` may stay, never a half NAME.
class OutputFolder {
 public:
  /// Error: output, if the parent does not exist or may not be written.
  explicit OutputFolder(std::filesystem::path path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// Writes a whole file at `relative`, making the folders on the way. Thread-safe for different files.
  void write(const std::filesystem::path& relative, std::span<const std::byte> bytes) const;
  void write(const std::filesystem::path& relative, std::string_view text) const;

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Makes everything durable, and visible in one step; a folder that stood there before is replaced and removed.
  void commit();
  /// The rename alone, for sets of outputs: sync_file_system comes before, sync_folder on their parent after.
  void publish();

 private:
  void sync_all() const;

  std::filesystem::path path_, partial_;
  bool open_ = false;
  mutable std::mutex mutex_;
  mutable std::vector<std::filesystem::path> files_;  ///< written so far, to be made durable by commit
};

}  // namespace trigloop::core
