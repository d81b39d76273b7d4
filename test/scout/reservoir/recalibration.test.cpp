// Events moved to where an announced recalibration will have them.
#include "scout/reservoir/recalibration.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace trigloop::scout {
namespace {

constexpr std::size_t jets = 3 * 21, egs = 3;

PackageRow row_of(std::int16_t first, std::int16_t second) {
  PackageRow row;
  row.objects[jets] = first;
  row.objects[jets + 1] = 10;
  row.objects[jets + 3] = second;
  row.objects[jets + 4] = 20;
  row.objects[egs] = 60;
  row.et = 400;
  return row;
}

TEST(Recalibration, MovesTheMeanByItsFactorAndNothingElse) {
  const Recalibration moved({"jet=+2%"});
  double sum = 0;
  for (std::uint64_t lot = 0; lot < 20'000; ++lot) {
    PackageRow row = row_of(81, 0);
    moved.apply(row, lot);
    sum += row.objects[jets];
    ASSERT_EQ(row.objects[jets + 1], 10);
    ASSERT_EQ(row.objects[jets + 3], 0) << "an absent object stays absent";
    ASSERT_EQ(row.objects[egs], 60);
    ASSERT_EQ(row.et, 400);
  }
  EXPECT_NEAR(sum / 20'000, 81 * 1.02, 0.02);
}

TEST(Recalibration, IsTheSameForTheSameEvent) {
  const Recalibration moved({"jet=-3%", "et=+1%"});
  PackageRow one = row_of(333, 222), two = one;
  moved.apply(one, 42);
  moved.apply(two, 42);
  EXPECT_EQ(one.objects, two.objects);
  EXPECT_FLOAT_EQ(one.et, 404);
}

TEST(Recalibration, KeepsTheFallingOrderOfPt) {
  const Recalibration moved({"jet=+0.5%"});
  for (std::uint64_t lot = 0; lot < 1000; ++lot) {
    PackageRow row = row_of(51, 50);
    moved.apply(row, lot);
    ASSERT_GE(row.objects[jets], row.objects[jets + 3]);
    ASSERT_EQ(row.objects[jets + 1] + row.objects[jets + 4], 30) << "directions go with their jets";
  }
}

TEST(Recalibration, WhatIsSaturatedStaysSo) {
  PackageRow row = row_of(2047, 2040);
  Recalibration({"jet=-2%"}).apply(row, 1);
  EXPECT_EQ(row.objects[jets], 2047);
  EXPECT_LT(row.objects[jets + 3], 2040);
  row = row_of(2040, 100);
  Recalibration({"jet=+2%"}).apply(row, 1);
  EXPECT_EQ(row.objects[jets], 2047);
}

TEST(Recalibration, NothingAnnouncedChangesNothing) {
  EXPECT_TRUE(Recalibration().changes_nothing());
  EXPECT_TRUE(Recalibration({"jet=0%"}).changes_nothing());
  EXPECT_FALSE(Recalibration({"eg=-1%"}).changes_nothing());
}

TEST(Recalibration, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"jet", "jet=2", "jet=x%", "tau=+1%", "jet=+200%", "=1%", "jet=nan%"})
    EXPECT_THROW(Recalibration({text}), core::Error) << text;
}

}  // namespace
}  // namespace trigloop::scout
