#pragma once
// Which piece of data taking an event belongs to.
#include <compare>
#include <cstdint>

namespace trigloop::event {

/// A lumisection: 2^18 orbits of a run. It comes from its own branch, never from the orbit number.
struct LumiKey {
  std::uint32_t run = 0;
  std::uint32_t lumisection = 0;
  auto operator<=>(const LumiKey&) const = default;
};

}  // namespace trigloop::event
