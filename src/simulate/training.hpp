#pragma once
// The HDF5 layout of the training package: zero bias and signals as padded arrays.
#include <cstdint>
#include <string>
#include <vector>

#include "io/sink.hpp"
#include "simulate/drift.hpp"
#include "simulate/scouting.hpp"

namespace trigloop::simulate {

struct TrainingOptions {
  std::uint64_t events = 0;  ///< of each process
  std::uint64_t seed = 1;
  unsigned threads = 0;  ///< 0: all cores
  std::vector<Drift> drifts;
  std::vector<std::string> signals;  ///< which; empty: all ten
};

struct TrainingSummary {
  std::string process;
  std::uint64_t events = 0, fired = 0;
};

/// Writes full_data_cyl (N,33,3), ET, HT, event_info (N,1: pile-up), L1bit. Not committed. Errors: usage, without
/// events or for drifts that need lumisections; those of the sink; interrupted.
std::vector<TrainingSummary> write_zerobias(const TrainingOptions& options, io::Sink& sink,
                                            const Advance& advance = {});

/// Writes for each signal NAME (n,33,3), NAME_ET, NAME_HT, NAME_nPV, NAME_l1bit. Errors: the same; usage, for a signal
/// that there is not.
std::vector<TrainingSummary> write_signals(const TrainingOptions& options, io::Sink& sink, const Advance& advance = {});

/// The processes that `names` mean; all, if there are none. Error: usage, with the nearest name.
std::vector<std::size_t> find_signals(const std::vector<std::string>& names);

}  // namespace trigloop::simulate
