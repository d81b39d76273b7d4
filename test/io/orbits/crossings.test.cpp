#include "io/orbits/crossings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trigloop::io::orbits {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

/// Offsets of an orbit with so many objects in these crossings.
std::vector<std::uint32_t> offsets_of(const std::vector<std::pair<std::size_t, std::uint32_t>>& objects) {
  std::vector<std::uint32_t> offsets(offsets_of_orbit);
  for (const auto& [crossing, n] : objects)
    for (std::size_t i = crossing + 1; i < offsets.size(); ++i) offsets[i] += n;
  return offsets;
}

std::vector<std::uint32_t> list_of(const Crossings& crossings) {
  std::vector<std::uint32_t> list(crossing_slots);
  list.resize(crossings.list(list.data()));
  return list;
}

TEST(Crossings, AreThoseWithAnObjectOfAnyProduct) {
  Crossings crossings(2);
  crossings.clear();
  EXPECT_EQ(crossings.add(0, offsets_of({{1, 2}, {40, 1}})), std::nullopt);
  EXPECT_EQ(crossings.add(1, offsets_of({{40, 3}, {3564, 1}})), std::nullopt);
  EXPECT_THAT(list_of(crossings), ElementsAre(1, 40, 3564));
  EXPECT_EQ(crossings.objects(0, 40), 1u);
  EXPECT_EQ(crossings.objects(1, 40), 3u);
  EXPECT_EQ(crossings.objects(1, 1), 0u);
}

TEST(Crossings, OfAFullOrbitAreAllAndOfAnEmptyOneNone) {
  std::vector<std::uint32_t> full(offsets_of_orbit);
  for (std::size_t i = 2; i < full.size(); ++i) full[i] = full[i - 1] + 12;
  Crossings crossings(1);
  crossings.clear();
  EXPECT_EQ(crossings.add(0, full), std::nullopt);
  EXPECT_EQ(list_of(crossings).size(), 3564u);
  crossings.clear();
  EXPECT_EQ(crossings.add(0, offsets_of({})), std::nullopt);
  EXPECT_TRUE(list_of(crossings).empty());
}

TEST(Crossings, AreAllWhereEmptyOnesAreAskedFor) {
  Crossings crossings(1, true);
  crossings.clear();
  EXPECT_EQ(crossings.add(0, offsets_of({{40, 3}})), std::nullopt);
  EXPECT_EQ(list_of(crossings).size(), 3564u);
  EXPECT_EQ(list_of(crossings)[0], 1u);
  EXPECT_EQ(crossings.objects(0, 40), 3u);
}

TEST(Crossings, RefuseOffsetsThatCannotBe) {
  const auto fault = [](const std::vector<std::uint32_t>& offsets) {
    Crossings crossings(1);
    crossings.clear();
    return crossings.add(0, offsets);
  };
  auto falling = offsets_of({{10, 4}, {20, 4}});
  falling[21] = 3;
  EXPECT_THAT(fault(falling), Optional(HasSubstr("crossing 20 begin at 4 and end at 3")));
  auto huge = offsets_of({});
  huge[100] = 0xFFFFFFFF;
  EXPECT_THAT(fault(huge), Optional(HasSubstr("begin at 4294967295 and end at 0")));
  EXPECT_THAT(fault(std::vector<std::uint32_t>(3565)), Optional(HasSubstr("3565 offsets, not 3566")));
  EXPECT_THAT(fault({}), Optional(HasSubstr("0 offsets")));
  EXPECT_THAT(fault(offsets_of({{0, 1}})), Optional(HasSubstr("crossing 0")));
  EXPECT_THAT(fault(std::vector<std::uint32_t>(offsets_of_orbit, 7)), Optional(HasSubstr("number 7, not 0")));
}

}  // namespace
}  // namespace trigloop::io::orbits
