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
#include "evaluate/histogram.hpp"
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
  double raw_of_pure = 0;  ///< kHz: the raw rate at which the pure rate is this one, by the package's rule
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

/// Hidden features of events of all samples in the plane of the greatest variance of the background's.
struct EmbeddingTable {
  struct Events {
    std::string sample;
    std::vector<double> x, y, score;
  };
  std::string tensor;
  Components components;
  std::vector<Events> samples;  ///< the background first
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
  std::vector<EvenHistogram> even_histograms;  ///< as the package makes them: background, then signals
  // Where samples were read with them:
  std::vector<Plane> planes;  ///< of the background; the bins of scores are those of `histograms`
  std::optional<EmbeddingTable> embedding;
  std::vector<Rebuilt> rebuilt;
};

/// Background of which nothing is known but its spectra: the sum of scouting records, say.
struct Stream {
  std::string name;
  Scores scores;
  std::int64_t lowest = 0, highest = 0;  ///< codes that the score's type can take
  bool knows_l1 = false;                 ///< if not, scores.pure is scores.all
};

/// Errors: usage, for rates that are none; mismatch, if there is no background, or signals have scores of another
/// fraction. Of a stream there are no tables against pile-up, and nothing that needs its events.
Evaluation evaluate(const Stream& background, std::span<const Sample> signals, const EvaluateOptions& options);
Evaluation evaluate(const Sample& background, std::span<const Sample> signals, const EvaluateOptions& options);

}  // namespace trigloop::evaluate
