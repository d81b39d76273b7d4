#include "simulate/fill.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace trigloop::simulate {
namespace {

TEST(FillScheme, HasAsManyBunchesAsAskedForEachAnOwnCrossing) {
  for (const unsigned bunches : {1u, 99u, 2448u, 2544u, 2748u, 3564u}) {
    const auto colliding = FillScheme(bunches).colliding();
    EXPECT_EQ(colliding.size(), bunches);
    EXPECT_TRUE(std::ranges::is_sorted(colliding));
    EXPECT_EQ(std::ranges::adjacent_find(colliding), colliding.end());
    EXPECT_GE(colliding.front(), 1);
    EXPECT_LE(colliding.back(), 3564);
  }
  EXPECT_THROW(FillScheme(0), core::Error);
  EXPECT_THROW(FillScheme(3565), core::Error);
}

TEST(CrossingSampler, KeepsTheShareItIsToldOfCollidingCrossingsAlone) {
  const FillScheme fill(2544);
  for (const double kept : {0.0004, 0.015, 0.5}) {
    const CrossingSampler sampler(fill, kept, 5);
    std::vector<std::uint16_t> one;
    double total = 0;
    constexpr int orbits = 2000;
    for (std::uint32_t orbit = 0; orbit < orbits; ++orbit) {
      total += static_cast<double>(sampler.sample(orbit, one));
      EXPECT_TRUE(std::ranges::is_sorted(one));
      EXPECT_TRUE(std::ranges::includes(fill.colliding(), one));
    }
    const double mean = orbits * sampler.mean_per_orbit();
    EXPECT_NEAR(total, mean, 5 * std::sqrt(mean));
  }
}

TEST(CrossingSampler, KeepsAllIfAskedTo) {
  const FillScheme fill(100);
  std::vector<std::uint16_t> one;
  EXPECT_EQ(CrossingSampler(fill, 1.0, 1).sample(7, one), 100u);
  EXPECT_EQ(one, fill.colliding());
}

TEST(CrossingSampler, RefusesSharesThatAreNone) {
  for (const double kept : {0.0, -0.1, 1.1, std::nan("")})
    EXPECT_THROW(CrossingSampler(FillScheme(10), kept, 1), core::Error);
}

}  // namespace
}  // namespace trigloop::simulate
