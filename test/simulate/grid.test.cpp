#include "simulate/grid.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "simulate/levels.hpp"
#include "simulate/quantile.hpp"

namespace trigloop::simulate {
namespace {

/// The probability at a knot, as dev/fit_simulation.py has it.
double level_of(std::uint32_t knot, std::uint32_t segments, std::uint32_t octaves) {
  if (knot < segments) return double(knot) / segments;
  return knot == segments + octaves ? 1 : 1 - std::ldexp(1.0, -int(knot - segments + 1)) / segments;
}

TEST(Grid, PlacesAreWhatTheFitMeansByThem) {
  for (const auto [segments, octaves] : {std::array{16u, 10u}, std::array{32u, 0u}, std::array{8u, 3u}}) {
    const Grid grid(segments, octaves);
    EXPECT_EQ(grid.knots(), segments + octaves + 1);
    for (std::uint64_t u = 0; u < (1ull << 32); u += 999983) {
      const Level at = grid.place(static_cast<std::uint32_t>(u));
      const auto knot = static_cast<std::uint32_t>(at >> 16);
      const double low = level_of(knot, segments, octaves), high = level_of(knot + 1, segments, octaves);
      EXPECT_NEAR(low + (high - low) * (at & 0xFFFF) / 65536, double(u) * 0x1p-32, 2e-5 * (high - low) + 1e-9);
    }
  }
}

TEST(Grid, TheEndsStayInside) {
  const Grid grid(level_segments, level_octaves);
  EXPECT_EQ(grid.place(0), 0);
  EXPECT_EQ(grid.place(0xFFFFFFFFu), last_level);
}

TEST(Axis, PicksTheNodesAroundAValueWithLinearWeights) {
  const std::array nodes{10, 20, 40};
  const Axis axis(nodes, 7);
  EXPECT_EQ(axis(-5, 0), 0u);
  EXPECT_EQ(axis(10, 0), 0u);
  EXPECT_EQ(axis(1000, 0), 14u);
  int upper = 0;
  for (std::uint32_t chance = 0; chance < 256; ++chance) upper += axis(25, chance) == 14u;
  EXPECT_EQ(upper, 64);
}

TEST(QuantileTable, ReadsItsTextAndDrawsQuantiles) {
  // One axis with nodes 0 and 10; four segments; rows: absent share, then knots 0 16 32 48 64 and twice that, unit 16.
  const QuantileTable table("4 0 16 2 1 2 0 10\nAAAAAQAgAwBA\nf/AAAgBABgCA\n");
  EXPECT_EQ(table.draw(0x8000000000000000ull, 0) >> 16, 2);
  EXPECT_EQ(table.draw(0xFFFFFF0000000000ull, 0) >> 16, 3);
  int absent = 0;
  for (std::uint64_t chance = 0; chance < 65536; ++chance)
    absent += table.draw(0x8000000000000000ull | chance << 24, 10) == QuantileTable::none;
  EXPECT_NEAR(absent, 32768, 20);
}

TEST(LevelTable, RankIsTheInverseOfValue) {
  std::string text = "16 2 2\n";
  const auto put = [&](std::uint32_t v) {
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    text += {digits[v >> 6], digits[v & 63]};
  };
  for (std::uint32_t row = 0; row < 2; ++row) {
    put(128);
    for (std::uint32_t k = 0; k <= level_segments + level_octaves; ++k) put((k * (k + 2) + 50 * row) * 4);
  }
  const LevelTable table(text);
  for (const std::int32_t weight : {0, 20000, 65535}) {
    const EtPlace et{0, weight};
    EXPECT_NEAR(table.absent(et), 1 << 16, 2);
    for (Level level = 70000; level < last_level; level += 12345)
      EXPECT_NEAR(table.rank(et, table.value(et, level)), level, 4);
    EXPECT_EQ(table.rank(et, -1000 << 16), 0);
    EXPECT_LE(table.rank(et, 20000 << 16), last_level);
  }
}

}  // namespace
}  // namespace trigloop::simulate
