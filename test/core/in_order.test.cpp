#include "core/in_order.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace trigloop::core {
namespace {

TEST(RunInOrder, ItemsAreTakenInOrderWhoeverMadeThem) {
  for (const unsigned threads : {0u, 1u, 2u, 5u}) {
    for (const std::uint64_t items : {0u, 1u, 3u, 2000u}) {
      std::uint64_t next = 0;
      run_in_order<std::uint64_t>(
          items, threads, [](std::uint64_t number, unsigned, std::uint64_t& item) { item = number * number; },
          [&](std::uint64_t number, std::uint64_t item) {
            EXPECT_EQ(number, next);
            EXPECT_EQ(item, next * next);
            ++next;
          });
      EXPECT_EQ(next, items);
    }
  }
}

TEST(RunInOrder, NoMoreThanTwiceAsManyAreMadeAhead) {
  std::atomic<std::uint64_t> made{0};
  run_in_order<int>(
      500, 3, [&](std::uint64_t, unsigned worker, int&) { EXPECT_LT(worker, 3u), ++made; },
      [&](std::uint64_t number, int) { EXPECT_LE(made.load(), number + 6); });
}

TEST(RunInOrder, AnExceptionOfEitherSideEndsIt) {
  const auto fail_at_7 = [](std::uint64_t number) {
    if (number == 7) throw std::runtime_error("seven");
  };
  for (const unsigned threads : {1u, 2u}) {
    std::uint64_t taken = 0;
    EXPECT_THROW(run_in_order<int>(
                     1'000'000, threads, [&](std::uint64_t number, unsigned, int&) { fail_at_7(number); },
                     [&](std::uint64_t, int) { ++taken; }),
                 std::runtime_error);
    EXPECT_LE(taken, 7u);
    EXPECT_THROW(run_in_order<int>(
                     1'000'000, threads, [](std::uint64_t, unsigned, int&) {},
                     [&](std::uint64_t number, int) { fail_at_7(number); }),
                 std::runtime_error);
  }
}

}  // namespace
}  // namespace trigloop::core
