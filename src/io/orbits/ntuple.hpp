#pragma once
// Events of any source as a flat ntuple: what CMSSW makes of orbit files, for those who want the file.
#include <cstdint>
#include <functional>
#include <vector>

#include "io/sink.hpp"
#include "io/source.hpp"

namespace trigloop::io::orbits {

struct NtupleOptions {
  std::vector<bool> crossings;  ///< [number of a crossing, 0 to 3564]: whether it is kept; empty: all are
  /// One crossing in so many is kept, chosen by a hash of orbit and crossing: an unbiased sample, the same in any run
  /// and of any file.
  std::uint32_t prescale = 1;
};

struct NtupleCount {
  std::uint64_t read = 0, selected = 0, kept = 0;  ///< rows; selected: of the chosen crossings
};

/// Whether the prescale keeps this crossing.
bool is_kept(std::uint32_t orbit, std::uint32_t crossing, std::uint32_t prescale) noexcept;

/// Writes the readable columns of `Events` and `LuminosityBlocks` (nOrbits as it stands: orbits seen). Hardware values
/// of objects become int16, or uint16 where CMSSW has that; sums stay int32. `progress` is told of rows read. Errors:
/// those of source and sink; mismatch, if there is no table `Events` with a key; damaged, if a value does not fit.
NtupleCount write_ntuple(const Source& source, Sink& sink, const NtupleOptions& options,
                         const std::function<void(std::uint64_t)>& progress = {});

}  // namespace trigloop::io::orbits
