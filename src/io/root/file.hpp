#pragma once
// A ROOT file as a container: its header, its folders, and the objects behind their keys.
//
// Layout: the header ("root", version, positions) stands at byte 0; records, each with a TKey, follow from fBEGIN. The
// first record is the root folder, which points to its list of keys; a TDirectory among them points to its own list.
// Free segments hold leftovers of deleted records and are never looked at. Positions have 4 bytes in small files and 8
// in files beyond 2 GiB (header version + 1,000,000, key version + 1,000).
#include <cstdint>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "io/root/key.hpp"

namespace trigloop::io::root {

/// A key with the folder that it lies in.
struct Entry {
  std::string path;  ///< "folder/name"
  Key key;
};

/// An object's uncompressed bytes. References inside an object count from the start of its key.
struct ObjectBytes {
  std::vector<std::byte> bytes;
  std::uint64_t keylen = 0;
  std::uint64_t seek = 0;  ///< of the record, for error messages
};

struct Header {
  std::int32_t version = 0;  ///< 64000 for 6.40/00; without the million that marks a big file
  std::uint64_t begin = 0, end = 0, seek_info = 0, nbytes_info = 0;
  std::uint64_t nbytes_name = 0;
  std::int32_t compression = 0;  ///< 100 x algorithm + level
};

class RootFile {
 public:
  /// Opens `path`. Errors: not_found; mismatch, if it is no ROOT file; damaged, if it is cut short or was never closed.
  explicit RootFile(const std::filesystem::path& path);

  const core::InputFile& input() const noexcept { return input_; }
  const Header& header() const noexcept { return header_; }

  /// The keys of all folders, in file order. Errors: damaged (folders within themselves included).
  std::vector<Entry> list() const;

  /// The object of `key`, decompressed. Errors: damaged; limit, if it claims a size that no honest codec reaches.
  ObjectBytes object(const Key& key) const;

  /// The key header at `seek`.
  Key key_at(std::uint64_t seek) const;

 private:
  core::InputFile input_;
  Header header_;
};

/// "6.40/00" for 64000.
std::string version_text(std::int32_t version);

}  // namespace trigloop::io::root
