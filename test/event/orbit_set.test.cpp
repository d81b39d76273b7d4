#include "event/orbit_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace trigloop::event {
namespace {

OrbitEntry stretch(std::uint32_t orbit, std::uint16_t first, std::uint16_t last, std::uint64_t hash = 1) {
  return {orbit, 2, first, last, hash};
}

OrbitSet set_of(std::vector<OrbitEntry> stretches) {
  std::vector<std::uint32_t> doubtful;
  OrbitSet set = OrbitSet::collect(std::move(stretches), doubtful);
  EXPECT_TRUE(doubtful.empty());
  return set;
}

TEST(OrbitSet, JoinsStretchesOfAnOrbitInAnyOrder) {
  std::vector<OrbitEntry> stretches;
  for (std::uint32_t orbit = 1; orbit <= 50; ++orbit) {
    for (std::uint16_t piece = 0; piece < 4; ++piece) {
      const auto first = static_cast<std::uint16_t>(piece * 100);
      stretches.push_back(stretch(orbit, first, static_cast<std::uint16_t>(first + 99), orbit + piece));
    }
  }
  const OrbitSet sorted = set_of(stretches);
  ASSERT_EQ(sorted.size(), 50u);
  EXPECT_EQ(sorted.entries()[6], (OrbitEntry{7, 8, 0, 399, 7u + 8 + 9 + 10}));
  EXPECT_EQ(sorted.events(), 400u);
  std::mt19937 random(1);
  for (int i = 0; i < 5; ++i) {
    std::shuffle(stretches.begin(), stretches.end(), random);
    EXPECT_EQ(set_of(stretches), sorted);
  }
}

TEST(OrbitSet, NamesOrbitsThatASourceHoldsTwice) {
  std::vector<std::uint32_t> doubtful;
  const OrbitSet set =
      OrbitSet::collect({stretch(5, 1, 9), stretch(6, 1, 9), stretch(5, 9, 20), stretch(5, 3, 4)}, doubtful);
  EXPECT_EQ(doubtful, std::vector<std::uint32_t>{5});
  EXPECT_EQ(set.size(), 2u);
  EXPECT_EQ(set.find(5)->events, 6u);
}

TEST(OrbitSet, TellsFreshSplitDuplicateAndContradictingOrbitsApart) {
  const OrbitSet committed = set_of({stretch(2, 1, 10), stretch(3, 1, 10), stretch(4, 1, 10, 7)});
  const OrbitSet fresh = set_of({stretch(1, 1, 10), stretch(2, 11, 20), stretch(3, 1, 10), stretch(4, 1, 10, 8)});
  const OrbitComparison comparison = fresh.compare(committed);
  EXPECT_EQ(comparison.fresh, std::vector<std::uint32_t>{1});
  EXPECT_EQ(comparison.split, std::vector<std::uint32_t>{2});
  EXPECT_EQ(comparison.duplicate, std::vector<std::uint32_t>{3});
  EXPECT_EQ(comparison.contradicting, std::vector<std::uint32_t>{4});
}

TEST(OrbitSet, JoiningTheHalvesGivesTheWhole) {
  std::vector<OrbitEntry> all, even, odd;
  for (std::uint32_t orbit = 1; orbit <= 100; ++orbit) {
    all.push_back(stretch(orbit, 1, 20, orbit));
    (orbit % 2 != 0 ? odd : even).push_back(all.back());
  }
  OrbitSet joined = set_of(even);
  joined.join(set_of(odd));
  EXPECT_EQ(joined, set_of(all));
  OrbitSet split = set_of({stretch(9, 1, 5, 3)});
  split.join(set_of({stretch(9, 6, 8, 4)}));
  EXPECT_EQ(split, set_of({OrbitEntry{9, 4, 1, 8, 7}}));
}

TEST(OrbitSet, CountsBitsFromTheStartOfALumisection) {
  EXPECT_EQ(orbit_bit(1), 0u);
  EXPECT_EQ(orbit_bit(1u << 18), (1u << 18) - 1);
  EXPECT_EQ(orbit_bit((1u << 18) + 1), 0u);
}

}  // namespace
}  // namespace trigloop::event
