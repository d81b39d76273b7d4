#pragma once
// Numbers in byte strings of either order, and a cursor that never leaves its bytes.
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

#include "core/error.hpp"

namespace trigloop::core {

template <class T>
inline T byte_swapped(T value) noexcept {
  if constexpr (sizeof(T) == 1) {
    return value;
  } else if constexpr (sizeof(T) == 2) {
    return std::bit_cast<T>(__builtin_bswap16(std::bit_cast<std::uint16_t>(value)));
  } else if constexpr (sizeof(T) == 4) {
    return std::bit_cast<T>(__builtin_bswap32(std::bit_cast<std::uint32_t>(value)));
  } else {
    static_assert(sizeof(T) == 8);
    return std::bit_cast<T>(__builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
  }
}

/// The value of type T that stands at `at`, big-endian; no alignment needed.
template <class T>
inline T load_be(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return std::endian::native == std::endian::little ? byte_swapped(value) : value;
}

/// The value of type T that stands at `at`, little-endian; no alignment needed.
template <class T>
inline T load_le(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return std::endian::native == std::endian::little ? value : byte_swapped(value);
}

/// Reads big-endian fields one after the other. Leaving the bytes is a `damaged` Error at the right file offset.
class ByteReader {
 public:
  /// `file_offset` is where bytes[0] stands in the file; it only serves error messages.
  explicit ByteReader(std::span<const std::byte> bytes, std::uint64_t file_offset = 0)
      : bytes_(bytes), file_offset_(file_offset) {}

  template <class T>
  T read() {
    need(sizeof(T));
    const T value = load_be<T>(bytes_.data() + position_);
    position_ += sizeof(T);
    return value;
  }
  std::span<const std::byte> take(std::size_t n) {
    need(n);
    const auto part = bytes_.subspan(position_, n);
    position_ += n;
    return part;
  }
  void skip(std::size_t n) { take(n); }

  void seek(std::size_t position) {
    if (position > bytes_.size()) fail(position - bytes_.size());
    position_ = position;
  }
  std::size_t position() const noexcept { return position_; }
  std::size_t remaining() const noexcept { return bytes_.size() - position_; }
  std::size_t size() const noexcept { return bytes_.size(); }
  std::uint64_t file_position() const noexcept { return file_offset_ + position_; }

 private:
  void need(std::size_t n) const {
    if (n > remaining()) fail(n - remaining());
  }
  [[noreturn]] void fail(std::size_t missing) const {
    throw Error(ErrorCode::damaged, "a record ends " + std::to_string(missing) + " bytes too early")
        .offset(file_position())
        .remedy("The file is cut short or corrupted: copy it again from its source");
  }

  std::span<const std::byte> bytes_;
  std::uint64_t file_offset_;
  std::size_t position_ = 0;
};

}  // namespace trigloop::core
