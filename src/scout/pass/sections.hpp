#pragma once
// Where the lumisections of an input are, by a quick look at two columns that hardly take space, and how many orbits
// the input says each has.
#include <cstdint>
#include <map>

#include "event/layout.hpp"
#include "event/lumi.hpp"
#include "io/source.hpp"

namespace trigloop::scout {

struct Section {
  io::EntryRange entries;  ///< from its first event to its last; others may lie between
  std::uint64_t events = 0;
  std::uint64_t orbits_stated = 0;  ///< 0: the input does not say
};

using Sections = std::map<event::LumiKey, Section>;

/// All lumisections that have an event in `table`, or of which the layout's table of orbits tells. Errors: those of the
/// readers; mismatch, for numbers beyond 32 bits; damaged, if the table of orbits contradicts itself.
Sections find_sections(const event::Layout& layout, const io::Source& source, unsigned threads);

/// What the table of orbits tells, where the input has it: orbits of each lumisection. Errors: as above.
std::map<event::LumiKey, std::uint64_t> stated_orbits(const event::OrbitsSeen& seen, const io::Source& source);

}  // namespace trigloop::scout
