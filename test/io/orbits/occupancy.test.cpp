#include "io/orbits/occupancy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trigloop::io::orbits {
namespace {

using testing::Each;
using testing::ElementsAre;

/// An orbit with objects of two products in these crossings.
struct Orbit {
  explicit Orbit(std::vector<std::uint32_t> in, std::uint32_t objects = 1) : list(std::move(in)), crossings(2) {
    std::vector<std::uint32_t> first(offsets_of_orbit), second(offsets_of_orbit);
    for (const std::uint32_t crossing : list) {
      for (std::size_t i = crossing + 1; i < offsets_of_orbit; ++i) first[i] += objects, second[i] += crossing % 3;
    }
    crossings.clear();
    EXPECT_FALSE(crossings.add(0, first));
    EXPECT_FALSE(crossings.add(1, second));
  }
  void keep(Occupancy& occupancy, std::uint64_t number, std::atomic<std::int64_t>& left) const {
    occupancy.keep(number, crossings, list.data(), list.size(), left);
  }
  std::vector<std::uint32_t> list;
  Crossings crossings;
};

TEST(Occupancy, GivesTheCrossingsAndCountsThatItKeeps) {
  std::vector<std::uint32_t> all(crossing_slots - 1);
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i + 1;
  std::atomic<std::int64_t> left = Occupancy::most_bytes;
  Occupancy occupancy(3);
  Orbit({1, 63, 64, 128, 3564}, 255).keep(occupancy, 0, left);
  Orbit({}).keep(occupancy, 1, left);
  Orbit(all, 12).keep(occupancy, 2, left);
  ASSERT_EQ(occupancy.end_of_kept({0, 3}), 3u);
  std::vector<std::uint32_t> five(5), counts(5), whole(all.size()), twelve(all.size());
  occupancy.list(0, five.data());
  EXPECT_THAT(five, ElementsAre(1, 63, 64, 128, 3564));
  occupancy.counts(0, 0, 5, counts.data());
  EXPECT_THAT(counts, Each(255));
  occupancy.counts(0, 1, 5, counts.data());
  EXPECT_THAT(counts, ElementsAre(1, 0, 1, 2, 0));
  occupancy.list(2, whole.data());
  EXPECT_EQ(whole, all);
  occupancy.counts(2, 0, all.size(), twelve.data());
  EXPECT_THAT(twelve, Each(12));
}

TEST(Occupancy, KeepsNothingThatDoesNotFit) {
  std::atomic<std::int64_t> left = 448 + 2 * 2;
  Occupancy occupancy(4);
  EXPECT_EQ(occupancy.end_of_kept({2, 2}), 2u);
  Orbit({5}, 256).keep(occupancy, 0, left);
  EXPECT_EQ(occupancy.end_of_kept({0, 1}), 0u) << "256 is no byte";
  left = 448 + 2 * 2;
  Orbit({5, 6}).keep(occupancy, 1, left);
  EXPECT_EQ(occupancy.end_of_kept({1, 4}), 2u);
  EXPECT_EQ(occupancy.end_of_kept({0, 2}), 0u);
  Orbit({5}).keep(occupancy, 2, left);
  EXPECT_EQ(occupancy.end_of_kept({2, 3}), 2u) << "there is no room left";
}

}  // namespace
}  // namespace trigloop::io::orbits
