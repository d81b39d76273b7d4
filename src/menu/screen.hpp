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
    const Needed& needed = needed_[alternative];
    events &= reached_[needed.first] & reached_[needed.second];
    if (events == 0) return 0;
    for (std::uint32_t i = needed.begin; i < needed.end; ++i) events &= reached_[more_[i]];
    return events;
  }

 private:
  std::vector<Bound> bounds_;           ///< by row
  std::vector<std::uint64_t> reached_;  ///< of each bound: the events that reach it
  /// Numbers of the bounds of an alternative: two (or one twice), which nearly always exclude it, and more_[begin,
  /// end).
  struct Needed {
    std::uint32_t first, second, begin, end;
  };
  std::vector<Needed> needed_;
  std::vector<std::uint32_t> more_;
};

}  // namespace trigloop::menu
