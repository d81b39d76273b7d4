#pragma once
// ROOT stores numbers big-endian: whole baskets are turned at once, with byte shuffles of the widest vectors here.
#include <cstddef>

namespace trigloop::io::root {

/// Writes `values` numbers of `width` bytes (1, 2, 4, 8) from `in` to `out` in native byte order. The two may be the
/// same memory, but must not overlap otherwise. No alignment needed.
void to_native(const std::byte* in, std::byte* out, std::size_t values, std::size_t width) noexcept;

}  // namespace trigloop::io::root
