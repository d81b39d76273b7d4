#include "menu/tally.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace trigloop::menu {
namespace {

Fired fired_of(std::size_t seeds, const std::vector<std::vector<std::size_t>>& events) {
  Fired fired;
  fired.entries = events.size();
  fired.seeds = seeds;
  fired.words = (seeds + 63) / 64;
  fired.bits.assign(fired.entries * fired.words, 0);
  fired.any.assign((fired.entries + 63) / 64, 0);
  for (std::size_t e = 0; e < events.size(); ++e) {
    for (const std::size_t s : events[e]) {
      fired.bits[e * fired.words + s / 64] |= std::uint64_t{1} << (s % 64);
      fired.any[e / 64] |= std::uint64_t{1} << (e % 64);
    }
  }
  return fired;
}

TEST(Tally, counts_alone_and_together) {
  Tally tally(70);
  tally.add(fired_of(70, {{0}, {}, {0, 69}, {69}, {0, 1, 69}, {}}));
  EXPECT_EQ(tally.events, 6u);
  EXPECT_EQ(tally.any, 4u);
  EXPECT_EQ(tally.fired(0), 3u);
  EXPECT_EQ(tally.fired(69), 3u);
  EXPECT_EQ(tally.pure(0), 1u);
  EXPECT_EQ(tally.pure(1), 0u);
  EXPECT_EQ(tally.overlap[0 * 70 + 69], 2u);
  EXPECT_EQ(tally.overlap[69 * 70 + 0], 2u);
  EXPECT_EQ(tally.overlap[1 * 70 + 69], 1u);
  EXPECT_DOUBLE_EQ(tally.proportional(0), 1 + 1.0 / 2 + 1.0 / 3);
  EXPECT_DOUBLE_EQ(tally.proportional(1), 1.0 / 3);
}

TEST(Tally, shares_events_among_seeds_so_that_they_add_up) {
  Tally tally(5);
  tally.add(fired_of(5, {{0, 1, 2}, {3}, {0, 3}, {1, 2, 3, 4}, {}}));
  double sum = 0;
  for (std::size_t s = 0; s < 5; ++s) sum += tally.proportional(s);
  EXPECT_NEAR(sum, static_cast<double>(tally.any), 1e-12);
}

TEST(Tally, adds_exactly) {
  const auto first = fired_of(3, {{0, 1}, {2}}), second = fired_of(3, {{1}, {}, {0, 1, 2}});
  Tally whole(3), a(3), b(3);
  whole.add(first);
  whole.add(second);
  a.add(second);
  b.add(first);
  a += b;
  EXPECT_EQ(a.shared, whole.shared);
  EXPECT_EQ(a.overlap, whole.overlap);
  EXPECT_EQ(a.events, whole.events);
  EXPECT_EQ(a.any, whole.any);
}

TEST(Rates, are_shares_of_the_crossing_rate) {
  const RateScale scale{2544, 400'000};
  EXPECT_NEAR(scale.per_event() * 400'000, 28.608e6, 1e3);
  const Rate rate = rate_of(1442, scale);
  EXPECT_NEAR(rate.hz, 103.1e3, 100);  // the figure that is told of the samples
  EXPECT_NEAR(rate.error, rate.hz / std::sqrt(1442), rate.hz * 1e-3);
  EXPECT_EQ(rate_of(400'000, scale).error, 0);  // always firing is certain
  EXPECT_EQ(rate_of(0, {2544, 0}).hz, 0);
}

TEST(Rates, of_shares_have_the_error_of_weighted_counts) {
  Tally tally(2);
  tally.add(fired_of(2, {{0, 1}, {0, 1}, {0, 1}, {0}}));
  tally.events = 1'000'000;
  const RateScale scale{2544, tally.events};
  const Rate rate = proportional_rate(tally, 0, scale);
  EXPECT_DOUBLE_EQ(rate.hz, 2.5 * scale.per_event());
  EXPECT_NEAR(rate.error, std::sqrt(3 * 0.25 + 1) * scale.per_event(), 1e-4 * rate.error);
}

}  // namespace
}  // namespace trigloop::menu
