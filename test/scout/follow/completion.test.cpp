#include "scout/follow/completion.hpp"

#include <gtest/gtest.h>

namespace trigloop::scout {
namespace {

using namespace std::chrono_literals;
using Kind = Decision::Kind;

/// A record of inputs that state `stated` orbits each, of which `seen` orbits with `events` events came.
Record record(std::vector<std::uint64_t> stated, std::uint32_t seen, std::uint32_t events) {
  Record record;
  for (std::size_t i = 0; i < stated.size(); ++i) {
    InputShare share;
    share.input.hash = std::to_string(i);
    share.orbits_stated = stated[i];
    share.orbits = i == 0 ? seen : 0;
    share.rows = i == 0 ? seen * events : 1;
    record.shares.push_back(share);
  }
  return record;
}

TEST(Completion, IsReachedByThePiecesAskedFor) {
  const CompletionRule rule{3, 10min};
  EXPECT_EQ(decide(record({0, 0}, 10, 5), rule, {}).kind, Kind::wait);
  EXPECT_EQ(decide(record({0, 0}, 10, 5), rule, {}).why, "2 of 3 pieces came");
  EXPECT_EQ(decide(record({0, 0, 0}, 10, 5), rule, {}).kind, Kind::complete);
  Record copied = record({0, 0, 0}, 10, 5);
  copied.shares[2].rows = 0;
  copied.shares[2].duplicate_orbits = 10;
  EXPECT_EQ(decide(copied, rule, {}).kind, Kind::wait);
}

TEST(Completion, IsReachedByTheOrbitsThatAnInputStates) {
  EXPECT_EQ(decide(record({0}, 10, 5), {}, {}).kind, Kind::complete);  // nothing is stated
  EXPECT_EQ(decide(record({1000}, 500, 38), {}, {}).kind, Kind::wait);
  EXPECT_EQ(decide(record({1000}, 500, 38), {}, {}).why, "500 of 1000 orbits came");
  EXPECT_EQ(decide(record({1000, 1000}, 1000, 38), {}, {}).kind, Kind::complete);
}

TEST(Completion, KnowsThatSparseOrbitsAreOftenEmpty) {
  // 1000 events on 10,000 orbits: about 952 of them have one.
  EXPECT_EQ(decide(record({10'000}, 1000, 1), {}, {}).kind, Kind::complete);
}

TEST(Completion, IsGivenUpWhenTheWaitIsOverAndNothingCanBringIt) {
  const Record half = record({1000}, 500, 38);
  const CompletionRule rule{0, 10min};
  EXPECT_EQ(decide(half, rule, {9min, true, true}).kind, Kind::wait);
  EXPECT_EQ(decide(half, rule, {10min, false, false}).kind, Kind::wait);
  EXPECT_EQ(decide(half, rule, {10min, true, false}).kind, Kind::incomplete);
  EXPECT_EQ(decide(half, rule, {10min, false, true}).kind, Kind::incomplete);
}

}  // namespace
}  // namespace trigloop::scout
