#include "train/engine/team.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace trigloop::train {
namespace {

TEST(Team, DoesEveryItemOnce) {
  for (const unsigned threads : {1u, 2u, 3u}) {
    Team team(threads);
    for (const std::size_t items : {0u, 1u, 2u, 7u, 100u}) {
      for (const bool backwards : {false, true}) {
        std::vector<std::atomic<int>> done(items);
        team.run(
            items, [&](std::size_t item, unsigned) { ++done[item]; }, backwards);
        for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
      }
    }
  }
}

TEST(Team, GoesThroughASharePlaceByPlaceOrBackwards) {
  Team team(1);
  std::vector<std::size_t> order;
  team.run(3, [&](std::size_t item, unsigned) { order.push_back(item); });
  team.run(
      3, [&](std::size_t item, unsigned) { order.push_back(item); }, true);
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 2, 1, 0}));
}

TEST(Team, GivesAWorkerTheSameItemsEveryTime) {
  Team team(2);
  for (int call = 0; call < 100; ++call) {
    std::array<std::atomic<int>, 2> by{-1, -1};
    // Nobody is done before both have begun, so nobody takes from the other.
    const auto wait_for_other = [&](std::size_t item, unsigned worker) {
      by[item] = static_cast<int>(worker);
      while (by[1 - item] < 0) std::this_thread::yield();
    };
    team.run(2, wait_for_other, call % 2 == 1);
    EXPECT_EQ(by[0], 0);
    EXPECT_EQ(by[1], 1);
  }
}

TEST(Team, ThrowsWhatAnItemThrewAndGoesOn) {
  Team team(2);
  const auto fail = [](std::size_t item, unsigned) {
    if (item == 5) throw std::runtime_error("five");
  };
  EXPECT_THROW(team.run(100, fail), std::runtime_error);
  std::atomic<int> done = 0;
  team.run(100, [&](std::size_t, unsigned) { ++done; });
  EXPECT_EQ(done, 100);
}

}  // namespace
}  // namespace trigloop::train
