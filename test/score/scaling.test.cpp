#include "score/scaling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace trigloop::score {
namespace {

/// (x - offset) x 2^-shift on a grid of 2^-5, rounded to even and saturated to <14,6>, as Keras emulates the firmware.
Table rounded_table(int offset, int shift) {
  Table table{-32768, {}};
  for (int x = -32768; x <= 32767; ++x) {
    const double scaled = std::ldexp(std::clamp(x - offset, -4096, 4095), -shift);
    table.values.push_back(static_cast<std::int16_t>(std::clamp(std::nearbyint(scaled * 32) * 8, -8192.0, 8191.0)));
  }
  return table;
}

/// The same as the firmware truncates it, the difference wrapping at 18 bits of which 5 are fractional.
Table truncated_table(int offset, int shift) {
  Table table{-32768, {}};
  for (int x = -32768; x <= 32767; ++x) {
    const int wrapped = ((x - offset + 4096) & 8191) - 4096;
    table.values.push_back(static_cast<std::int16_t>(std::clamp((wrapped * 32 >> shift) * 8, -8192, 8191)));
  }
  return table;
}

void expect_fit(const Table& table, bool half_even) {
  const std::optional<Scaling> scaling = fit_scaling(table);
  ASSERT_TRUE(scaling);
  for (int x = -32768; x <= 32767; ++x)
    ASSERT_EQ((*scaling)(static_cast<std::int16_t>(x)), table.values[static_cast<std::size_t>(x + 32768)]) << x;
  EXPECT_EQ(scaling->half_even, half_even);
}

TEST(Scaling, FindsTheProgramOfTheFirmwareAndOfItsEmulation) {
  for (const int offset : {0, 1, -3, 17, 143, 355, -1000})
    for (int shift = 0; shift <= 9; ++shift) {
      SCOPED_TRACE("offset " + std::to_string(offset) + ", shift " + std::to_string(shift));
      expect_fit(truncated_table(offset, shift), false);
      expect_fit(rounded_table(offset, shift), shift > 5);
    }
}

TEST(Scaling, HasNoProgramForOtherFunctions) {
  Table thirds = rounded_table(0, 3);
  for (int x = -32768; x <= 32767; ++x)
    thirds.values[static_cast<std::size_t>(x + 32768)] = static_cast<std::int16_t>(x / 3);
  EXPECT_FALSE(fit_scaling(thirds));
  Table flipped = rounded_table(5, 7);
  flipped.values[33'333] = static_cast<std::int16_t>(flipped.values[33'333] ^ 8);
  EXPECT_FALSE(fit_scaling(flipped)) << "one input of 65,536 differs";
}

TEST(Scaling, ConstantsAreFittedToo) {
  const std::optional<Scaling> scaling = fit_scaling(Table{-32768, std::vector<std::int16_t>(65536, -77)});
  ASSERT_TRUE(scaling);
  for (const int x : {-32768, -1, 0, 5, 32767}) EXPECT_EQ((*scaling)(static_cast<std::int16_t>(x)), -77);
}

}  // namespace
}  // namespace trigloop::score
