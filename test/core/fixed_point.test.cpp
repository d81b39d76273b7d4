#include "core/fixed_point.hpp"

#include <gtest/gtest.h>

#include "core/quantiser.hpp"
#include "core/random.hpp"
#include "test/core/naive_quantise.hpp"

namespace trigloop::core {
namespace {

FixedPoint type_of(int width, int integer, bool is_signed, int rounding, int overflow) {
  return {width, integer, is_signed, static_cast<Rounding>(rounding), static_cast<Overflow>(overflow)};
}

TEST(Quantise, EqualsItsDefinitionForEverySmallCodeAndType) {
  for (int rounding = 0; rounding < 9; ++rounding) {
    for (int overflow = 0; overflow < 3; ++overflow) {
      for (int width = 1; width <= 5; ++width) {
        for (int integer = -2; integer <= 6; ++integer) {
          for (const bool is_signed : {false, true}) {
            const FixedPoint type = type_of(width, integer, is_signed, rounding, overflow);
            for (Code code = -70; code <= 70; ++code) {
              const Code expected = test::naive_quantise(code, 3, type);
              ASSERT_EQ(quantise(code, 3, type), expected) << to_string(type) << " of " << to_string(code);
              ASSERT_EQ(Quantiser<std::int64_t>(3, type)(static_cast<std::int64_t>(code)), expected);
            }
          }
        }
      }
    }
  }
}

TEST(Quantise, EqualsItsDefinitionForWideCodes) {
  Philox random(1, 0);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int k = 0; k < 200000; ++k) {
    const int width = 1 + below(64);
    const FixedPoint type = type_of(width, width - below(20), below(2) == 1, below(9), below(3));
    const Code raw = static_cast<Code>(
        ((static_cast<UInt128>(random()) << 96) | (UInt128{random()} << 64) | (UInt128{random()} << 32) | random()));
    const Code code = raw >> (28 + below(100));
    const int fraction = below(20);
    const Code expected = test::naive_quantise(code, fraction, type);
    ASSERT_EQ(quantise(code, fraction, type), expected) << to_string(type) << " of " << to_string(code);
    if (width <= 60 && code > -(Code{1} << 60) && code < (Code{1} << 60)) {
      ASSERT_EQ(Quantiser<std::int64_t>(fraction, type)(static_cast<std::int64_t>(code)), expected) << to_string(type);
    }
  }
}

TEST(Quantise, FarShiftsLeaveNothingOrSaturate) {
  const FixedPoint fine{8, -200, true, Rounding::half_even, Overflow::saturate};
  EXPECT_EQ(quantise(1, 0, fine), 127);
  EXPECT_EQ(quantise(-1, 0, fine), -128);
  EXPECT_EQ(quantise(0, 0, fine), 0);
  const FixedPoint coarse{8, 300, true, Rounding::ceil, Overflow::saturate};
  EXPECT_EQ(quantise(1, 0, coarse), 1);
  EXPECT_EQ(quantise(-(Code{1} << 99), 0, coarse), 0);
  const FixedPoint nearest{8, 300, true, Rounding::half_even, Overflow::wrap};
  EXPECT_EQ(quantise(-1, 0, nearest), 0);
  EXPECT_EQ(quantise(1, 0, {8, -200, true, Rounding::floor, Overflow::wrap}), 0);
}

TEST(Quantise, IsIdempotent) {
  Philox random(2, 0);
  for (int k = 0; k < 20000; ++k) {
    const FixedPoint type = type_of(1 + static_cast<int>(random() % 30), static_cast<int>(random() % 20),
                                    random() % 2 == 0, static_cast<int>(random() % 9), static_cast<int>(random() % 3));
    const Code once = quantise(static_cast<std::int32_t>(random()), 12, type);
    ASSERT_EQ(quantise(once, type.fraction(), type), once) << to_string(type);
  }
}

TEST(FixedPoint, ReadsAsApFixedIsWritten) {
  EXPECT_EQ(to_string(FixedPoint{14, 6, true, Rounding::half_even, Overflow::saturate}), "<14,6> rnd_conv sat");
  EXPECT_EQ(to_string(FixedPoint{10, 6, false, Rounding::floor, Overflow::wrap}), "u<10,6> trn wrap");
  EXPECT_EQ(to_string(Code{0}), "0");
  EXPECT_EQ(to_string(-(Code{1} << 100)), "-1267650600228229401496703205376");
}

}  // namespace
}  // namespace trigloop::core
