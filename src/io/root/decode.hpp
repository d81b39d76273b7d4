#pragma once
// From a basket's bytes to native values, for all that cannot be decoded in place.
#include <cstdint>
#include <span>

#include "core/buffer.hpp"
#include "io/root/column.hpp"
#include "io/root/lane.hpp"

namespace trigloop::io::root {

/// A basket's unpacked bytes.
struct BasketBytes {
  std::span<const std::byte> values;   ///< up to the border
  std::span<const std::byte> offsets;  ///< entry offsets, as stored; may be empty
  std::uint64_t entries = 0, keylen = 0;
};

/// Where the entries of a basket stand among its values, by their offsets.
class EntryPlaces {
 public:
  /// Error: damaged, if there are no offsets, or if the first entry does not stand at the beginning.
  explicit EntryPlaces(const BasketBytes& basket);
  struct Place {
    std::size_t begin, end;  ///< begin < end
  };
  /// Error: damaged, if the entry is empty or not within the values.
  Place of(std::uint64_t entry) const;

 private:
  std::size_t begin_of(std::uint64_t entry) const noexcept;
  const BasketBytes& basket_;
};

/// Memory that decoders reuse.
struct DecodeScratch {
  core::ByteBuffer basket, gathered;
};

/// Appends the values of `column` to `values`, and for columns that count themselves (Column::self_counted) the
/// number of items of each entry to `counts` (uint32). Returns the number of items. Errors: damaged, if the bytes do
/// not fit the entries.
std::uint64_t decode_basket(const Column& column, const BasketBytes& basket, DecodeScratch& scratch, Lane& values,
                            Lane& counts);

/// offsets[i + 1] = counts[0] + ... + counts[i], for counts of an integer type; offsets has n + 1 places. False if a
/// count is negative or the sum exceeds 2^32 - 1.
bool prefix_sums(event::Type type, const std::byte* counts, std::size_t n, std::uint32_t* offsets) noexcept;

}  // namespace trigloop::io::root
