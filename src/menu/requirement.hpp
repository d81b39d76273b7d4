#pragma once
// What an alternative of a seed at least needs: lower bounds on leading pts and sums.
//
// Of a combination with k legs of a kind that pass a filter (of one that is as wide or wider), whose thresholds are
// t1 >= t2 >= ..., the i-th leading object behind the filter must reach t_i. Where all legs of a kind have the same
// filter, and nothing is asked but that and pt, the bounds decide. A mass above m between objects of one kind within
// dEta needs p1 p2 >= m^2 / (2 cosh dEta + 2), and so a leading object of the root of that. Bounds are in pt codes.
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "menu/filters.hpp"
#include "menu/menu.hpp"

namespace trigloop::menu {

inline constexpr std::size_t ranks = 4;  ///< leading objects that are looked at
/// The number of a row of leading pts: those of the objects of that rank (0: the largest) behind a filter.
constexpr std::size_t row_of(std::size_t filter, std::size_t rank = 0) noexcept { return filter * ranks + rank; }
/// The first rows are of all objects of a kind, whatever their eta.
inline constexpr std::size_t plain_rows = row_of(kinds);
static_assert(row_of(Filters::most) <= UINT16_MAX);

/// Lower bounds, one a row; 0 where there is none; a bound is at least 1 and fits int16.
using Requirement = std::vector<std::int16_t>;

/// What the combinations of an alternative need together.
Requirement requirement_of(const Menu& menu, const Filters& filters, const std::vector<std::uint32_t>& alternative);

struct Bound {
  std::uint16_t row;
  std::int16_t least;
  auto operator<=>(const Bound&) const = default;
};

/// An alternative of a seed: all bounds must be reached, and all combinations fire.
struct Alternative {
  std::uint32_t seed;
  std::vector<Bound> plain, filtered;       ///< on plain rows, and on others; those that others say are left out
  std::vector<std::uint32_t> combinations;  ///< to be asked for; those that bounds decide are left out
};

enum class Wanted : std::uint8_t {
  every_seed,
  any_seed  ///< alternatives that only fire along with one that no prescale thins are left out
};

/// The alternatives of a menu that can fire.
std::vector<Alternative> alternatives_of(const Menu& menu, const Filters& filters, Wanted wanted);

}  // namespace trigloop::menu
