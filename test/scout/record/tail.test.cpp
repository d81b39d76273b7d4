#include "scout/record/tail.hpp"

#include <gtest/gtest.h>

#include <random>

namespace trigloop::scout {
namespace {

TailEvent event(std::int64_t code, std::uint32_t orbit, std::uint32_t crossing = 1) {
  return {code, orbit, crossing, {}, {static_cast<std::int32_t>(orbit)}};
}

TEST(Tail, KeepsTheBestWhateverTheOrderAndTheParts) {
  std::mt19937 random(7);
  std::vector<TailEvent> events;
  for (std::uint32_t i = 0; i < 2000; ++i) events.push_back(event(static_cast<std::int64_t>(random() % 50), i));
  Tail whole({100, 10});
  for (const TailEvent& e : events) whole.offer(e);
  std::sort(events.begin(), events.end(), better);
  EXPECT_EQ(whole.sorted(), std::vector<TailEvent>(events.begin(), events.begin() + 100));

  std::shuffle(events.begin(), events.end(), random);
  std::vector<Tail> parts(7, Tail({100, 10}));
  for (std::size_t i = 0; i < events.size(); ++i) parts[i % parts.size()].offer(events[i]);
  Tail joined({100, 10});
  for (const Tail& part : parts) joined.join(part);
  EXPECT_EQ(joined, whole);
}

TEST(Tail, TakesNothingBelowItsThreshold) {
  Tail tail({10, 5});
  tail.offer(event(4, 1));
  tail.offer(event(5, 2));
  EXPECT_EQ(tail.sorted(), std::vector<TailEvent>{event(5, 2)});
}

TEST(Tail, BreaksTiesByOrbitAndCrossing) {
  Tail tail({2, 0});
  for (const TailEvent& e : {event(1, 3), event(1, 2, 9), event(1, 2, 8), event(1, 5)}) tail.offer(e);
  EXPECT_EQ(tail.sorted(), (std::vector<TailEvent>{event(1, 2, 8), event(1, 2, 9)}));
}

TEST(Tail, OfNoEventsTakesNone) {
  Tail tail({0, 0});
  tail.offer(event(9, 1));
  EXPECT_TRUE(tail.sorted().empty());
}

}  // namespace
}  // namespace trigloop::scout
