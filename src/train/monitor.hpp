#pragma once
// A quick look at a model while it trains: efficiencies of signals at a pure rate of 1 kHz, as the package follows
// them, and at raw rates that the configuration names (`watch_khz`), as small samples have few events above 1 kHz.
//
// Scores are rounded as the firmware rounds them, and thresholds are the package's (evaluate::PackageRule): so the last
// epoch's efficiencies are those of `trigloop evaluate`, up to what rounding the inputs does.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluate/crossings.hpp"
#include "evaluate/thresholds.hpp"
#include "train/history.hpp"

namespace trigloop::train {

struct Scored {
  std::string name;
  std::vector<double> scores;
  std::vector<std::uint8_t> fired;  ///< empty: no event
};

/// The code of a score in the firmware's type: half to even, saturating. NaN is the lowest.
std::int64_t score_code(double score);

/// The threshold that passes `khz` of raw or pure rate. Error: mismatch, if there are no events.
double threshold(const Scored& background, evaluate::Kind kind, double khz, const evaluate::Crossings& crossings);
inline double pure_threshold(const Scored& background, double khz, const evaluate::Crossings& crossings) {
  return threshold(background, evaluate::Kind::pure, khz, crossings);
}

struct Efficiency {
  double raw = 0, pure = 0;  ///< percent of events above a threshold; of those, without L1 bits: percent of all
};
Efficiency efficiency(const Scored& signal, double threshold);

}  // namespace trigloop::train
