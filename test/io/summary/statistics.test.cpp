#include "io/summary/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace trigloop::io {
namespace {

template <class T>
event::ColumnView view(const std::vector<T>& values) {
  event::ColumnView column;
  column.type = event::type_of<T>();
  column.data = reinterpret_cast<const std::byte*>(values.data());
  column.values = values.size();
  return column;
}

template <class T>
Statistics collect(const std::vector<T>& values) {
  Statistics statistics(event::type_of<T>());
  statistics.add(view(values));
  return statistics;
}

core::Int128 integer(const Number& number) { return std::get<core::Int128>(number); }
double real(const Number& number) { return std::get<double>(number); }

template <class T>
class IntegerStatistics : public testing::Test {};
using Integers = testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                                std::int64_t, std::uint64_t>;
TYPED_TEST_SUITE(IntegerStatistics, Integers);

TYPED_TEST(IntegerStatistics, EqualAPlainLoopIn128BitsForEveryLength) {
  std::mt19937_64 random(1);
  for (const std::size_t n : {1u, 2u, 7u, 8u, 9u, 63u, 64u, 65u, 16383u, 16384u, 16385u, 50000u}) {
    std::vector<TypeParam> values(n);
    for (TypeParam& v : values) v = static_cast<TypeParam>(random());
    core::Int128 low = values[0], high = values[0], sum = 0;
    for (const TypeParam v : values) {
      low = std::min<core::Int128>(low, v);
      high = std::max<core::Int128>(high, v);
      sum += v;
    }
    const Statistics s = collect(values);
    EXPECT_EQ(s.values(), n);
    EXPECT_TRUE(integer(s.min()) == low && integer(s.max()) == high && integer(s.sum()) == sum) << n;
  }
}

TYPED_TEST(IntegerStatistics, StayExactAtTheLimitsOfTheType) {
  using Limits = std::numeric_limits<TypeParam>;
  for (const TypeParam extreme : {Limits::min(), Limits::max()}) {
    const Statistics s = collect(std::vector<TypeParam>(40000, extreme));
    EXPECT_TRUE(integer(s.sum()) == static_cast<core::Int128>(extreme) * 40000);
    EXPECT_TRUE(integer(s.min()) == extreme && integer(s.max()) == extreme);
  }
}

template <class T>
class FloatStatistics : public testing::Test {};
using Floats = testing::Types<float, double>;
TYPED_TEST_SUITE(FloatStatistics, Floats);

TYPED_TEST(FloatStatistics, SumAsThoughInHigherPrecision) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> gauss(0, 1);
  std::vector<TypeParam> values(100001);
  // Magnitudes over some 40 decades: a plain double sum loses the small ones.
  for (TypeParam& v : values) v = static_cast<TypeParam>(gauss(random) * std::pow(10, 6 * gauss(random)));
  __float128 exact = 0;
  for (const TypeParam v : values) exact += v;
  EXPECT_DOUBLE_EQ(real(collect(values).sum()), static_cast<double>(exact));
}

TYPED_TEST(FloatStatistics, FindCancelledSmallTerms) {
  const Statistics s = collect(std::vector<TypeParam>{TypeParam(1e30), 1, TypeParam(-1e30), 1});
  EXPECT_EQ(real(s.sum()), 2.0);
}

TYPED_TEST(FloatStatistics, LeaveNaNsOutAndCountThem) {
  const TypeParam nan = std::numeric_limits<TypeParam>::quiet_NaN();
  for (const std::size_t n : {1u, 7u, 8u, 9u, 100u}) {
    std::vector<TypeParam> values(n, TypeParam(-2));
    values[n / 2] = nan;
    const Statistics s = collect(values);
    EXPECT_EQ(s.nan(), 1u);
    EXPECT_EQ(s.values(), n);
    if (n == 1) {
      EXPECT_TRUE(std::holds_alternative<std::monostate>(s.min()));
      EXPECT_EQ(real(s.sum()), 0);
    } else {
      EXPECT_EQ(real(s.min()), -2);
      EXPECT_EQ(real(s.max()), -2);
      EXPECT_EQ(real(s.sum()), -2.0 * static_cast<double>(n - 1));
    }
  }
}

TYPED_TEST(FloatStatistics, CountInfinitiesAndGiveNoSum) {
  const TypeParam inf = std::numeric_limits<TypeParam>::infinity();
  const Statistics s = collect(std::vector<TypeParam>{1, inf, 2, -inf, inf});
  EXPECT_EQ(s.infinite(), 3u);
  EXPECT_EQ(real(s.min()), -inf);
  EXPECT_EQ(real(s.max()), inf);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(s.sum()));
}

TEST(Statistics, OfNothingHaveNoExtremesAndTheSumZero) {
  const Statistics s = collect(std::vector<std::int16_t>{});
  EXPECT_EQ(s.values(), 0u);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(s.min()));
  EXPECT_TRUE(integer(s.sum()) == 0);
}

TEST(Statistics, OfBooleansCountTheTrueOnes) {
  const std::vector<std::uint8_t> bytes{1, 0, 1, 1};
  event::ColumnView column = view(bytes);
  column.type = event::Type::boolean;
  Statistics s(event::Type::boolean);
  s.add(column);
  EXPECT_TRUE(integer(s.sum()) == 3 && integer(s.max()) == 1);
}

TEST(Statistics, MergeAsThoughReadAtOnce) {
  std::mt19937 random(3);
  std::vector<float> values(10000);
  for (float& v : values) v = static_cast<float>(random()) / 7;
  values[77] = std::numeric_limits<float>::quiet_NaN();
  Statistics parts(event::Type::float32);
  for (std::size_t first = 0; first < values.size(); first += 1000) {
    parts.merge(collect(std::vector<float>(values.begin() + first, values.begin() + first + 1000)));
  }
  parts.merge(collect(std::vector<float>{}));
  const Statistics whole = collect(values);
  EXPECT_EQ(parts.min(), whole.min());
  EXPECT_EQ(parts.max(), whole.max());
  EXPECT_DOUBLE_EQ(real(parts.sum()), real(whole.sum()));
  EXPECT_EQ(parts.nan(), 1u);
}

}  // namespace
}  // namespace trigloop::io
