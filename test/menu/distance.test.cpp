#include "menu/distance.hpp"

#include <gtest/gtest.h>

namespace trigloop::menu {
namespace {

TEST(Distance, goes_the_short_way_round) {
  const Point a{10, 0, 1}, b{10, 0, 575};
  EXPECT_EQ(Distance(a, b).d_phi(), 22);  // 2 x 2 pi / 576
  EXPECT_EQ(Distance(b, a).d_phi(), 22);
  EXPECT_EQ(Distance({1, 0, 0}, {1, 0, 288}).d_phi(), 3142);
}

TEST(Distance, is_the_mass_of_two_massless_objects) {
  // Back to back at eta 0: mass = 2 pt. 45 GeV each is code 90: 90 x 90 x 2 x 10^4 = 20,000 x 90^2.
  EXPECT_EQ(Distance({90, 0, 0}, {90, 0, 288}).mass2(), 20'000 * 90 * 90);
  EXPECT_EQ(Distance({90, 7, 7}, {90, 7, 7}).mass2(), 0);
}

TEST(Distance, stays_in_range_for_any_codes) {
  const Distance far({INT16_MAX, INT16_MIN, 0}, {INT16_MAX, INT16_MAX, 288});
  EXPECT_GT(far.mass2(), 0);
  EXPECT_LT(far.mass2(), INT64_MAX / 6);  // four legs make six pairs
  EXPECT_EQ(far.d_eta(), 11125);
  EXPECT_EQ(wrap_phi(-1), 575);
  EXPECT_EQ(wrap_phi(576), 0);
  EXPECT_EQ(wrap_phi(std::int64_t{INT32_MAX} * 4 + 2), (std::int64_t{INT32_MAX} * 4 + 2) % 576);
}

}  // namespace
}  // namespace trigloop::menu
