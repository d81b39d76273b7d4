// Errors of thresholds against samples that were really drawn again.
#include "evaluate/bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "evaluate/thresholds.hpp"

namespace trigloop::evaluate {
namespace {

constexpr std::uint64_t events = 20'000;

score::Spectrum draw(unsigned seed) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> exponential(1e-3);
  score::Spectrum spectrum(4, 0, 131071);
  for (std::uint64_t i = 0; i < events; ++i) spectrum.count(static_cast<std::int64_t>(exponential(random)), 1);
  return spectrum;
}

TEST(Bootstrap, error_is_the_spread_of_thresholds_of_independent_samples) {
  const Crossings crossings(30'000);
  const std::vector<double> rates{150};  // 100 events
  double sum = 0, squares = 0, estimated = 0;
  constexpr unsigned samples = 60;
  for (unsigned seed = 1; seed <= samples; ++seed) {
    const score::Spectrum spectrum = draw(seed);
    const auto t = static_cast<double>(score::Cumulative(spectrum).threshold(crossings.allowed(150, events)));
    sum += t;
    squares += t * t;
    estimated += threshold_errors(spectrum, events, crossings, rates, {100, seed})[0] / samples;
  }
  const double spread = std::sqrt((squares - sum * sum / samples) / (samples - 1));
  EXPECT_NEAR(estimated / spread, 1, 0.3);  // the spread of 60 samples is known to 9 %
  EXPECT_NEAR(estimated, 100, 25);          // an exponential law of mean 1000 with 100 events left
}

TEST(Bootstrap, is_the_same_for_equal_seeds_and_another_for_others) {
  const score::Spectrum spectrum = draw(1);
  const Crossings crossings(30'000);
  const std::vector<double> rates{15, 1500};
  const auto once = threshold_errors(spectrum, events, crossings, rates, {50, 7});
  EXPECT_EQ(once, threshold_errors(spectrum, events, crossings, rates, {50, 7}));
  EXPECT_NE(once, threshold_errors(spectrum, events, crossings, rates, {50, 8}));
}

TEST(Bootstrap, poisson_numbers_have_their_mean_and_variance) {
  for (const double mean : {0.3, 1.0, 14.0, 200.0, 5000.0}) {
    core::Philox random(3, static_cast<std::uint64_t>(mean));
    double sum = 0, squares = 0;
    constexpr int n = 20'000;
    for (int i = 0; i < n; ++i) {
      const auto x = static_cast<double>(draw_poisson(mean, random)) - mean;
      sum += x;
      squares += x * x;
    }
    EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(mean / n)) << mean;
    EXPECT_NEAR(squares / n / mean, 1, 0.08) << mean;
  }
  core::Philox random(3, 0);
  EXPECT_EQ(draw_poisson(0, random), 0u);
}

}  // namespace
}  // namespace trigloop::evaluate
