#pragma once
// The inner loops over the lists of a chunk of events, in vectors of whatever width the machine has; each with a plain
// loop beside it (TRIGLOOP_FORCE_ISA=scalar).
#include <cstddef>
#include <cstdint>
#include <vector>

namespace trigloop::menu {

/// Whether the values of each event descend. Event i has [offsets[i], offsets[i + 1]) of `values`; 64 bytes behind the
/// last one may be read. `scratch` is reused. All values are compared with the next one at once; only an event's first
/// value may be above the one before it.
bool events_descend(const std::int16_t* values, const std::uint32_t* offsets, std::size_t events,
                    std::vector<std::int16_t>& scratch);

/// Whether the eight values of each event are 0, 1, ... 7.
bool lists_count_up(const std::int32_t* values, std::size_t events);

/// rows[i][e] = value i of the eight of event e, saturated; rows that are not wanted are null.
void narrow_lists(const std::int32_t* values, std::size_t events, std::int16_t* const* rows);

}  // namespace trigloop::menu
