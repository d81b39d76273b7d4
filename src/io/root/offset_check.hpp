#pragma once
// Checks a basket whose entry offsets were not decompressed.
//
// The offsets behind the values of a jagged basket are a fifth of what is decompressed, and say nothing that the
// counter does not: n + 1, then for each of n entries its place from the start of the key, then 0, each a big-endian
// int32. So they are made from the counter instead, and the checksum of the block, which covers values and offsets, is
// taken over the values as they were decompressed and the offsets as they must be. A checksum that fits proves both;
// one that does not may mean other offsets (writers may differ) as well as damage: then the basket is decompressed
// whole.
#include <cstdint>
#include <span>
#include <vector>

namespace trigloop::io::root {

class OffsetCheck {
 public:
  OffsetCheck() = default;
  /// Of a basket with entries [first, end), items of `item_bytes`, whose values have the checksum `values`.
  OffsetCheck(std::size_t basket, std::uint64_t first, std::uint64_t end, std::uint64_t first_item,
              std::uint32_t keylen, std::uint32_t item_bytes, std::uint32_t values, std::uint32_t expected);

  /// The bytes of offsets of so many entries.
  static std::uint64_t bytes(std::uint64_t entries) noexcept { return 4 * (entries + 2); }

  std::size_t basket() const noexcept { return basket_; }
  std::uint64_t first() const noexcept { return first_; }
  std::uint64_t end() const noexcept { return end_; }

  /// Goes over the entries [entry, entry + offsets.size() - 1), as far as they are of this basket; each is to come
  /// once, in order. `offsets` are item numbers, the first of which is number `first_item` of the column.
  void cover(std::uint64_t entry, std::span<const std::uint32_t> offsets, std::uint64_t first_item,
             std::vector<std::uint32_t>& scratch) noexcept;
  /// After all entries: whether the checksum fits.
  bool fits() const noexcept;

 private:
  std::size_t basket_ = 0;
  std::uint64_t first_ = 0, end_ = 0, first_item_ = 0;
  std::uint32_t keylen_ = 0, item_bytes_ = 0, sum_ = 0, expected_ = 0;
};

}  // namespace trigloop::io::root
