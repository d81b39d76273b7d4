#pragma once
// The codes of a deflate block (RFC 1951), as tables for decoders without branches.
//
// The next bits of the stream index the current table, and the entry found there says all that decoding needs: how many
// bits to leave behind, which table comes next and how many bits index that one. What the entry means can be sorted out
// later. A code too long for its table leads to a further table; the block's end and damage lead to entries that take
// nothing and lead to themselves, so that a decoder may look whenever it likes whether it got there.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/bytes.hpp"

namespace trigloop::io::root {

/// Bits of a stream, the first one lowest.
struct BitBuffer {
  std::uint64_t bits = 0;
  std::uint32_t spent = 63;  ///< 63 - how many bits are there; only the lowest six bits count
  const std::byte* at = nullptr;

  /// Brings at least 56 bits. Reads eight bytes.
  [[gnu::always_inline]] void refill() noexcept {
    bits |= core::load_le<std::uint64_t>(at) << (~spent & 63);
    at += std::rotr(spent, 3) & 7;
    spent &= 7;
  }
  std::uint32_t take(unsigned n) noexcept {
    const auto value = static_cast<std::uint32_t>(bits & ((std::uint64_t{1} << n) - 1));
    bits >>= n;
    spent += n;
    return value;
  }
  /// More bits were taken than there are before `end`.
  bool is_past(const std::byte* end) const noexcept {
    return (at - end) * 8 > static_cast<std::ptrdiff_t>(~spent & 63);
  }
};

class DeflateBlock {
 public:
  //   bits 0-5    what to leave behind: the code and, behind a length or distance, its extra bits
  //   bits 6-13   where the next table begins, in units of 16 entries: 64 bytes
  //   bits 14-15  the kind
  //   bits 16-23  the literal; the number of the length's code; that of the distance's, + 32
  //   bits 24-31  how many bits index the next table
  using Entry = std::uint32_t;
  enum Kind : std::uint32_t { is_literal, is_length, is_distance, is_nothing };
  static constexpr unsigned table_at = 6, kind_at = 14, value_at = 16, index_bits_at = 24, unit = 16;
  static constexpr unsigned first_distance = 32;  ///< value of the first distance code

  /// Bytes of input that `read` may look at, and BitBuffer::refill behind.
  static constexpr std::size_t readable = 640;

  /// Reads a block's header. False if it is damaged, or rare: not compressed, or with a code for no symbol.
  bool read(BitBuffer& in, const std::byte* end) noexcept;

  bool is_last() const noexcept { return is_last_; }
  /// Where the first table begins in a block.
  static constexpr std::size_t table_offset() noexcept;
  Entry first(const BitBuffer& in) const noexcept { return table_[in.bits & ((1u << literal_bits) - 1)]; }
  static bool is_end(Entry entry) noexcept { return entry == end_of_block; }
  static bool is_damage(Entry entry) noexcept { return entry == damage; }
  /// Leads to itself; for decoders that have nothing to do.
  Entry idle() noexcept {
    table_[end_unit * unit] = end_of_block;
    return end_of_block;
  }

 private:
  static constexpr unsigned literal_bits = 10, distance_bits = 8;  ///< that index the first tables
  static constexpr unsigned distance_unit = (1u << literal_bits) / unit;
  static constexpr unsigned end_unit = distance_unit + (1u << distance_bits) / unit, damage_unit = end_unit + 1;
  static constexpr unsigned first_free_unit = damage_unit + 1, units = 256;
  static constexpr unsigned literal_symbols = 288, distance_symbols = 32;

  static constexpr Entry make(unsigned bits, Kind kind, unsigned index_bits, unsigned value, unsigned table) noexcept {
    return bits | kind << kind_at | index_bits << index_bits_at | value << value_at | table << table_at;
  }
  static constexpr Entry end_of_block = is_nothing << kind_at | end_unit << table_at;
  static constexpr Entry damage = is_nothing << kind_at | damage_unit << table_at;
  static constexpr std::array<Entry, literal_symbols> literal_entries() noexcept;
  static constexpr std::array<Entry, distance_symbols> distance_entries() noexcept;

  struct Code;
  bool read_lengths(BitBuffer& in, const std::byte* end, std::span<std::uint8_t> lengths) noexcept;
  bool build(std::span<const std::uint8_t> lengths, const Entry* meanings, unsigned index_bits,
             unsigned table) noexcept;
  bool build_further(Code& code, const Entry* meanings, unsigned index_bits, Entry* root) noexcept;

  alignas(64) std::array<Entry, units * unit> table_;
  unsigned free_unit_ = first_free_unit;
  bool is_last_ = false;
};

constexpr std::size_t DeflateBlock::table_offset() noexcept { return offsetof(DeflateBlock, table_); }

}  // namespace trigloop::io::root
