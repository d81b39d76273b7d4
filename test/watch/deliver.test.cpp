#include "watch/deliver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "test/support/support.hpp"

namespace trigloop {
namespace {

using testing::HasSubstr;
using watch::Alarm;

std::vector<Alarm> alarms(std::uint64_t n) {
  std::vector<Alarm> all(n);
  for (std::uint64_t i = 0; i < n; ++i) all[i].number = i + 1;
  return all;
}

TEST(Deliver, GivesEachAlarmToTheCommandOnce) {
  const test::TempDir folder;
  const std::string command = "cat >> " + (folder / "got").native();
  std::string failure;
  EXPECT_EQ(watch::deliver(alarms(2), 0, watch::by_command(command), failure), 2u);
  EXPECT_EQ(watch::deliver(alarms(3), 2, watch::by_command(command), failure), 3u);
  EXPECT_EQ(watch::deliver(alarms(3), 3, watch::by_command(command), failure), 3u);
  EXPECT_EQ(failure, "");
  const std::string got = test::read_file(folder / "got");
  EXPECT_EQ(std::ranges::count(got, '\n'), 3);
  EXPECT_THAT(got, HasSubstr("\"number\":2"));
}

TEST(Deliver, TriesAgainWhatFailed) {
  std::string failure;
  EXPECT_EQ(watch::deliver(alarms(2), 1, watch::by_command("cat > /dev/null; exit 7"), failure), 1u);
  EXPECT_THAT(failure, HasSubstr("alarm 2 ended with 7"));
  EXPECT_EQ(watch::deliver(alarms(2), 1, watch::by_command("cat > /dev/null"), failure), 2u);
}

TEST(Deliver, WaitsForNoCommandForEver) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(watch::run_with_input("sleep 60", "x", 1), 128 + 9);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  // A command that does not read its input, which is larger than a pipe holds.
  EXPECT_EQ(watch::run_with_input("exit 3", std::string(1 << 20, 'x'), 5), 3);
}

}  // namespace
}  // namespace trigloop
