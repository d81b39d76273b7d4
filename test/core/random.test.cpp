#include "core/random.hpp"

#include <gtest/gtest.h>

namespace trigloop::core {
namespace {

// Known answers of the authors' distribution of Philox4x32-10 (Random123, kat_vectors).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, StreamsAreIndependentAndRepeatable) {
  Philox a(1, 2), b(1, 2), c(1, 3);
  int equal = 0;
  for (int i = 0; i < 100; ++i) {
    const auto x = a();
    EXPECT_EQ(x, b());
    equal += x == c() ? 1 : 0;
  }
  EXPECT_EQ(equal, 0);
}

TEST(Philox, UniformIsInItsRange) {
  Philox r(7, 0);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const float u = r.uniform();
    ASSERT_GE(u, 0.0f);
    ASSERT_LT(u, 1.0f);
    const float p = r.positive_uniform();
    ASSERT_GT(p, 0.0f);
    ASSERT_LE(p, 1.0f);
    sum += u;
  }
  EXPECT_NEAR(sum / 100000, 0.5, 5 * 0.2887 / 316.2);
}

}  // namespace
}  // namespace trigloop::core
