#include "io/npy/zip.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/buffer.hpp"
#include "core/bytes.hpp"
#include "core/error.hpp"

namespace trigloop::io::npy {
namespace {

using core::load_le;

constexpr std::uint64_t max_directory_bytes = 256u << 20;
constexpr std::uint64_t max_members = 1u << 20;
constexpr std::size_t end_bytes = 22, end64_bytes = 56, locator_bytes = 20, entry_bytes = 46, local_bytes = 30;

[[noreturn]] void fail(const std::string& reason, std::uint64_t offset) {
  throw core::Error(core::ErrorCode::damaged, reason)
      .offset(offset)
      .remedy("The file is cut short or corrupted: copy it again from its source");
}

struct Directory {
  std::uint64_t members = 0, bytes = 0, offset = 0;
};

std::vector<std::byte> bytes_at(const core::InputFile& file, std::uint64_t offset, std::uint64_t n) {
  std::vector<std::byte> bytes(n);
  file.read(offset, bytes);
  return bytes;
}

bool has_mark(const std::byte* at, std::string_view mark) {
  return std::string_view(reinterpret_cast<const char*>(at), mark.size()) == mark;
}

/// Zip64: a locator in front of the end record points to a wider end record.
std::optional<Directory> find_wide_end(const core::InputFile& file, std::uint64_t end) {
  if (end < locator_bytes) return std::nullopt;
  const auto locator = bytes_at(file, end - locator_bytes, locator_bytes);
  if (!has_mark(locator.data(), "PK\6\7")) return std::nullopt;
  const auto at = load_le<std::uint64_t>(locator.data() + 8);
  if (at > file.size() || file.size() - at < end64_bytes) fail("its zip64 end record lies outside the file", end);
  const auto wide = bytes_at(file, at, end64_bytes);
  if (!has_mark(wide.data(), "PK\6\6")) fail("its zip64 end record is not where it should be", at);
  return Directory{load_le<std::uint64_t>(wide.data() + 32), load_le<std::uint64_t>(wide.data() + 40),
                   load_le<std::uint64_t>(wide.data() + 48)};
}

/// The end record is the last thing but for a comment of up to 64 kB.
Directory find_end(const core::InputFile& file) {
  const std::uint64_t window = std::min<std::uint64_t>(file.size(), end_bytes + 0xFFFF);
  const std::uint64_t begin = file.size() - window;
  const auto bytes = bytes_at(file, begin, window);
  for (std::uint64_t i = window < end_bytes ? 0 : window - end_bytes + 1; i-- > 0;) {
    if (!has_mark(bytes.data() + i, "PK\5\6")) continue;
    if (i + end_bytes + load_le<std::uint16_t>(bytes.data() + i + 20) != window) continue;
    if (const auto wide = find_wide_end(file, begin + i)) return *wide;
    return {load_le<std::uint16_t>(bytes.data() + i + 10), load_le<std::uint32_t>(bytes.data() + i + 12),
            load_le<std::uint32_t>(bytes.data() + i + 16)};
  }
  fail("lacks the directory at the end of a zip file", file.size());
}

/// The wide fields of an entry's extra data stand in for those that are all ones, in this order.
void widen(Member& member, std::span<const std::byte> extra, std::uint64_t at) {
  while (extra.size() >= 4) {
    const auto id = load_le<std::uint16_t>(extra.data());
    const std::size_t size = load_le<std::uint16_t>(extra.data() + 2);
    if (size > extra.size() - 4) fail("a zip entry's extra field leaves the entry", at);
    auto field = extra.subspan(4, size);
    extra = extra.subspan(4 + size);
    if (id != 1) continue;
    for (std::uint64_t* wide : {&member.raw_bytes, &member.stored_bytes, &member.header}) {
      if (*wide != 0xFFFFFFFFu) continue;
      if (field.size() < 8) fail("a zip entry lacks its 64-bit sizes", at);
      *wide = load_le<std::uint64_t>(field.data());
      field = field.subspan(8);
    }
    return;
  }
}

Member parse_entry(std::span<const std::byte> bytes, std::size_t& at, std::uint64_t base) {
  if (bytes.size() - at < entry_bytes) fail("the zip directory ends too early", base + at);
  const std::byte* entry = bytes.data() + at;
  if (!has_mark(entry, "PK\1\2")) fail("an entry of the zip directory is not one", base + at);
  Member member;
  member.encrypted = (load_le<std::uint16_t>(entry + 8) & 1) != 0;
  member.method = load_le<std::uint16_t>(entry + 10);
  member.crc = load_le<std::uint32_t>(entry + 16);
  member.stored_bytes = load_le<std::uint32_t>(entry + 20);
  member.raw_bytes = load_le<std::uint32_t>(entry + 24);
  member.header = load_le<std::uint32_t>(entry + 42);
  const std::size_t name = load_le<std::uint16_t>(entry + 28), extra = load_le<std::uint16_t>(entry + 30),
                    comment = load_le<std::uint16_t>(entry + 32);
  if (name + extra + comment > bytes.size() - at - entry_bytes) fail("a zip entry leaves the directory", base + at);
  member.name.assign(reinterpret_cast<const char*>(entry + entry_bytes), name);
  widen(member, bytes.subspan(at + entry_bytes + name, extra), base + at);
  at += entry_bytes + name + extra + comment;
  return member;
}

}  // namespace

std::vector<Member> read_directory(const core::InputFile& file) {
  const Directory directory = find_end(file);
  if (directory.offset > file.size() || directory.bytes > file.size() - directory.offset) {
    fail("its zip directory lies outside the file", file.size());
  }
  if (directory.bytes > max_directory_bytes || directory.members > max_members) {
    throw core::Error(core::ErrorCode::limit, "has a zip directory of more than 2^20 members or 256 MB");
  }
  const auto bytes = bytes_at(file, directory.offset, directory.bytes);
  std::vector<Member> members;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.members; ++i) members.push_back(parse_entry(bytes, at, directory.offset));
  return members;
}

std::uint64_t data_offset(const core::InputFile& file, const Member& member) {
  if (member.header > file.size() || file.size() - member.header < local_bytes) {
    fail("its local header lies outside the file", member.header);
  }
  const auto local = bytes_at(file, member.header, local_bytes);
  if (!has_mark(local.data(), "PK\3\4")) fail("its local header is not one", member.header);
  const std::uint64_t offset = member.header + local_bytes + load_le<std::uint16_t>(local.data() + 26) +
                               load_le<std::uint16_t>(local.data() + 28);
  if (offset > file.size() || member.stored_bytes > file.size() - offset) {
    fail("its " + std::to_string(member.stored_bytes) + " bytes leave the file", offset);
  }
  return offset;
}

}  // namespace trigloop::io::npy
