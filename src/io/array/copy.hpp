#pragma once
// From chunks as stored to rows in C order and native bytes.
#include <cstddef>
#include <cstdint>
#include <span>

#include "io/array/array.hpp"

namespace trigloop::io::array {

/// Copies what of the chunk at `index` lies inside the array to `rows`, which holds the rows of that row of chunks
/// (from index[0] * chunk[0] on) in C order. Values are moved as they are stored.
void scatter(const Layout& layout, std::span<const std::uint64_t> index, std::span<const std::byte> chunk,
             std::byte* rows);

/// Makes `values` stored values native: swaps bytes, makes booleans 0 or 1. Not for halves.
void make_native(const Encoding& encoding, std::byte* data, std::size_t values);

/// Widens binary16 (in stored byte order) to float32. Exact for every value; NaN payloads are kept.
void widen_halves(const Encoding& encoding, const std::byte* stored, float* out, std::size_t values);

}  // namespace trigloop::io::array
