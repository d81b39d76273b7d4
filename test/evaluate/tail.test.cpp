// Fits of tails whose law is known.
#include "evaluate/tail.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace trigloop::evaluate {
namespace {

constexpr std::int64_t highest = 131071;
constexpr std::uint64_t total = 100'000;

/// Codes of a generalised Pareto law above 1000; nobody below. Codes beyond the type saturate.
score::Spectrum draw(double shape, double scale, unsigned seed, std::int64_t top = highest) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  score::Spectrum spectrum(4, 0, highest);
  for (std::uint64_t i = 0; i < total; ++i) {
    const double u = 1 - uniform(random);
    const double y = shape == 0 ? -scale * std::log(u) : scale * std::expm1(-shape * std::log(u)) / shape;
    spectrum.count(std::min(top, 1000 + static_cast<std::int64_t>(std::min(y, 1e9))), 1);
  }
  return spectrum;
}

double quantile(double shape, double scale, double share) {
  return 1000 + (shape == 0 ? -scale * std::log(share) : scale * std::expm1(-shape * std::log(share)) / shape);
}

TEST(Tail, finds_the_shape_and_its_error_is_honest) {
  for (const double shape : {-0.2, 0.0, 0.3}) {
    double pulls = 0;
    constexpr unsigned samples = 30;
    for (unsigned seed = 1; seed <= samples; ++seed) {
      const auto fit = fit_tail(draw(shape, 500, seed), total, highest);
      ASSERT_TRUE(fit);
      EXPECT_GE(fit->events, 400u);
      const double pull = (fit->shape - shape) / fit->shape_error;
      EXPECT_LT(std::abs(pull), 5);
      pulls += pull * pull / samples;
    }
    EXPECT_NEAR(pulls, 1, 0.9) << shape;
  }
}

TEST(Tail, extrapolates_to_rare_events_within_its_error) {
  constexpr double share = 2e-5;  // 2 events of the sample
  double pulls = 0;
  constexpr unsigned samples = 30;
  for (unsigned seed = 1; seed <= samples; ++seed) {
    const auto fit = fit_tail(draw(0.1, 300, seed), total, highest);
    ASSERT_TRUE(fit);
    const Extrapolated at = extrapolate(*fit, share);
    const double pull = (at.code - quantile(0.1, 300, share)) / at.error;
    pulls += pull * pull / samples;
  }
  EXPECT_NEAR(pulls, 1, 0.9);
}

TEST(Tail, saturated_scores_do_not_bend_it) {
  const std::int64_t top = 5000;  // about 60 events lie above
  const score::Spectrum spectrum = draw(0.1, 400, 5, top);
  const auto fit = fit_tail(spectrum, total, top);
  ASSERT_TRUE(fit);
  EXPECT_GT(fit->saturated, 10u);
  EXPECT_NEAR(fit->shape, 0.1, 4 * fit->shape_error);
  const auto blind = fit_tail(spectrum, total, highest);  // takes them for what they seem
  EXPECT_TRUE(!blind || blind->shape < fit->shape);
}

TEST(Tail, refuses_what_cannot_be_fitted) {
  score::Spectrum few(4, 0, highest);
  EXPECT_FALSE(fit_tail(few, 0, highest));
  for (int i = 0; i < 20; ++i) few.count(std::int64_t{100} + i, 1);
  EXPECT_FALSE(fit_tail(few, 20, highest));
  score::Spectrum flat(4, 0, highest);
  flat.count(std::int64_t{7}, 100'000);
  EXPECT_FALSE(fit_tail(flat, 100'000, highest));
}

}  // namespace
}  // namespace trigloop::evaluate
