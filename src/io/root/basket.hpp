#pragma once
// One basket: the header behind its key, and the bytes of its values.
//
//   TKey | version, buffer size, entry size, entries, last, flag | values ... | entry offsets ...
//   `---------------------- keylen bytes ---------------------' `-- objlen bytes, compressed --'
//
// `last - keylen` is the border between the values and the entry offsets. The offsets are redundant where a counter
// branch or the values themselves tell the sizes of the entries; being last, they need not even be decompressed.
#include <cstdint>
#include <span>

#include "io/root/decompress.hpp"
#include "io/root/tree.hpp"

namespace trigloop::io::root {

struct BasketRecord {
  std::span<const std::byte> stored;  ///< values and offsets, perhaps compressed
  std::uint64_t objlen = 0;           ///< bytes of both, uncompressed
  std::uint64_t border = 0;           ///< bytes of the values
  std::uint64_t keylen = 0;           ///< entry offsets count from the start of the key
  bool compressed = false;
};

/// Reads and checks the header of the record of `basket`; for an embedded basket, its own bytes. Errors: damaged, if it
/// contradicts itself or the tree; limit, if its object is larger than `max_bytes`.
BasketRecord parse_basket(const Basket& basket, std::span<const std::byte> record, std::uint64_t max_bytes);

/// Decompresses (or copies) so that out[0, wanted) is right; `out` has objlen bytes and may be scribbled on beyond.
void unpack_basket(const BasketRecord& record, Decompressor& decompressor, std::span<std::byte> out,
                   std::size_t wanted);

}  // namespace trigloop::io::root
