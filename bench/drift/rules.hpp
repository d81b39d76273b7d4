#pragma once
// What others do with the same counts. Each rule has one number by which its false alarms are tuned, and is told the
// true mean and spread, which in practice it would have to guess.
#include <algorithm>
#include <cmath>

namespace trigloop::bench {

/// An alarm where a lumisection is so many standard deviations off.
struct SigmaRule {
  double limit = 3, mean = 0, spread = 1;
  bool step(double count) noexcept { return std::abs(count - mean) > limit * spread; }
};

/// Poisson CUSUM on both sides (Moustakides, Annals of Statistics 14, 1986): design ratio r and 1/r.
struct CusumRule {
  double limit = 7.65, mean = 0, ratio = 1.02;
  double up = 0, down = 0;
  bool step(double count) noexcept {
    up = std::max(0.0, up + count * std::log(ratio) - mean * (ratio - 1));
    down = std::max(0.0, down - count * std::log(ratio) - mean * (1 / ratio - 1));
    return up >= limit || down >= limit;
  }
};

/// Page and Hinkley on both sides, with the running mean, as streaming libraries have it; in units of the spread.
struct PageHinkleyRule {
  double limit = 20, delta = 0.1, mean = 0, spread = 1;
  double seen = 0, average = 0, up = 0, down = 0;
  bool step(double count) noexcept {
    const double x = (count - mean) / spread;
    seen += 1;
    average += (x - average) / seen;
    up = std::max(0.0, up + x - average - delta);
    down = std::max(0.0, down - x + average - delta);
    return seen >= 30 && (up > limit || down > limit);
  }
};

}  // namespace trigloop::bench
