#include "scout/pass/dense_counts.hpp"

#include <gtest/gtest.h>

#include <random>

namespace trigloop::scout {
namespace {

constexpr std::size_t rows = 4, n = 500;

Counts counted(const std::vector<std::int16_t>& values) {
  std::map<std::int64_t, std::uint64_t> bins;
  for (const std::int16_t value : values) ++bins[value];
  return {bins.begin(), bins.end()};
}

Counts drained(DenseCounts& counts) {
  Counts out;
  counts.drain(out);
  return out;
}

/// Mostly 0, as inputs are; in [-spread, spread].
std::vector<std::int16_t> some_values(int spread, std::mt19937& random) {
  std::vector<std::int16_t> values(n);
  std::uniform_int_distribution<int> any(-spread, spread);
  for (std::int16_t& value : values) value = static_cast<std::int16_t>(random() % 2 == 0 ? 0 : any(random));
  return values;
}

/// 400: all have a bin. 5000: some have none.
class CountsIn : public testing::TestWithParam<int> {};

TEST_P(CountsIn, RowsTogetherWhatTheyHoldEach) {
  std::mt19937 random(1);
  std::vector<DenseCounts> all(rows, DenseCounts(-1024, 2048));
  for (int again = 0; again < 2; ++again) {
    std::array<std::vector<std::int16_t>, rows> values;
    for (auto& row : values) row = some_values(GetParam(), random);
    DenseCounts::count_rows(
        std::span<DenseCounts, rows>(all),
        std::array<const std::int16_t*, rows>{values[0].data(), values[1].data(), values[2].data(), values[3].data()},
        n);
    for (std::size_t r = 0; r < rows; ++r) EXPECT_EQ(drained(all[r]), counted(values[r]));
  }
}

TEST_P(CountsIn, EachHistogramWhatIsMeantForIt) {
  std::mt19937 random(2);
  std::vector<DenseCounts> all(3, DenseCounts(-1024, 2048));
  const std::vector<std::int16_t> values = some_values(GetParam(), random);
  std::vector<std::uint8_t> which(n);
  std::array<std::vector<std::int16_t>, 3> meant;
  for (std::size_t i = 0; i < n; ++i) {
    which[i] = static_cast<std::uint8_t>(random() % 3);
    meant[which[i]].push_back(values[i]);
  }
  DenseCounts::count_into<std::int16_t>(all, which, values);
  for (std::size_t a = 0; a < 3; ++a) EXPECT_EQ(drained(all[a]), counted(meant[a]));
  DenseCounts::count_into<std::int16_t>(all, {}, {});
  EXPECT_TRUE(drained(all[0]).empty());
}

INSTANTIATE_TEST_SUITE_P(DenseCounts, CountsIn, testing::Values(400, 5000));

}  // namespace
}  // namespace trigloop::scout
