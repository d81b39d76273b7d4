#pragma once
// All tables of a model: thresholds for target rates with their errors, efficiencies of signals at these thresholds,
// rates against pile-up, histograms of scores. Samples come in with integer scores (sample.hpp); from there on
// everything is counting, so the tables of the package's rule are its own numbers on these scores.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluate/bootstrap.hpp"
#include "evaluate/crossings.hpp"
#include "evaluate/proportion.hpp"
#include "evaluate/sample.hpp"
#include "evaluate/tail.hpp"
#include "evaluate/thresholds.hpp"

namespace trigloop::evaluate {

/// Below this number of background events above a threshold a count says little, and a tail fit is offered.
inline constexpr std::uint64_t few_events = 10;
/// The set whose rate against pile-up the package shows: pile-up alone, at all numbers of collisions.
inline constexpr const char* pileup_set = "SingleNeutrino_E-10-gun";

struct EvaluateOptions {
  std::vector<double> rates_khz;
  Crossings crossings = Crossings::of_bunches(2544);
  double ht_threshold = 280;  ///< GeV; an event passes above it
  BootstrapOptions bootstrap;
  double pileup_step = 5;  ///< width of the bins in pile-up
};

/// One kind of threshold for one target rate.
struct KindThreshold {
  std::array<Threshold, rules> by_rule;
  double error = 0;                  ///< of the firmware's code, by bootstrap; the package's threshold has the same
  bool is_sparse = false;            ///< fewer than few_events lie above the firmware's: do not trust it
  std::optional<Extrapolated> tail;  ///< code by a fit of the tail, where it is sparse and a fit is possible
};

struct RateRow {
  double rate_khz = 0;
  std::array<KindThreshold, kinds> thresholds;
};

/// [which events: raw, pure][above which threshold: raw, pure]; shares of all events of the set.
using Columns = std::array<std::array<Proportion, kinds>, kinds>;

struct SignalTable {
  std::string name;
  std::uint64_t events = 0;
  std::optional<Proportion> l1, ht;               ///< where the set tells
  std::vector<std::array<Columns, rules>> rates;  ///< as EvaluateOptions::rates_khz
};

/// The rate that crossings of a pile-up would have, if all were like that.
struct PileupBin {
  double low = 0, high = 0;
  std::uint64_t events = 0;
  std::vector<Proportion> passing;  ///< the firmware's raw threshold, one a rate; rate = share x crossings
};

struct PileupTable {
  std::string name;  ///< of the sample
  std::vector<PileupBin> bins;
};

struct ScoreHistograms {
  std::vector<std::int64_t> edges;  ///< codes
  std::vector<std::uint64_t> background, pure;
  std::vector<std::vector<std::uint64_t>> signals;
};

struct Evaluation {
  EvaluateOptions options;
  int fraction = 0;
  std::string background;
  std::uint64_t events = 0, pure_events = 0;
  bool knows_l1 = false;  ///< of the background; if not, every event counts as pure
  std::vector<RateRow> rows;
  std::array<std::optional<TailFit>, kinds> tails;  ///< made where a threshold is sparse
  std::vector<SignalTable> signals;
  std::vector<PileupTable> pileup;  ///< of the background and of pileup_set, where they tell
  ScoreHistograms histograms;
};

/// Errors: usage, for rates that are none; mismatch, if there is no background, or signals have scores of another
/// fraction.
Evaluation evaluate(const Sample& background, std::span<const Sample> signals, const EvaluateOptions& options);

}  // namespace trigloop::evaluate
