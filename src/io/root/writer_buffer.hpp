#pragma once
// Serialising as ROOT's TBufferFile does: big-endian numbers, TStrings, byte-counted objects, and references.
//
// An object is a byte count (with the bit kByteCountMask), a class version and its members; a base class is an object
// in front of the members. What is reached by a pointer has its class named between byte count and version: the first
// time by name (kNewClassTag), later by the place of that name; an object that was written before is only referred to
// by its place. Places count from the start of the record's key, plus kMapOffset.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/error.hpp"

namespace trigloop::io::root {

/// Appends big-endian fields to bytes that it owns.
class ByteWriter {
 public:
  template <class T>
  void put(T value) {
    const T big = core::byte_swapped(value);
    raw(std::as_bytes(std::span(&big, 1)));
  }
  /// Several fields one after the other, each in its own type.
  template <class... T>
  void put_all(T... values) {
    (put(values), ...);
  }
  void raw(std::span<const std::byte> bytes) {
    const std::size_t before = bytes_.size();
    bytes_.resize(before + bytes.size());
    if (!bytes.empty()) std::memcpy(bytes_.data() + before, bytes.data(), bytes.size());
  }
  void raw(std::string_view text) { raw(std::as_bytes(std::span(text.data(), text.size()))); }
  void zeros(std::size_t n) { bytes_.resize(bytes_.size() + n); }

  /// A TString: one byte of length, or 255 and four bytes.
  void text(std::string_view text) {
    if (text.size() < 255) {
      put(static_cast<std::uint8_t>(text.size()));
    } else {
      put_all(std::uint8_t{255}, static_cast<std::uint32_t>(text.size()));
    }
    raw(text);
  }
  static std::size_t text_bytes(std::string_view text) { return text.size() + (text.size() < 255 ? 1 : 5); }

  template <class T>
  void overwrite(std::size_t at, T value) {
    const T big = core::byte_swapped(value);
    std::memcpy(bytes_.data() + at, &big, sizeof(T));
  }
  std::size_t size() const noexcept { return bytes_.size(); }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  void clear() noexcept { bytes_.clear(); }

 private:
  static_assert(std::endian::native == std::endian::little);
  std::vector<std::byte> bytes_;
};

/// Serialises the object of one record.
class ObjectWriter : public ByteWriter {
 public:
  static constexpr std::uint32_t byte_count_mask = 0x40000000, new_class = 0xFFFFFFFF, class_mask = 0x80000000,
                                 map_offset = 2;

  /// `key_bytes`: the length of the record's key, from whose start references count.
  explicit ObjectWriter(std::size_t key_bytes) : key_bytes_(key_bytes) {}

  /// An object of a class version: byte count, version, and what `members` writes. Returns its reference.
  template <class F>
  std::uint32_t object(std::uint16_t version, F&& members) {
    return counted([&] {
      put(version);
      members();
    });
  }

  /// The target of a pointer: byte count, class, then what `object` writes. Returns its reference.
  template <class F>
  std::uint32_t pointer(const std::string& class_name, F&& object) {
    return counted([&] {
      put_class(class_name);
      object();
    });
  }
  void null_pointer() { put(std::uint32_t{0}); }
  void reference(std::uint32_t to) { put(to); }

  /// TObject and TNamed, the bases of nearly everything. `bits` is fBits.
  void tobject(std::uint32_t bits = 0) { put_all(std::uint16_t{1}, std::uint32_t{0}, bits); }
  void tnamed(std::string_view name, std::string_view title, std::uint32_t bits = 0) {
    object(1, [&] {
      tobject(bits);
      text(name);
      text(title);
    });
  }
  /// A TObjArray of n pointers, which `elements` writes.
  template <class F>
  void object_array(std::size_t n, F&& elements, std::uint32_t bits = 0) {
    object(3, [&] {
      tobject(bits);
      text("");
      put_all(static_cast<std::int32_t>(n), std::int32_t{0});
      elements();
    });
  }

 private:
  std::uint32_t place() const { return static_cast<std::uint32_t>(key_bytes_ + size()) + map_offset; }

  template <class F>
  std::uint32_t counted(F&& body) {
    const std::uint32_t here = place();
    const std::size_t start = size();
    put(std::uint32_t{0});
    body();
    const std::size_t bytes = size() - start - sizeof(std::uint32_t);
    if (bytes >= byte_count_mask) {
      throw core::Error(core::ErrorCode::limit, "the description of a tree would exceed ROOT's 1 GiB")
          .remedy("Write larger baskets or several files");
    }
    overwrite(start, static_cast<std::uint32_t>(bytes) | byte_count_mask);
    return here;
  }

  void put_class(const std::string& name) {
    const auto [known, is_new] = classes_.try_emplace(name, place());
    if (is_new) {
      put(new_class);
      raw(name);
      put(std::uint8_t{0});
    } else {
      put(known->second | class_mask);
    }
  }

  std::size_t key_bytes_;
  std::map<std::string, std::uint32_t> classes_;
};

}  // namespace trigloop::io::root
