// The identity of an input: whatever it is called, and wherever it lies.
#include <algorithm>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/sha256.hpp"
#include "scout/ledger/ledger.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t file_ends = 64u << 10, member_ends = 4u << 10;

/// Size and the bytes at both ends.
std::uint64_t update(core::Sha256& hash, const fs::path& path, std::uint64_t ends) {
  const core::InputFile file(path);
  const std::uint64_t size = file.size(), front = std::min(size, ends), back = std::min(size - front, ends);
  std::vector<std::byte> bytes(static_cast<std::size_t>(front + back));
  file.read(0, std::span(bytes).first(front));
  file.read(size - back, std::span(bytes).last(back));
  hash.update(std::to_string(size) + ":").update(bytes);
  return size;
}

std::uint64_t update_folder(core::Sha256& hash, const fs::path& folder) {
  std::vector<fs::path> members;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) members.push_back(entry.path());
  }
  std::ranges::sort(members);
  std::uint64_t bytes = 0;
  for (const fs::path& member : members) {
    hash.update(member.lexically_relative(folder).native() + '\0');
    bytes += update(hash, member, member_ends);
  }
  return bytes;
}

}  // namespace

InputId identify(const fs::path& path) {
  core::Sha256 hash;
  InputId id;
  id.bytes = fs::is_directory(path) ? update_folder(hash, path) : update(hash, path, file_ends);
  id.hash = hash.finish();
  id.name = (path.has_filename() ? path : path.parent_path()).filename();
  return id;
}

}  // namespace trigloop::scout
