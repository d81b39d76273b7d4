#pragma once
// A sample as evaluation needs it: the integer score of each event, and what tables ask of events beside it. The events
// themselves are read in a stream, scored by the engine that the firmware's numbers come from, and forgotten.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "curate/cuts.hpp"
#include "curate/input.hpp"
#include "evaluate/drift.hpp"
#include "evaluate/hidden.hpp"
#include "evaluate/planes.hpp"
#include "evaluate/thresholds.hpp"
#include "score/scorer.hpp"

namespace trigloop::evaluate {

struct Sample {
  std::string name;
  int fraction = 0;                      ///< score = code x 2^-fraction
  std::int64_t lowest = 0, highest = 0;  ///< codes that the score's type can take
  std::vector<std::int32_t> codes;
  std::vector<std::uint8_t> fired;  ///< 1: some L1 bit did; empty, if it is not known
  std::vector<float> ht;            ///< GeV; empty, if it is not known
  std::vector<float> pileup;        ///< empty, if it is not known
  curate::CutCounts cuts;
  std::vector<Plane> planes;         ///< if asked for; the bins of scores are histogram_edges(lowest, highest)
  Hidden hidden;                     ///< of the first events, if asked for
  std::vector<std::int16_t> values;  ///< hardware integers of the first events, [event][feature]; see SampleOptions

  std::size_t events() const noexcept { return codes.size(); }
  bool is_pure(std::size_t event) const noexcept { return fired.empty() || fired[event] == 0; }
  Scores scores() const;
};

struct SampleOptions {
  unsigned threads = 1;       ///< at least 1
  bool package_cuts = false;  ///< drop and mask saturated events and objects, as for training; else nothing is touched
  const std::vector<std::uint8_t>* fired = nullptr;  ///< by entry, in place of stored bits
  const Drift* drift = nullptr;                      ///< moves events before anything else
  bool planes = false;
  std::size_t hidden_events = 0;               ///< whose hidden features are kept
  std::function<void(std::uint64_t)> advance;  ///< is told how many events more were scored
  std::size_t keep = 0;                        ///< of so many events the objects are kept
};

/// Scores the entries of `range` that `input` has. The sample does not depend on the number of threads. Errors: those
/// of the reader; mismatch, if the model takes other features than `settings` keeps; unsupported, for a score that is
/// no integer; interrupted.
Sample read_sample(std::string name, const curate::EventInput& input, io::EntryRange range, const score::Scorer& scorer,
                   const curate::Settings& settings, const SampleOptions& options);

}  // namespace trigloop::evaluate
