#pragma once
// A piece of HDF5 metadata, read field by field; all of HDF5 is little-endian.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace trigloop::io::hdf5 {

/// "No address": all bits of the field are ones.
inline constexpr std::uint64_t undefined = ~std::uint64_t{0};

[[noreturn]] inline void fail(const std::string& reason, std::uint64_t offset) {
  throw core::Error(core::ErrorCode::damaged, reason)
      .offset(offset)
      .remedy("The file is cut short or corrupted: copy it again from its source");
}

/// Owns its bytes; leaving them is a `damaged` Error with the right offset in the file.
class Record {
 public:
  Record() = default;
  Record(std::vector<std::byte> bytes, std::uint64_t offset) : bytes_(std::move(bytes)), offset_(offset) {}

  /// An unsigned number of 1 to 8 bytes.
  std::uint64_t number(std::size_t bytes) {
    need(bytes);
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes_[at_ + i]);
    at_ += bytes;
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  /// An address of `bytes` bytes; `undefined` if all its bits are ones.
  std::uint64_t address(std::size_t bytes) {
    const std::uint64_t value = number(bytes);
    return bytes < 8 && value == (std::uint64_t{1} << (8 * bytes)) - 1 ? undefined : value;
  }

  std::span<const std::byte> take(std::size_t n) {
    need(n);
    at_ += n;
    return std::span(bytes_).subspan(at_ - n, n);
  }
  std::string text(std::size_t n) {
    const auto part = take(n);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  Record part(std::size_t n) {
    const std::uint64_t begin = position();
    const auto bytes = take(n);
    return {{bytes.begin(), bytes.end()}, begin};
  }
  void skip(std::size_t n) { take(n); }
  /// Skips what pads the bytes since `begin` to a multiple of eight.
  void skip_padding(std::size_t begin) { skip((8 - (at_ - begin) % 8) % 8); }
  void expect(std::string_view mark) {
    if (text(mark.size()) != mark) fail("lacks the mark '" + std::string(mark) + "'", position() - mark.size());
  }

  std::size_t at() const noexcept { return at_; }
  std::size_t remaining() const noexcept { return bytes_.size() - at_; }
  std::size_t size() const noexcept { return bytes_.size(); }
  std::uint64_t position() const noexcept { return offset_ + at_; }  ///< in the file
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  void need(std::size_t n) const {
    if (n > remaining()) fail("a record ends " + std::to_string(n - remaining()) + " bytes too early", position());
  }

  std::vector<std::byte> bytes_;
  std::uint64_t offset_ = 0;
  std::size_t at_ = 0;
};

/// Bytes that a number up to `limit` takes, as HDF5 counts them.
constexpr std::size_t bytes_for(std::uint64_t limit) {
  std::size_t n = 1;
  while (limit >>= 8) ++n;
  return n;
}

constexpr unsigned log2_floor(std::uint64_t n) {
  unsigned log = 0;
  while (n >>= 1) ++log;
  return log;
}

}  // namespace trigloop::io::hdf5
