// Rates that people sign.
#include "loop/measure.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "test/support/lumi_records.hpp"
#include "test/support/support.hpp"

namespace trigloop::loop {
namespace {

/// Five events of code 100; three of code 200, which none, one and two triggers of the menu took. `kept` of the highest
/// are kept whole.
Scored lumisection(const test::TempDir& folder, std::uint32_t number, std::uint32_t kept) {
  scout::Record record = test::lumi_record(number);
  record.sum.all = {{100, 5}, {200, 3}};
  record.sum.pure = {{100, 2}, {200, 1}};
  record.identity.tail_rule.count = kept;
  record.sum.tail = scout::Tail(record.identity.tail_rule);
  std::uint32_t crossing = 1;
  for (const std::uint64_t seeds : {0u, 1u, 6u})
    record.sum.tail.offer({.code = 200, .orbit = 1, .crossing = crossing++, .seeds = {seeds}, .values = {}});
  const auto file = folder / scout::record_name(record.lumi());
  scout::write_record(file, record);
  return {record.lumi(), file, ""};
}

const std::vector<PointTarget> points{{.name = "low", .point = {false, 1000}, .band = 0.1},
                                      {.name = "high", .point = {true, 1000}, .band = 0.1}};

TEST(Measure, SharesEventsAmongTheTriggersThatTookThem) {
  const test::TempDir folder;
  const auto measured = measure(points, {100, 200}, {lumisection(folder, 1, 10), lumisection(folder, 2, 10)});
  const MeasuredPoint& high = measured[1];
  const double hertz = high.raw.hertz / 6;
  EXPECT_EQ(high.raw.passing, 6u);
  EXPECT_EQ(high.pure_rate.passing, 2u);
  EXPECT_EQ(high.kept_whole, 6u);
  ASSERT_TRUE(high.proportional);
  EXPECT_NEAR(high.proportional->hertz, hertz * 2 * (1 + 1. / 2 + 1. / 3), 1e-9 * hertz);
  EXPECT_NEAR(high.proportional->error, hertz * std::sqrt(2 * (1 + 1. / 4 + 1. / 9)), 1e-9 * hertz);
  EXPECT_NE(text_of(high).find("proportional"), std::string::npos);
}

TEST(Measure, SaysThatTooFewEventsWereKeptWholeToTellShares) {
  const test::TempDir folder;
  const MeasuredPoint low = measure(points, {100, 200}, {lumisection(folder, 1, 10)})[0];
  EXPECT_FALSE(low.proportional);
  EXPECT_EQ(low.kept_whole, 3u);
  EXPECT_NE(text_of(low).find("proportional not told (3 of 8 events were kept whole"), std::string::npos)
      << text_of(low);
  const MeasuredPoint high = measure(points, {100, 200}, {lumisection(folder, 2, 2)})[1];
  EXPECT_FALSE(high.proportional) << "one of three is missing";
}

TEST(Measure, PointsAreReadAsTheyWereWritten) {
  const test::TempDir folder;
  const auto measured = measure(points, {100, 200}, {lumisection(folder, 1, 10)});
  EXPECT_EQ(to_json(points_of_json(to_json(measured))), to_json(measured));
}

}  // namespace
}  // namespace trigloop::loop
