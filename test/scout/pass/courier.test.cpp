#include "scout/pass/courier.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "core/error.hpp"

namespace trigloop::scout {
namespace {

Delivery of(std::uint32_t lumisection) {
  Delivery one;
  one.contribution.lumi = {1, lumisection};
  return one;
}

TEST(Courier, DeliversAllInOrderBeforeItEnds) {
  std::vector<std::uint32_t> seen;
  const Courier::Deliver deliver = [&](Delivery&& one) { seen.push_back(one.contribution.lumi.lumisection); };
  Courier courier(deliver);
  for (std::uint32_t i = 0; i < 100; ++i) courier.hand(of(i));
  courier.finish();
  ASSERT_EQ(seen.size(), 100u);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(seen[i], i);
}

TEST(Courier, LetsItsCallersGoOnMeanwhile) {
  std::promise<void> go;
  std::atomic<int> delivered = 0;
  const Courier::Deliver deliver = [&, open = go.get_future().share()](Delivery&&) {
    open.wait();
    ++delivered;
  };
  Courier courier(deliver);
  courier.hand(of(1));
  courier.hand(of(2));
  EXPECT_EQ(delivered, 0);
  go.set_value();
  courier.finish();
  EXPECT_EQ(delivered, 2);
}

TEST(Courier, DeliversWhatWasHandedOverThoughThePassFailsLater) {
  int delivered = 0;
  const Courier::Deliver deliver = [&](Delivery&&) { ++delivered; };
  try {
    Courier courier(deliver);
    courier.hand(of(1));
    courier.hand(of(2));
    throw core::Error(core::ErrorCode::damaged, "the input ends early");
  } catch (const core::Error&) {
  }
  EXPECT_EQ(delivered, 2);
}

TEST(Courier, PassesOnWhatADeliveryThrowsAndDeliversNothingMore) {
  int delivered = 0;
  const Courier::Deliver deliver = [&](Delivery&&) {
    if (++delivered == 2) throw core::Error(core::ErrorCode::output, "the disk is full");
  };
  {
    Courier courier(deliver);
    const auto hand_many = [&] {
      for (std::uint32_t i = 0; i < 1000; ++i) courier.hand(of(i));
    };
    EXPECT_THROW(hand_many(), core::Error);
    EXPECT_THROW(courier.finish(), core::Error);
  }
  EXPECT_EQ(delivered, 2);
}

}  // namespace
}  // namespace trigloop::scout
