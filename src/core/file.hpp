#pragma once
// Files: whole reads at an offset, and writes that appear at once or not at all.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace trigloop::core {

/// A regular file opened for reading. `read` is thread-safe (pread). Never mapped into memory: a map turns a truncated
/// file into a signal, and hides its memory.
class InputFile {
 public:
  /// Opens `path`. Errors: not_found (missing, no permission, a directory, a pipe or a device), each with a remedy.
  explicit InputFile(std::filesystem::path path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  InputFile(const InputFile&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::uint64_t size() const noexcept { return size_; }

  /// Fills `out` from the bytes at `offset`. Error: damaged, if the file ends before; not_found on a read error.
  void read(std::uint64_t offset, std::span<std::byte> out) const;

  /// Tells the kernel that [offset, offset + bytes) will be wanted soon.
  void prefetch(std::uint64_t offset, std::uint64_t bytes) const noexcept;

  /// Throws `damaged` if size or modification time are no longer those at opening.
  void check_unchanged() const;

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::int64_t mtime_ns_ = 0;
};

/// A file that becomes visible under its name only by `commit` (write to a hidden neighbour, fsync, rename, fsync of
/// the folder). Without a commit the destructor removes it; after a kill a `.NAME.PID.partial` may stay, never a half
/// NAME.
class OutputFile {
 public:
  /// Error: output, if the folder does not exist or may not be written.
  explicit OutputFile(std::filesystem::path path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Appends. Error: output (disk full, I/O error); nothing becomes visible then.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Overwrites bytes written before.
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  std::uint64_t position() const noexcept { return position_; }
  const std::filesystem::path& path() const noexcept { return path_; }

  void commit();
  /// The rename alone, for sets of outputs: sync_file_system comes before, sync_folder on their folder after.
  void publish();

 private:
  void put(std::uint64_t offset, std::span<const std::byte> bytes);

  std::filesystem::path path_, partial_;
  int fd_ = -1;
  std::uint64_t position_ = 0;
};

/// Makes the entries of `folder` durable.
void sync_folder(const std::filesystem::path& folder);

/// Makes all that was written to the file system of `folder` durable, by whomever: one call, where each of a set of
/// thousands of files would be waited for. Error: output.
void sync_file_system(const std::filesystem::path& folder);

/// The text of a small file. Error: limit, if it is larger than `max_bytes`.
std::string read_text(const std::filesystem::path& path, std::uint64_t max_bytes = 64u << 20);

/// Writes and commits a whole file, as an OutputFile does. Error: output; the file is as it was then.
void write_file(const std::filesystem::path& path, std::string_view text);
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace trigloop::core
