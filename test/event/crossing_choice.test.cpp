#include "event/crossing_choice.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace trigloop::event {
namespace {

TEST(CrossingChoice, ReadsListsOfCrossings) {
  const auto list = parse_crossings("1-3, 40\n3564 # the last\n# nothing\n");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 3565u);
  EXPECT_EQ(std::count(list->begin(), list->end(), true), 5);
  EXPECT_TRUE((*list)[3] && (*list)[40] && (*list)[3564] && !(*list)[4]);
  EXPECT_EQ(format_crossings(*list), "1-3,40,3564");
  for (const char* wrong : {"", "# nothing", "3-1", "4000", "1-4000", "a", "1-", "-1", "1-2-3", "99999999999999999999"})
    EXPECT_FALSE(parse_crossings(wrong)) << wrong;
}

/// Chi-squared of orbits and of crossings: neither may be favoured.
TEST(CrossingChoice, PrescalesWithoutFavour) {
  constexpr std::uint32_t orbits = 1000, crossings = 1000;
  const CrossingChoice choice{{}, 10};
  std::vector<double> by_orbit(orbits), by_crossing(crossings);
  for (std::uint32_t o = 0; o < orbits; ++o) {
    for (std::uint32_t c = 0; c < crossings; ++c) {
      if (!choice.keeps(56'000'000 + o, c + 1)) continue;
      ++by_orbit[o];
      ++by_crossing[c];
    }
  }
  const auto chi2 = [](const std::vector<double>& counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0,
                           [](double sum, double n) { return sum + (n - 100) * (n - 100) / 90; });
  };
  EXPECT_NEAR(chi2(by_orbit), 1000, 5 * std::sqrt(2000.0));
  EXPECT_NEAR(chi2(by_crossing), 1000, 5 * std::sqrt(2000.0));
}

}  // namespace
}  // namespace trigloop::event
