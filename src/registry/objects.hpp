#pragma once
// The files of a registry by content: objects/ab/<the other 62 digits of the SHA-256>. Equal files are stored once, and
// a file never changes after it appeared.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "registry/artifact.hpp"

namespace trigloop::registry {

class Objects {
 public:
  /// `folder` is made where it is missing.
  explicit Objects(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Copies a file in; it appears by rename, after it is durable. Errors: not_found; output.
  StoredFile put(const std::filesystem::path& from, std::string path_in_artifact) const;
  StoredFile put_text(std::string_view text, std::string path_in_artifact) const;

  /// Copies in a file whose content must be what `file` says. Error: damaged, if it is not.
  void take(const std::filesystem::path& from, const StoredFile& file) const;

  /// Where content of this hash is; it may be missing.
  std::filesystem::path path_of(std::string_view sha256) const;
  bool has(const StoredFile& file) const;
  /// The content of a small file, whose hash is checked. Errors: damaged, limit, not_found.
  std::string read(const StoredFile& file, std::uint64_t max_bytes = 64u << 20) const;
  /// Copies a file out, and checks its hash on the way: what appears at `to` is right. Errors: damaged; output.
  void copy_to(const StoredFile& file, const std::filesystem::path& to) const;

  struct Entry {
    std::string sha256;  ///< "" for what is no object: a partial file, or something strange
    std::filesystem::path path;
    std::uint64_t bytes = 0;
  };
  /// Every file below the folder, by path.
  std::vector<Entry> list() const;

 private:
  /// There with its content, and durable: whoever put it may have died before its name was. What is damaged is put
  /// anew.
  bool is_whole(const StoredFile& file) const;

  std::filesystem::path folder_;
};

/// Copies `from` to `to` in pieces; `to` appears when it is whole. Returns the SHA-256 of what was copied. With an
/// `expected` one, nothing appears if it is another (Error: damaged).
std::string copy_hashed(const std::filesystem::path& from, const std::filesystem::path& to,
                        std::string_view expected = "");

}  // namespace trigloop::registry
