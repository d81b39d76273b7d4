#include "report/histogram.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace trigloop::report {
namespace {

TEST(Axis, CoversAllIntegersWithEqualBins) {
  for (const int max : {0, 1, 6, 255, 256, 511, 2047, 4095}) {
    const Axis axis = Axis::covering(-3, max, true, 256);
    EXPECT_LE(axis.bins, 256u);
    Histogram histogram(axis);
    for (int v = -3; v <= max; ++v) histogram.fill(v);
    EXPECT_EQ(histogram.outside(), 0u);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < axis.bins; ++i) {
      sum += histogram.count(i);
      if (i + 1 < axis.bins) {
        EXPECT_EQ(histogram.count(i), static_cast<std::uint64_t>(axis.width));
      }
    }
    EXPECT_EQ(sum, static_cast<std::uint64_t>(max + 4));
  }
}

TEST(Axis, CoversFloatsIncludingBothEnds) {
  const Axis axis = Axis::covering(0.1, 0.7, false, 10);
  EXPECT_EQ(axis.index(0.1), 1u);
  EXPECT_EQ(axis.index(0.7), 10u);
  EXPECT_EQ(Axis::covering(2.5, 2.5, false, 10).index(2.5), 1u);
}

TEST(Histogram, CountsWhatLiesOutside) {
  Histogram histogram({0, 1, 3});
  for (const double v : {-0.1, 0.0, 2.999, 3.0, std::numeric_limits<double>::quiet_NaN(), 1e300}) histogram.fill(v);
  EXPECT_EQ(histogram.count(0), 1u);
  EXPECT_EQ(histogram.count(1), 0u);
  EXPECT_EQ(histogram.count(2), 1u);
  EXPECT_EQ(histogram.outside(), 4u);
}

TEST(Histogram2D, FillsTheCellOfBothValues) {
  Histogram2D map({0, 1, 2}, {0, 1, 3});
  map.fill(1.5, 2.5);
  map.fill(5, 0.5);
  EXPECT_EQ(map.count(1, 2), 1u);
  EXPECT_EQ(map.count(0, 0), 0u);
}

TEST(Profile, GivesTheMeanOfEachBinAndMerges) {
  Profile first({0, 1, 2}), second({0, 1, 2});
  first.fill(0.5, 3);
  second.fill(0.5, 5);
  first.merge(second);
  EXPECT_EQ(first.mean(0), 4);
  EXPECT_EQ(first.count(0), 2u);
  EXPECT_EQ(first.count(1), 0u);
}

}  // namespace
}  // namespace trigloop::report
