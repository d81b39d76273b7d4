#pragma once
// Tells events far below the menu's thresholds from candidates, 64 at a time, in vectors of whatever width the machine
// has; with a plain loop beside it (TRIGLOOP_FORCE_ISA=scalar).
#include <cstddef>
#include <cstdint>
#include <vector>

#include "menu/requirement.hpp"

namespace trigloop::menu {

/// The plain bounds of alternatives. Many share them: each is compared once.
class Screen {
 public:
  explicit Screen(const std::vector<Alternative>& alternatives);

  /// Compares 64 events from `first` on: leading[b.row][first + i] >= b.least for each plain bound b. Rows that are
  /// named have 64 values there.
  void compare(const std::int16_t* const* leading, std::size_t first);
  /// Of `events` (bit i: event first + i), those that reach all plain bounds of an alternative.
  std::uint64_t reaching(std::size_t alternative, std::uint64_t events) const noexcept {
    for (std::size_t i = begins_[alternative]; i < begins_[alternative + 1]; ++i) events &= reached_[needed_[i]];
    return events;
  }

 private:
  std::vector<Bound> bounds_;           ///< by row
  std::vector<std::uint64_t> reached_;  ///< of each bound: the events that reach it
  std::vector<std::uint32_t> needed_;   ///< of alternative a: numbers of bounds, [begins_[a], begins_[a + 1])
  std::vector<std::uint32_t> begins_;
};

}  // namespace trigloop::menu
