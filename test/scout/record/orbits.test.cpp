#include "scout/record/orbits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "core/error.hpp"

namespace trigloop::scout {
namespace {

using testing::HasSubstr;

InputShare share(std::uint64_t stated, std::uint64_t orbits, std::uint64_t rows) {
  InputShare share;
  share.input.name = "a.root";
  share.orbits_stated = stated;
  share.orbits = orbits;
  share.rows = rows;
  return share;
}

/// What `rows` events at random give, if they fall on `orbits` orbits, of which `stated` are stated.
InputShare random_share(std::uint64_t stated, std::uint64_t orbits, std::uint64_t rows, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::uniform_int_distribution<std::uint64_t> orbit(1, orbits);
  std::vector<bool> occupied(orbits + 1);
  for (std::uint64_t i = 0; i < rows; ++i) occupied[orbit(engine)] = true;
  return share(stated, static_cast<std::uint64_t>(std::ranges::count(occupied, true)), rows);
}

TEST(Orbits, ThatAreNotStatedAreThoseWithEvents) {
  EXPECT_EQ(orbits_examined({share(0, 40, 500)}, false), 40u);
  EXPECT_FALSE(orbits_are_stated({share(0, 40, 500)}));
  EXPECT_EQ(missing_orbits({share(0, 40, 500)}), "");
}

TEST(Orbits, ThatAreEmptyCountWhereAnInputStatesThem) {
  EXPECT_EQ(orbits_examined({share(50, 40, 80)}, false), 50u);
  EXPECT_EQ(orbits_examined({share(50, 20, 40), share(50, 20, 40)}, false), 50u) << "both state the lumisection";
  EXPECT_EQ(orbits_examined({share(14, 9, 108), share(33, 31, 372)}, false), 47u) << "each states its part";
  EXPECT_EQ(orbits_examined({share(100, 0, 0)}, false), 100u) << "nothing but empty orbits";
}

TEST(Orbits, OfPartsAreToldFromThoseOfTheLumisectionByTheirOccupancyAlone) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    // Two parts of 60,000 orbits each, one event in ten orbits: fewer are occupied than one of them states.
    const std::vector parts{random_share(60'000, 60'000, 20'000, seed), random_share(60'000, 60'000, 20'000, ~seed)};
    EXPECT_EQ(orbits_examined(parts, false), 120'000u);
  }
}

TEST(Orbits, ThatAnInputStatesButDoesNotHoldAreMissing) {
  const std::vector dense{share(262'144, 131'072, 5'000'000)};
  EXPECT_EQ(missing_orbits(dense), "131072 of 262144 orbits came");
  EXPECT_EQ(orbits_examined(dense, true), 131'072u);
  try {
    orbits_examined(dense, false);
    FAIL() << "it is no contradiction";
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::mismatch);
    EXPECT_THAT(e.what(), HasSubstr("131072 of 262144 orbits came: as many as 5000000 events show of 131072"));
  }
}

TEST(Orbits, ThatCameAreMeasuredWhereEventsAreSparse) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const std::vector half{random_share(262'144, 131'072, 100'000, seed)};
    EXPECT_FALSE(missing_orbits(half).empty());
    EXPECT_NEAR(static_cast<double>(orbits_examined(half, true)), 131'072.0, 0.02 * 131'072);
    EXPECT_TRUE(missing_orbits({random_share(131'072, 131'072, 100'000, seed)}).empty());
  }
}

TEST(Orbits, OfACopyAddNoEmptyOnes) {
  InputShare copy = share(45, 0, 0);
  copy.duplicate_orbits = 40;
  EXPECT_EQ(orbits_examined({share(45, 40, 87), copy}, false), 45u);
}

TEST(Orbits, MoreThanAnInputStatesAreAContradiction) {
  EXPECT_THROW(orbits_examined({share(3, 9, 108)}, true), core::Error);
}

}  // namespace
}  // namespace trigloop::scout
