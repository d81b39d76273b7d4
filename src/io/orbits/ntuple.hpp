#pragma once
// Events of any source as a flat ntuple: what CMSSW makes of orbit files, for those who want the file.
#include <cstdint>
#include <functional>

#include "io/sink.hpp"
#include "io/source.hpp"

namespace trigloop::io::orbits {

/// Writes the readable columns of `Events` and `LuminosityBlocks` (nOrbits as it stands: orbits seen). Hardware values
/// of objects become int16, or uint16 where CMSSW has that; sums stay int32. `progress` is told of rows written.
/// Errors: those of source and sink; mismatch, if there is no table `Events` with a key; damaged, if a value does not
/// fit.
void write_ntuple(const Source& source, Sink& sink, const std::function<void(std::uint64_t)>& progress = {});

}  // namespace trigloop::io::orbits
