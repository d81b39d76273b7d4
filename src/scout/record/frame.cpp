#include "scout/record/frame.hpp"

#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>

namespace trigloop::scout {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::uint64_t max_section_bytes = 64u << 20;
constexpr std::uint64_t free_bytes = 1u << 20, max_ratio = 1000;  // a small file fills no memory
constexpr std::size_t version_bytes = 4;
constexpr int compression_level = 1;

/// In front of each section's stored bytes.
struct SectionHead {
  static constexpr std::size_t bytes = 32;
  Tag tag = 0;
  std::uint32_t codec = 0;  ///< 0: as they are, 1: zstd
  std::uint64_t raw = 0, stored = 0, hash = 0;

  template <class A, class Head>
  static void fields(A& a, Head& head) {
    a.number(head.tag);
    a.number(head.codec);
    a.number(head.raw);
    a.number(head.stored);
  }
};

/// Of a section: its head but for the hash itself, and its stored bytes.
std::uint64_t hash_of(std::span<const std::byte> head, std::span<const std::byte> stored) {
  const std::uint64_t seed = XXH3_64bits(head.data(), head.size());
  return XXH3_64bits_withSeed(stored.data(), stored.size(), seed);
}

/// Contexts of zstd are large, and a record has a dozen sections: each thread keeps its own.
struct Contexts {
  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> compress{ZSTD_createCCtx(), ZSTD_freeCCtx};
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> decompress{ZSTD_createDCtx(), ZSTD_freeDCtx};

  static Contexts& mine() {
    thread_local Contexts contexts;
    if (!contexts.compress || !contexts.decompress) throw std::bad_alloc();
    return contexts;
  }
};

std::vector<std::byte> compressed(std::span<const std::byte> content) {
  std::vector<std::byte> out(ZSTD_compressBound(content.size()));
  const std::size_t n = ZSTD_compressCCtx(Contexts::mine().compress.get(), out.data(), out.size(), content.data(),
                                          content.size(), compression_level);
  out.resize(ZSTD_isError(n) ? 0 : n);
  return out;
}

void append(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

void FieldReader::fail(const std::string& reason) const { throw Error(ErrorCode::damaged, "a section " + reason); }

FrameWriter::FrameWriter(std::string_view magic, std::uint32_t version) {
  FieldWriter head;
  for (const char c : magic) head.number(c);
  head.number(version);
  append(out_, head.bytes());
}

void FrameWriter::section(Tag tag, std::span<const std::byte> content) {
  const std::vector<std::byte> packed = compressed(content);
  const bool smaller = !packed.empty() && packed.size() < content.size();
  const std::span<const std::byte> stored = smaller ? std::span<const std::byte>(packed) : content;
  FieldWriter head;
  const SectionHead fields{tag, smaller ? 1u : 0u, content.size(), stored.size(), 0};
  SectionHead::fields(head, fields);
  append(out_, head.bytes());
  FieldWriter hash;
  hash.number(hash_of(head.bytes(), stored));
  append(out_, hash.bytes());
  append(out_, stored);
}

std::uint64_t end_of_sections(const core::InputFile& file, std::string_view magic, unsigned sections) {
  std::uint64_t at = magic.size() + version_bytes;
  for (unsigned i = 0; i < sections; ++i) {
    std::array<std::byte, SectionHead::bytes> bytes{};
    if (at > file.size() || file.size() - at < bytes.size()) return file.size();
    file.read(at, bytes);
    FieldReader fields(bytes);
    SectionHead head;
    SectionHead::fields(fields, head);
    at += bytes.size();
    if (head.stored > file.size() - at) return file.size();
    at += head.stored;
  }
  return at;
}

FrameReader::FrameReader(std::span<const std::byte> bytes, std::string_view magic, std::uint32_t version,
                         std::string what)
    : bytes_(bytes), what_(std::move(what)) {
  if (bytes.size() < magic.size() + version_bytes || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) {
    fail("does not begin as one");
  }
  const auto found = core::load_le<std::uint32_t>(bytes.data() + magic.size());
  if (found != version) {
    throw Error(ErrorCode::unsupported, "the " + what_ + " is of version " + std::to_string(found) + "; version " +
                                            std::to_string(version) + " is read");
  }
  position_ = magic.size() + version_bytes;
}

void FrameReader::fail(const std::string& reason) const {
  throw Error(ErrorCode::damaged, "the " + what_ + " " + reason)
      .offset(position_)
      .remedy("The file is cut short or corrupted: copy it again from its source");
}

std::span<const std::byte> FrameReader::section(Tag tag) {
  if (bytes_.size() - position_ < SectionHead::bytes) fail("ends too early");
  const auto head_bytes = bytes_.subspan(position_, SectionHead::bytes - sizeof(std::uint64_t));
  FieldReader fields(head_bytes);
  SectionHead head;
  SectionHead::fields(fields, head);
  head.hash = core::load_le<std::uint64_t>(head_bytes.data() + head_bytes.size());
  if (head.tag != tag) fail("has another section than expected");
  if (head.stored > bytes_.size() - position_ - SectionHead::bytes) fail("ends too early");
  const auto stored = bytes_.subspan(position_ + SectionHead::bytes, static_cast<std::size_t>(head.stored));
  if (hash_of(head_bytes, stored) != head.hash) fail("does not match its checksum");
  if (head.codec > 1 || (head.codec == 0 && head.raw != head.stored)) fail("has an unknown compression");
  if (head.raw > max_section_bytes || head.raw > free_bytes + head.stored * max_ratio) {
    throw Error(ErrorCode::limit, "a section of the " + what_ + " claims " + std::to_string(head.raw) + " bytes")
        .offset(position_);
  }
  if (head.codec == 0) {
    position_ += SectionHead::bytes + stored.size();
    return stored;
  }
  content_.resize(static_cast<std::size_t>(head.raw));
  const std::size_t n = ZSTD_decompressDCtx(Contexts::mine().decompress.get(), content_.data(), content_.size(),
                                            stored.data(), stored.size());
  if (n != content_.size()) {
    fail("has a section that does not decompress");
  }
  position_ += SectionHead::bytes + stored.size();
  return content_;
}

}  // namespace trigloop::scout
