#pragma once
// The inner loops that tell events far below the menu's thresholds from candidates, in vectors of whatever width the
// machine has; each with a plain loop beside it (TRIGLOOP_FORCE_ISA=scalar).
#include <cstddef>
#include <cstdint>
#include <span>

#include "menu/requirement.hpp"

namespace trigloop::menu {

/// Whether the values of each event descend. Event i has [offsets[i], offsets[i + 1]) of `values`; 64 bytes behind the
/// last one may be read. `scratch` has room for a bit a value, in words, and one word more.
bool events_descend(const std::int16_t* values, const std::uint32_t* offsets, std::size_t events,
                    std::uint64_t* scratch);

/// Of 64 events from `first` on: bit e is set if leading[b.row][first + e] >= b.least for all bounds. Rows that are
/// named have 64 values there.
std::uint64_t screen_block(std::span<const Group::Bound> bounds, const std::int16_t* const* leading, std::size_t first);

}  // namespace trigloop::menu
