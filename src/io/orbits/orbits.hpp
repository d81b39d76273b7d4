#pragma once
// CMSSW's orbit files as the events that they hold.
//
// The detector's scouting files have an entry an orbit, with the objects of its 3564 crossings in one list. This gives
// them as the flat ntuple that CMSSW makes of them in a step of hours (the same tables, columns and names, and a row
// for each crossing that is not empty), while they are read: objects of consecutive crossings lie next to each other
// already, so the values stay where they were decoded, and only the offsets are made anew.
#include <memory>

#include "io/source.hpp"

namespace trigloop::io::orbits {

/// Whether a source has a tree of orbits.
bool holds_orbits(const Source& source);

/// Tables `Events` (a row for each crossing with an object or a sum; columns as in CMSSW's L1ScoutingNano with hardware
/// values, 32-bit) and `LuminosityBlocks` (run, luminosityBlock, nOrbits; empty orbits count). Reads the offsets of all
/// orbits once, on all cores, to know how many rows there are. Errors: those of `stored`; damaged, naming the orbit,
/// for offsets that cannot be; mismatch, if members are missing.
/// With `empty_too`, crossings that hold nothing are rows, too: 3564 an orbit.
std::unique_ptr<Source> as_crossings(std::unique_ptr<Source> stored, bool empty_too = false);

}  // namespace trigloop::io::orbits
