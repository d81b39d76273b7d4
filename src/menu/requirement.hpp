#pragma once
// What an alternative of a seed at least needs: lower bounds on leading pts and sums.
//
// Necessary; sufficient only for combinations that ask for nothing but pt. Of a combination with k legs of a kind,
// whose thresholds are t1 >= t2 >= ..., the i-th leading object must reach t_i. A mass above m between objects of one
// kind within dEta needs p1 p2 >= m^2 / (2 cosh dEta
// + 2), and so a leading object of the root of that. Bounds are in pt codes, and all that is left of a menu for events
// far below its thresholds: a few comparisons.
#include <array>
#include <cstdint>
#include <vector>

#include "menu/menu.hpp"

namespace trigloop::menu {

inline constexpr std::size_t ranks = 4;  ///< leading objects that are looked at
inline constexpr std::size_t rows = object_kinds * ranks + (kinds - object_kinds);
/// The number of a row of leading pts: of the object of that rank (0: the largest), or of a sum.
constexpr std::size_t row_of(Kind kind, std::size_t rank = 0) noexcept {
  const auto k = static_cast<std::size_t>(kind);
  return is_sum(kind) ? object_kinds * ranks + k - object_kinds : k * ranks + rank;
}

/// Lower bounds; 0 where there is none; a bound is at least 1 and fits int16.
using Requirement = std::array<std::int16_t, rows>;

/// What the combinations of an alternative need together.
Requirement requirement_of(const Menu& menu, const std::vector<std::uint32_t>& alternative);

/// Alternatives that one comparison excludes together.
struct Group {
  struct Bound {
    std::size_t row;
    std::int16_t least;
  };
  struct Member {
    std::uint32_t seed;
    std::vector<Bound> bounds;                ///< those that the group's do not say already
    std::vector<std::uint32_t> combinations;  ///< to be asked for; those that bounds decide are left out
  };
  std::vector<Bound> bounds;  ///< not above those of any member
  std::vector<Member> members;
};

/// All alternatives of all seeds that can fire, in as few groups as there are alternatives that no other one implies.
std::vector<Group> group_alternatives(const Menu& menu);

/// Alternatives of `groups` that bounds alone decide and no prescale thins, as groups without members: an event that
/// reaches one's bounds fires. Only those that no other one implies.
std::vector<Group> sure_alternatives(const Menu& menu, const std::vector<Group>& groups);

}  // namespace trigloop::menu
