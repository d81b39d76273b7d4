// Thresholds against brute force over all events.
#include "evaluate/thresholds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/error.hpp"

namespace trigloop::evaluate {
namespace {

struct Event {
  std::int32_t code;
  bool fired;
};

std::vector<Event> make_events(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::exponential_distribution<double> exponential(0.01);
  std::vector<Event> events;
  for (std::size_t i = 0; i < n; ++i) {
    const auto code = static_cast<std::int32_t>(exponential(random));
    events.push_back({code, static_cast<int>(random() % 2000) < code});
  }
  return events;
}

Scores scores_of(const std::vector<Event>& events) {
  Scores scores{{4, 0, 131071}, {4, 0, 131071}};
  for (const Event& e : events) {
    scores.all.count(e.code, 1);
    if (!e.fired) scores.pure.count(e.code, 1);
  }
  return scores;
}

std::uint64_t passing(const std::vector<Event>& events, Kind kind, std::int64_t threshold) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      events, [&](const Event& e) { return e.code >= threshold && (kind == Kind::raw || !e.fired); }));
}

TEST(Thresholds, of_the_firmware_are_the_smallest_integers_within_the_target) {
  const std::vector<Event> events = make_events(20'000, 1);
  const Ranks ranks(scores_of(events));
  const Crossings crossings(28608.8064);
  for (const Kind kind : {Kind::raw, Kind::pure}) {
    for (const double rate : {1.0, 10.0, 105.0, 1000.0}) {
      const Threshold t = firmware_threshold(ranks, crossings, kind, rate);
      const std::uint64_t allowed = crossings.allowed(rate, events.size());
      EXPECT_LE(passing(events, kind, t.code), allowed);
      EXPECT_GT(passing(events, kind, t.code - 1), allowed);
      EXPECT_EQ(t.raw, passing(events, Kind::raw, t.code));
      EXPECT_EQ(t.pure, passing(events, Kind::pure, t.code));
      EXPECT_EQ(t.score, static_cast<double>(t.code) / 16);
    }
  }
}

TEST(Thresholds, by_rates_that_divide_exactly_allow_that_many_events) {
  const Crossings crossings(30'000);
  EXPECT_EQ(crossings.allowed(3, 10'000), 1u);
  EXPECT_EQ(crossings.allowed(2.999999, 10'000), 0u);
  EXPECT_EQ(crossings.allowed(30'000, 77), 77u);
  EXPECT_DOUBLE_EQ(crossings.rate_khz(1, 10'000), 3);
  EXPECT_NEAR(Crossings::of_bunches(2544).khz(), 28608.839, 1e-3);
}

TEST(Thresholds, of_the_package_pass_what_its_comparison_passes) {
  const std::vector<Event> events = make_events(50'000, 2);
  const Ranks ranks(scores_of(events));
  const Crossings crossings(28608.8064);
  const PackageRule package(ranks, crossings);
  for (const double rate : {0.05, 1.0, 10.0, 50.0}) {
    for (const Kind kind : {Kind::raw, Kind::pure}) {
      const Threshold t = package.threshold(kind, rate);
      const auto above = std::ranges::count_if(events, [&](const Event& e) { return e.code / 16.0 > t.score; });
      EXPECT_EQ(t.raw, static_cast<std::uint64_t>(above));
      EXPECT_FALSE(t.clamped && rate > 1);
    }
    EXPECT_LE(package.threshold(Kind::pure, rate).score, package.threshold(Kind::raw, rate).score);
  }
}

TEST(Thresholds, beyond_the_grid_of_the_package_are_marked_and_equal_its_end) {
  const Ranks ranks(scores_of(make_events(50'000, 3)));
  const PackageRule package(ranks, Crossings(28608.8064));
  const Threshold far = package.threshold(Kind::pure, 110), near = package.threshold(Kind::pure, 105);
  EXPECT_TRUE(far.clamped);
  EXPECT_EQ(far.score, near.score);
  EXPECT_FALSE(package.threshold(Kind::raw, 110).clamped);
}

TEST(Thresholds, without_events_are_refused) {
  const Ranks ranks(Scores{{4, 0, 100}, {4, 0, 100}});
  EXPECT_THROW(firmware_threshold(ranks, Crossings(1000), Kind::raw, 1), core::Error);
  EXPECT_THROW(PackageRule(ranks, Crossings(1000)), core::Error);
}

TEST(Thresholds, refuse_crossings_that_no_collider_has) {
  EXPECT_THROW(Crossings(0), core::Error);
  EXPECT_THROW(Crossings(std::nan("")), core::Error);
  EXPECT_THROW(Crossings(1e6), core::Error);
  EXPECT_THROW(Crossings::of_bunches(0), core::Error);
  EXPECT_THROW(Crossings::of_bunches(3565), core::Error);
}

}  // namespace
}  // namespace trigloop::evaluate
