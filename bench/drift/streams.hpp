#pragma once
// Simulated streams of counts: what a lumisection would show, with a known truth.
#include <cmath>
#include <cstdint>
#include <vector>

#include "watch/drift/rate_model.hpp"
#include "watch/drift/shape_model.hpp"
#include "watch/drift/special.hpp"

namespace trigloop::bench {

/// xoshiro256++ (Blackman and Vigna, 2021), seeded by SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept {
    for (auto& word : state_) {
      seed += 0x9E3779B97F4A7C15u;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
      word = z ^ (z >> 31);
    }
  }
  std::uint64_t next() noexcept {
    const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return result;
  }
  /// In (0, 1).
  double uniform() noexcept { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }
  double normal() noexcept;
  double gamma(double shape) noexcept;   ///< mean `shape`; shape at least 1 (Marsaglia and Tsang, 2000)
  double poisson(double mean) noexcept;  ///< exact (Hormann's PTRS, 1993, from a mean of 10 on)
  double binomial(double n, double p) noexcept;

 private:
  static std::uint64_t rotate(std::uint64_t x, int by) noexcept { return (x << by) | (x >> (64 - by)); }
  std::uint64_t state_[4];
};

/// The truth of a stream of rates.
struct RateTruth {
  double mean = 1165.5;    ///< 50 Hz in a lumisection
  double dispersion = 0;   ///< standard deviation of the mean from lumisection to lumisection, relative
  double slope = 0;        ///< relative change of the mean for a standard deviation of pile-up
  double correlation = 0;  ///< of pile-up from a lumisection to the next
};

/// The count of each lumisection in turn.
class RateStream {
 public:
  RateStream(RateTruth truth, std::uint64_t seed) noexcept : truth_(truth), random_(seed), z_(random_.normal()) {}
  watch::drift::Count next(double ratio = 1) noexcept;

 private:
  RateTruth truth_;
  Random random_;
  double z_;
};

}  // namespace trigloop::bench
