#pragma once
// Bytes of several kinds, for codecs.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/random.hpp"

namespace trigloop::test {

using Bytes = std::vector<std::byte>;

/// Kinds of content: one byte, short periods, big-endian numbers of a detector, text-like repeats, noise, noise in
/// stretches, repeats from far.
inline constexpr int kinds = 7;
inline Bytes content(std::size_t size, int kind, std::uint64_t seed) {
  core::Philox random(seed, static_cast<std::uint64_t>(kind));
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    std::uint64_t value = random();
    if (kind == 0) value = 0x41;
    if (kind == 1) value = i % 300 < 280 ? i % (1 + i / 300 % 40) : value;
    if (kind == 2) value = i % 4 < 2 ? 0 : i % 4 == 2 ? (value % 64 == 0 ? 1 : 0) : value * (value >> 8) >> 60;
    if (kind == 3)
      value =
          i > 100 && value % 8 != 0 ? std::to_integer<std::uint64_t>(bytes[i - 1 - (value >> 8) % 100]) : value >> 59;
    if (kind == 5 && (i / 7000) % 2 == 0) value = i / 7 % 5;
    if (kind == 6)
      value = i >= 30'000 && i / 50 % 4 != 0 ? std::to_integer<std::uint64_t>(bytes[i - 29'000 - i / 50 % 900])
                                             : value >> 59;
    bytes[i] = static_cast<std::byte>(value);
  }
  return bytes;
}

}  // namespace trigloop::test
