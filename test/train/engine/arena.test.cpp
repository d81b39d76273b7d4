#include "train/engine/arena.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace trigloop::train {
namespace {

TEST(Arena, KeepsThingsApartThatAreInUseTogether) {
  core::Philox random(1, 1);
  for (int round = 0; round < 50; ++round) {
    Arena arena;
    std::vector<Use> uses(20);
    std::vector<std::size_t> floats(20);
    std::size_t all = 0;
    for (std::size_t k = 0; k < uses.size(); ++k) {
      for (std::size_t pass = random() % 2; pass < 3; pass += 2) {
        const std::size_t first = random() % 10;
        uses[k].touch(pass, first);
        uses[k].touch(pass, first + random() % 4);
      }
      floats[k] = 16 * (1 + random() % 8);
      all += floats[k];
      EXPECT_EQ(arena.add(floats[k], uses[k]), k);
    }
    const std::size_t size = arena.arrange();
    EXPECT_LT(size, all);
    for (std::size_t a = 0; a < uses.size(); ++a) {
      EXPECT_LE(arena.offset(a) + floats[a], size);
      for (std::size_t b = 0; b < a; ++b) {
        if (!uses[a].overlaps(uses[b])) continue;
        EXPECT_TRUE(arena.offset(a) + floats[a] <= arena.offset(b) || arena.offset(b) + floats[b] <= arena.offset(a));
      }
    }
  }
}

TEST(Arena, LetsWhatIsDoneMakeRoom) {
  Arena arena;
  for (std::size_t step = 0; step < 5; ++step) {
    Use use;
    use.touch(0, 2 * step);
    use.touch(0, 2 * step + 1);
    arena.add(64, use);
  }
  EXPECT_EQ(arena.arrange(), 64u);
}

TEST(Arena, LastsBetweenPassesWhereAskedTo) {
  Use first, second, third;
  first.touch(0, 3);
  first.touch(2, 1);
  second.touch(1, 0);
  second.touch(1, 5);
  third.touch(2, 2);
  third.touch(3, 0);
  EXPECT_FALSE(first.overlaps(second));
  EXPECT_TRUE(first.lasting().overlaps(second.lasting()));
  EXPECT_FALSE(first.lasting().overlaps(third.lasting()));
  EXPECT_FALSE(Use().lasting().overlaps(first.lasting()));
}

}  // namespace
}  // namespace trigloop::train
