#pragma once
// A scouting stream: zero-bias events at their place in time, as the columns of the CMS scouting layout.
#include <cstdint>
#include <functional>
#include <vector>

#include "io/sink.hpp"
#include "simulate/drift.hpp"

namespace trigloop::simulate {

struct ScoutingOptions {
  std::uint64_t events = 0;        ///< stop after so many; 0: by lumisections alone
  std::uint32_t lumisections = 0;  ///< 0: as many as the events need
  std::uint64_t seed = 1;
  std::uint32_t run = 396102, first_lumisection = 214;
  std::uint32_t orbits = 2636;  ///< recorded orbits of a lumisection, from its first on; 2^18 is all of it
  unsigned bunches = 2544;
  double kept = 0.015;   ///< share of the colliding crossings that are kept
  unsigned threads = 0;  ///< 0: all cores
  std::vector<Drift> drifts;
};

struct ScoutingSummary {
  std::uint64_t events = 0, fired = 0;  ///< fired: events with an L1 bit
  std::uint64_t orbits = 0;
  std::uint32_t lumisections = 0;
};

/// The tables Events and LuminosityBlocks.
io::TableSpec scouting_events();
io::TableSpec scouting_lumisections();

/// Called with the number of events that were made since the last call.
using Advance = std::function<void(std::uint64_t)>;

/// Writes the stream into `sink` (not committed). Rows are ordered by orbit, then crossing. The content depends on the
/// options but not on the threads. Errors: usage, for options that make no stream; those of the sink; interrupted.
ScoutingSummary write_scouting(const ScoutingOptions& options, io::Sink& sink, const Advance& advance = {});

}  // namespace trigloop::simulate
