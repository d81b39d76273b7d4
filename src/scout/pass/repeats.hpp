#pragma once
// Events that stand twice in one input: a second look at the orbits in doubt, and at nothing else.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/source.hpp"
#include "scout/pass/bind.hpp"
#include "scout/pass/filter.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {

struct Repeats {
  EntryBits left_out;                         ///< the second and later entries of an orbit and crossing
  std::uint64_t rows = 0;                     ///< how many of these repeat the first, value for value
  std::vector<Contradiction> contradictions;  ///< by orbit: those that do not
  bool any = false;
};

/// Looks at the orbits `doubtful` (ascending) of a lumisection, whose events lie within `entries`. Of an orbit and
/// crossing the first entry stays. `filter`: what is left out already, or null. Takes memory for about `most_events`
/// at a time; `orbits` tells how many events an orbit has.
Repeats find_repeats(const io::Source& source, const Binding& binding, const io::ReadOptions& read, event::LumiKey lumi,
                     io::EntryRange entries, const Filter* filter, const event::OrbitSet& orbits,
                     std::span<const std::uint32_t> doubtful, const std::string& input,
                     std::uint64_t most_events = 1u << 22);

}  // namespace trigloop::scout
