#pragma once
// What one input gives to one lumisection. Contributions are made by the pass, and joined into records by the ledger.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "event/lumi.hpp"
#include "event/orbit_set.hpp"
#include "event/tile.hpp"
#include "scout/record/counts.hpp"
#include "scout/record/reservoir.hpp"
#include "scout/record/tail.hpp"

namespace trigloop::scout {

struct Identity;

/// Which file or store an input is, whatever it is called today.
struct InputId {
  std::string hash;  ///< of its size and of the bytes at both ends, where formats keep identity, offsets and checksums
  std::string name;  ///< file name when it was read, for people
  std::uint64_t bytes = 0;
  bool operator==(const InputId&) const = default;
};

/// Scores of one network.
struct ScoreCounts {
  Counts all;           ///< score codes of events in colliding crossings
  Counts pure;          ///< of these, of events that no seed of the menu took
  Counts noncolliding;  ///< of events in other crossings
  Tail tail;
};

struct Contribution : ScoreCounts {
  std::shared_ptr<const Identity> identity;  ///< by what the events were examined; null: as the ledger says
  event::LumiKey lumi;
  InputId input;
  event::OrbitSet orbits;                ///< with their events; empty orbits are not here
  std::uint64_t orbits_stated = 0;       ///< how many the input says were seen, empty ones included; 0: it does not say
  std::vector<std::uint64_t> crossings;  ///< events of each crossing 0..3564; crossings_per_orbit + 1 numbers
  InputHistograms inputs;
  Reservoir reservoir;  ///< of events in colliding crossings; not in the record's file, but beside it
  event::TileCounts tile_counts;
};

}  // namespace trigloop::scout
