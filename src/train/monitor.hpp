#pragma once
// A quick look at a model while it trains: efficiencies of signals at a pure rate of 1 kHz, as the package follows
// them.
//
// Thresholds are percentiles of background scores, interpolated linearly as NumPy does. Raw and pure rates are taken at
// nine raw rates; the raw rate that gives the wanted pure rate is interpolated between them. Only the highest scores
// matter, so only they are sorted.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "train/history.hpp"

namespace trigloop::train {

struct Scored {
  std::string name;
  std::vector<double> scores;
  std::vector<std::uint8_t> fired;  ///< empty: no event
};

/// The threshold that passes `khz` of pure rate.
double pure_threshold(const Scored& background, double khz);

struct Efficiency {
  double raw = 0, pure = 0;  ///< percent of events above a threshold; of those, without L1 bits: percent of all
};
Efficiency efficiency(const Scored& signal, double threshold);

}  // namespace trigloop::train
