#include "curate/census.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"

namespace trigloop::curate {
namespace {

/// n events of one object; pt is 0 in about a third.
std::vector<std::int16_t> random_events(std::size_t n, std::uint64_t seed) {
  core::Philox random(seed, 0);
  std::vector<std::int16_t> values;
  for (std::size_t i = 0; i < n; ++i) {
    values.push_back(static_cast<std::int16_t>(random() % 3 == 0 ? 0 : random() % 500));
    values.push_back(static_cast<std::int16_t>(random()));
    values.push_back(static_cast<std::int16_t>(random() % 2));
  }
  return values;
}

/// The values of one component of the events that count, sorted.
std::vector<double> sorted(const std::vector<std::int16_t>& values, std::size_t component, bool ignore_zeros) {
  std::vector<double> out;
  for (std::size_t i = 0; i < values.size(); i += 3) {
    if (!ignore_zeros || values[i] != 0) out.push_back(values[i + component]);
  }
  std::ranges::sort(out);
  return out;
}

TEST(Census, PercentilesAreThoseOfTheSortedValues) {
  for (const std::size_t n : {1u, 2u, 7u, 1000u}) {
    for (const bool ignore : {false, true}) {
      const auto values = random_events(n, n);
      Census census(1);
      census.add(values, ignore);
      if (census.counted(0) == 0) continue;
      for (std::size_t f = 0; f < 3; ++f) {
        const std::vector<double> all = sorted(values, f, ignore);
        for (const double percent : {0.0, 5.0, 12.5, 50.0, 95.0, 99.9, 100.0}) {
          const double place = static_cast<double>(all.size() - 1) * percent / 100;
          const auto below = static_cast<std::size_t>(place);
          const double high = all[std::min(below + 1, all.size() - 1)];
          const double expected = all[below] + (high - all[below]) * (place - static_cast<double>(below));
          EXPECT_NEAR(census.percentile(f, percent), expected, 1e-9 * (1 + std::abs(expected)));
        }
      }
    }
  }
}

TEST(Census, SumsOfPartsAreTheWhole) {
  const auto a = random_events(300, 1), b = random_events(500, 2);
  Census whole(1), first(1), second(1), empty(1);
  whole.add(a, true);
  whole.add(b, true);
  first.add(a, true);
  second.add(b, true);
  (first += second) += empty;
  EXPECT_EQ(first.counted(0), whole.counted(0));
  for (std::size_t f = 0; f < 3; ++f) {
    EXPECT_EQ(first.percentile(f, 37), whole.percentile(f, 37));
    EXPECT_EQ(first.mean(f), whole.mean(f));
    EXPECT_EQ(first.deviation(f), whole.deviation(f));
  }
}

TEST(Census, MeanAndDeviationHaveNoCancellation) {
  Census census(1);
  std::vector<std::int16_t> values;
  for (int i = 0; i < 1000; ++i) values.insert(values.end(), {1, static_cast<std::int16_t>(32000 + i % 2), -5});
  census.add(values, false);
  EXPECT_EQ(census.mean(1), 32000.5);
  EXPECT_EQ(census.deviation(1), 0.5);
  EXPECT_EQ(census.deviation(2), 0);
}

TEST(Census, AnAbsentObjectIsCountedAsSuch) {
  const std::vector<std::int16_t> values = {0, 3, 4, 0, -32768, 32767};
  Census with(1), without(1);
  with.add(values, false);
  without.add(values, true);
  EXPECT_EQ(with.counted(0), 2u);
  EXPECT_EQ(with.present(0), 0u);
  EXPECT_EQ(without.counted(0), 0u);
  EXPECT_EQ(with.percentile(1, 0), -32768);
  EXPECT_EQ(with.percentile(2, 100), 32767);
}

}  // namespace
}  // namespace trigloop::curate
