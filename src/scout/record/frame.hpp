#pragma once
// Binary files of framed sections, and the fields in them.
//
// A file is a magic, a version and sections, each with its tag, its sizes and a checksum over these and its bytes; the
// bytes are compressed where that makes them fewer. So each flipped bit is seen, and a reader can step over what it
// does not need. FieldWriter and FieldReader have the same calls, so that one description of a record serves both.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/bytes.hpp"
#include "core/file.hpp"

namespace trigloop::scout {

/// Appends little-endian fields to bytes.
class FieldWriter {
 public:
  template <class T>
  void number(const T& value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    const T stored = std::endian::native == std::endian::little ? value : core::byte_swapped(value);
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof(T));
    std::memcpy(bytes_.data() + at, &stored, sizeof(T));
  }
  /// Stores the step from `last`, which becomes `value`: ascending columns compress well so.
  template <class T>
  void step(const T& value, T& last) {
    using U = std::make_unsigned_t<T>;
    number(static_cast<U>(static_cast<U>(value) - static_cast<U>(last)));
    last = value;
  }
  /// Seven bits a byte, the lowest first; the top bit says that more follow (LEB128). Most numbers of a histogram take
  /// one or two bytes so, which makes reading ten thousand of them several times faster.
  void packed(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::byte>(value | 0x80));
    bytes_.push_back(static_cast<std::byte>(value));
  }
  void packed_step(std::int64_t value, std::int64_t& last) {
    packed(static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(last));
    last = value;
  }
  void text(const std::string& value) {
    size(value, 1);
    for (const char c : value) number(c);
  }
  /// The number of items; a reader makes room for as many, of at least `item_bytes` each in the file.
  template <class Container>
  void size(const Container& items, std::size_t /*item_bytes*/) {
    number(static_cast<std::uint64_t>(items.size()));
  }

  void append(std::span<const std::byte> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

/// Reads what FieldWriter wrote. Errors: damaged, if the bytes end early or claim more items than they can hold.
class FieldReader {
 public:
  explicit FieldReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  void number(T& value) {
    value = core::load_le<T>(take(sizeof(T)).data());
  }
  template <class T>
  void step(T& value, T& last) {
    std::make_unsigned_t<T> by = 0;
    number(by);
    last = static_cast<T>(static_cast<std::make_unsigned_t<T>>(last) + by);
    value = last;
  }
  void packed(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = std::to_integer<std::uint64_t>(take(1)[0]);
      if (shift == 63 && byte > 1) fail("has a number of more than 64 bits");
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return;
    }
  }
  void packed_step(std::int64_t& value, std::int64_t& last) {
    std::uint64_t by = 0;
    packed(by);
    last = static_cast<std::int64_t>(static_cast<std::uint64_t>(last) + by);
    value = last;
  }
  void text(std::string& value) {
    size(value, 1);
    const auto bytes = take(value.size());
    value.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  template <class Container>
  void size(Container& items, std::size_t item_bytes) {
    std::uint64_t n = 0;
    number(n);
    if (n > (bytes_.size() - position_) / item_bytes) {
      fail("claims " + std::to_string(n) + " items, more than it holds");
    }
    items.resize(static_cast<std::size_t>(n));
  }

  /// The next `n` bytes as they are; valid as long as what is read.
  std::span<const std::byte> take(std::size_t n) {
    if (n > bytes_.size() - position_) fail("ends too early");
    const auto part = bytes_.subspan(position_, n);
    position_ += n;
    return part;
  }

  bool at_end() const noexcept { return position_ == bytes_.size(); }
  [[noreturn]] void fail(const std::string& reason) const;

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

/// Four characters that name a section.
using Tag = std::uint32_t;
constexpr Tag tag(const char (&name)[5]) noexcept {
  Tag value = 0;
  for (int i = 0; i < 4; ++i) value |= static_cast<Tag>(static_cast<unsigned char>(name[i])) << (8 * i);
  return value;
}

/// Builds a file of sections.
class FrameWriter {
 public:
  FrameWriter(std::string_view magic, std::uint32_t version);
  void section(Tag tag, std::span<const std::byte> content);
  std::vector<std::byte> take() { return std::move(out_); }

 private:
  std::vector<std::byte> out_;
};

/// Where the first `sections` of a file with this magic end, by their heads alone; at most the size of the file.
/// Whether they are sound, a FrameReader tells.
std::uint64_t end_of_sections(const core::InputFile& file, std::string_view magic, unsigned sections);

/// Reads a file of sections, one after the other. Errors: damaged (with the byte), unsupported (another version), limit
/// (a section of more than 64 MiB, or compressed more than a thousandfold).
class FrameReader {
 public:
  /// `what` stands in messages ("record").
  FrameReader(std::span<const std::byte> bytes, std::string_view magic, std::uint32_t version, std::string what);

  /// The content of the next section, which must be `tag`; valid until the next call.
  std::span<const std::byte> section(Tag tag);
  bool at_end() const noexcept { return position_ == bytes_.size(); }
  std::size_t position() const noexcept { return position_; }

 private:
  [[noreturn]] void fail(const std::string& reason) const;

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  std::string what_;
  std::vector<std::byte> content_;
};

}  // namespace trigloop::scout
