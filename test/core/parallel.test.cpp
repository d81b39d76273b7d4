#include "core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

namespace trigloop::core {
namespace {

TEST(ParallelFor, VisitsEachItemOnceForAnyThreadCount) {
  for (const unsigned threads : {0u, 1u, 2u, 7u}) {
    for (const std::size_t items : {0u, 1u, 2u, 1000u}) {
      std::vector<std::atomic<int>> seen(items);
      parallel_for(items, threads, [&](std::size_t i, unsigned) { ++seen[i]; });
      for (const auto& count : seen) EXPECT_EQ(count, 1);
    }
  }
}

TEST(ParallelFor, NoTwoCallsAtATimeShareAWorker) {
  std::vector<std::atomic<int>> busy(4);
  std::atomic<bool> clash{false};
  parallel_for(10000, 4, [&](std::size_t, unsigned worker) {
    if (++busy.at(worker) != 1) clash = true;
    --busy.at(worker);
  });
  EXPECT_FALSE(clash);
}

TEST(ParallelFor, TheFirstExceptionStopsTheRest) {
  std::atomic<std::size_t> calls{0};
  EXPECT_THROW(parallel_for(1'000'000, 2,
                            [&](std::size_t i, unsigned) {
                              ++calls;
                              if (i == 10) throw std::runtime_error("stop");
                            }),
               std::runtime_error);
  EXPECT_LT(calls, 1'000'000u);
}

}  // namespace
}  // namespace trigloop::core
