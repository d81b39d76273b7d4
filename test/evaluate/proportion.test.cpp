// Clopper-Pearson intervals against their definition.
#include "evaluate/proportion.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace trigloop::evaluate {
namespace {

/// P(X >= k) of n trials that succeed with p, summed term by term.
double at_least(std::uint64_t k, std::uint64_t n, double p) {
  double sum = 0;
  for (std::uint64_t i = k; i <= n; ++i) {
    const auto x = static_cast<double>(i), m = static_cast<double>(n);
    sum += std::exp(std::lgamma(m + 1) - std::lgamma(x + 1) - std::lgamma(m - x + 1) + x * std::log(p) +
                    (m - x) * std::log1p(-p));
  }
  return sum;
}

TEST(Proportion, bounds_are_the_shares_at_which_the_count_is_as_rare_as_stated) {
  const double tail = (1 - one_sigma) / 2;
  for (const auto& [k, n] : {std::pair{1, 10}, {3, 12}, {9, 10}, {17, 400}, {399, 400}, {1, 100000}}) {
    const Proportion p = proportion(static_cast<std::uint64_t>(k), static_cast<std::uint64_t>(n));
    EXPECT_NEAR(at_least(p.count, p.total, p.low), tail, 1e-6) << k << " of " << n;
    EXPECT_NEAR(1 - at_least(p.count + 1, p.total, p.high), tail, 1e-6) << k << " of " << n;
  }
}

TEST(Proportion, equals_published_values) {
  // 10 of 100 at 95 %: 4.900 to 17.622 % (the textbook example of R's binom.test).
  const Proportion p = proportion(10, 100, 0.95);
  EXPECT_NEAR(p.low, 0.0490047, 1e-7);
  EXPECT_NEAR(p.high, 0.1762226, 1e-7);
}

TEST(Proportion, none_and_all_have_closed_forms) {
  const double tail = (1 - one_sigma) / 2;
  EXPECT_EQ(proportion(0, 50).low, 0);
  EXPECT_NEAR(proportion(0, 50).high, 1 - std::pow(tail, 1.0 / 50), 1e-12);
  EXPECT_EQ(proportion(50, 50).high, 1);
  EXPECT_NEAR(proportion(50, 50).low, std::pow(tail, 1.0 / 50), 1e-12);
  EXPECT_EQ(proportion(0, 0).low, 0);
  EXPECT_EQ(proportion(0, 0).high, 1);
  EXPECT_EQ(proportion(0, 0).value(), 0);
}

TEST(Proportion, stays_sane_for_millions_of_events) {
  const Proportion p = proportion(3'000'000, 6'000'000);
  EXPECT_NEAR(p.high - p.low, 2 * std::sqrt(0.25 / 6e6), 1e-6);
}

}  // namespace
}  // namespace trigloop::evaluate
