#pragma once
// Events that ask for trouble: where roundings, saturations and carries happen. Made from a seed, the same everywhere.
#include <cstdint>
#include <string_view>
#include <vector>

#include "deploy/network/network.hpp"

namespace trigloop::deploy {

enum class Pattern : std::uint8_t {
  uniform,      ///< anywhere in the input's type
  sizes,        ///< every power of two alike often as the size of a feature, as energies are: most are small, many zero
  extremes,     ///< each feature the lowest, the highest, zero or one step from them
  powers,       ///< powers of two and their sums, give or take one: where shifts round half-way and words wrap
  single_bits,  ///< one bit of one feature, the others all zero or all ones
  one_moves     ///< an event of the pattern sizes, one feature of which goes over its whole range
};
inline constexpr Pattern patterns[] = {Pattern::uniform, Pattern::sizes,       Pattern::extremes,
                                       Pattern::powers,  Pattern::single_bits, Pattern::one_moves};
std::string_view name_of(Pattern pattern) noexcept;

/// `count` events of `network.features()` codes each, all within the input's type, or within its lowest `bits` (0:
/// all).
std::vector<std::int16_t> make_events(const Network& network, Pattern pattern, std::size_t count, std::uint64_t seed,
                                      int bits = 0);

/// A mixture of all patterns, in turn.
std::vector<std::int16_t> test_events(const Network& network, std::size_t count, std::uint64_t seed);

}  // namespace trigloop::deploy
