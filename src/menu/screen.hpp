#pragma once
// The inner loops that tell events far below the menu's thresholds from candidates, in vectors of whatever width the
// machine has; each with a plain loop beside it (TRIGLOOP_FORCE_ISA=scalar).
#include <cstddef>
#include <cstdint>
#include <vector>

#include "menu/requirement.hpp"

namespace trigloop::menu {

/// Whether the values of each event descend. Event i has [offsets[i], offsets[i + 1]) of `values`; 64 bytes behind the
/// last one may be read.
bool events_descend(const std::int16_t* values, const std::uint32_t* offsets, std::size_t events);

/// The bounds of several groups, one behind the other.
class Screen {
 public:
  explicit Screen(const std::vector<Group>& groups);
  std::size_t groups() const noexcept { return ends_.size(); }

  /// Of 64 events from `first` on: bit e of masks[g] is set if leading[b.row][first + e] >= b.least for all bounds of
  /// group g. Rows that are named have 64 values there. Returns the OR of all.
  std::uint64_t operator()(const std::int16_t* const* leading, std::size_t first, std::uint64_t* masks) const;

 private:
  std::vector<Group::Bound> bounds_;
  std::vector<std::size_t> ends_;  ///< of group g: bounds [ends_[g - 1], ends_[g])
};

}  // namespace trigloop::menu
