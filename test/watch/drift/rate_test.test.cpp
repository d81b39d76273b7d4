// The promises of the rate detector, on simulated streams with fixed seeds. Tolerances: a mean of n run lengths, which
// are nearly exponential, has a relative error of 1/sqrt(n); limits are four of these away.
#include "watch/drift/rate_test.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "bench/drift/streams.hpp"

namespace trigloop {
namespace {

using bench::RateStream;
using bench::RateTruth;
using watch::drift::Count;
using watch::drift::RateTest;

RateTest test_of(RateStream& stream, std::size_t reference, std::size_t terms) {
  std::vector<Count> counts;
  for (std::size_t i = 0; i < reference; ++i) counts.push_back(stream.next());
  return RateTest(watch::drift::fit_rate(counts, terms));
}

/// Lumisections until the alarm, at most `most`.
std::uint64_t run_length(RateTest test, RateStream& stream, double level, double ratio, std::uint64_t most) {
  for (std::uint64_t t = 0; t < most; ++t) {
    test.step(stream.next(ratio), t);
    if (test.value() >= level) return t + 1;
  }
  return most;
}

double mean_run_length(RateTruth truth, std::size_t reference, std::size_t terms, double level, double ratio, int n,
                       std::uint64_t most) {
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    RateStream stream(truth, static_cast<std::uint64_t>(i) + 1);
    sum += static_cast<double>(run_length(test_of(stream, reference, terms), stream, level, ratio, most));
  }
  return sum / n;
}

/// After 50 lumisections as the reference, at a false alarm in 10^4.
double mean_delay(double ratio) {
  constexpr int streams = 100;
  double sum = 0;
  for (int i = 0; i < streams; ++i) {
    RateStream stream({}, static_cast<std::uint64_t>(i) + 1);
    RateTest test = test_of(stream, 200, 1);
    for (std::uint64_t t = 0; t < 50; ++t) test.step(stream.next(), t);
    sum += static_cast<double>(run_length(test, stream, 1e4, ratio, 5000));
  }
  return sum / streams;
}

// Cut at three times the level, a run length of mean A or more has a mean of at least A (1 - exp(-3)) = 0.95 A.
void expect_promise(RateTruth truth, std::size_t reference, std::size_t terms) {
  constexpr double level = 200;
  constexpr int streams = 200;
  EXPECT_GT(mean_run_length(truth, reference, terms, level, 1, streams, 600), level * (0.95 - 4 / std::sqrt(streams)));
}

TEST(RateTest, KeepsItsPromiseOnPoissonCounts) { expect_promise({}, 200, 1); }

TEST(RateTest, KeepsItsPromiseWithTwoPercentOverdispersion) { expect_promise({1165.5, 0.02, 0, 0}, 200, 1); }

TEST(RateTest, KeepsItsPromiseWithAModelledPileUpSlope) { expect_promise({1165.5, 0, 0.05, 0.9}, 200, 2); }

TEST(RateTest, KeepsItsPromiseWithFewCounts) { expect_promise({3, 0, 0, 0}, 200, 1); }

TEST(RateTest, FindsSmallStepsFarSoonerThanACutPerLumisection) {
  // 3.89 standard deviations per lumisection, a false alarm in 10^4, needs 1177 and 58.8 lumisections.
  EXPECT_LT(mean_delay(1.02), 1177.0 / 5);
  EXPECT_LT(mean_delay(1.05), 58.8 / 5);
  EXPECT_LT(mean_delay(0.95), 58.8 / 5);
  EXPECT_LT(mean_delay(1.2), 2.5);
}

TEST(RateTest, SaysSinceWhenAndByHowMuch) {
  double since = 0, size = 0;
  constexpr int streams = 60;
  for (int i = 0; i < streams; ++i) {
    RateStream stream({}, static_cast<std::uint64_t>(i) + 1);
    RateTest test = test_of(stream, 500, 1);
    std::uint64_t t = 0;
    for (; t < 40; ++t) test.step(stream.next(), t);
    for (; test.value() < 1e4; ++t) test.step(stream.next(1.05), t);
    const auto& best = test.alternatives[test.best()];
    since += static_cast<double>(best.evidence.since) / streams;
    size += (best.counted / best.expected - 1) / streams;
  }
  EXPECT_NEAR(since, 40, 3);
  EXPECT_NEAR(size, 0.05, 0.01);
}

TEST(RateModel, MeasuresTheDispersionOfItsReference) {
  std::vector<Count> counts;
  RateStream stream({1165.5, 0.02, 0, 0}, 5);
  for (int i = 0; i < 2000; ++i) counts.push_back(stream.next());
  const auto model = watch::drift::fit_rate(counts, 1);
  // Error of the variance's estimate: (1/1165 + 0.0004) sqrt(2/2000) = 0.00004.
  EXPECT_NEAR(model.dispersion.best, 4e-4, 1.6e-4);
  EXPECT_GT(model.dispersion.upper, model.dispersion.best);
  EXPECT_NEAR(std::exp(model.mean[0]), 1165.5, 4 * 1165.5 * std::sqrt((1 / 1165.5 + 4e-4) / 2000));
}

TEST(RateModel, FindsTheSlopeWithPileUp) {
  std::vector<Count> counts;
  RateStream stream({1165.5, 0, 0.1, 0.5}, 6);
  for (int i = 0; i < 500; ++i) counts.push_back(stream.next());
  const auto model = watch::drift::fit_rate(counts, 2);
  EXPECT_NEAR(model.mean[1], 0.1, 0.006);
  EXPECT_LT(model.dispersion.best, 2e-4);
}

TEST(RateModel, ItsRatioIsAnEValue) {
  // The sum of probability x ratio over all counts is 1, whatever the alternative.
  const watch::drift::Predictive p{30, 50};
  for (const double other : {15.0, 29.0, 33.0, 60.0}) {
    double sum = 0;
    for (double x = 0; x < 2000; ++x) {
      using watch::drift::log_gamma;
      const double log_p =
          log_gamma(x + 50) - log_gamma(50) - log_gamma(x + 1) + 50 * std::log(50 / 80.0) + x * std::log(30 / 80.0);
      sum += std::exp(log_p + watch::drift::log_ratio(x, other, p));
    }
    EXPECT_NEAR(sum, 1, 1e-9) << other;
  }
}

TEST(RateModel, TellsTailProbabilitiesOfBothSides) {
  const watch::drift::Predictive p{1000, 1e9};
  EXPECT_NEAR(watch::drift::tail_probability(1000, p), 1, 0.03);
  EXPECT_LT(watch::drift::tail_probability(1170, p), 1e-6);
  EXPECT_LT(watch::drift::tail_probability(840, p), 1e-6);
  EXPECT_GT(watch::drift::tail_probability(1100, p), 1e-3);
}

}  // namespace
}  // namespace trigloop
