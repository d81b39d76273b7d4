#include "scout/follow/status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::scout {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

Status example() {
  Status s;
  s.process = 42;
  s.started = 1'732'233'600;
  s.updated = s.started + 7200;
  s.folder = "/fifo";
  s.output = "/out";
  s.inputs = {1, 2, 1, 1, 120, 0, 3};
  s.working = {"a.root"};
  s.backlog_bytes = 3'000'000'000;
  s.backlog_lumisections = 4;
  s.lag_seconds = 45.5;
  s.committed = 120;
  s.latest = event::LumiKey{396102, 334};
  s.stages = {{"pass", {120, 8'000'000, 1'000'000, 60.5}, 0.1, 3.1e6, 2.8e8}};
  s.stores = {{"input", "/fifo", 126, 5'000'000'000}};
  s.resident_bytes = 400'000'000;
  s.disk_free = 10;
  s.lost_inputs = 2;
  s.lost_untold = 1;
  s.lost_lumisections = 4;
  s.lost_hours = 2;
  s.troubles = {"b.root: is cut short"};
  return s;
}

TEST(Status, ComesBackFromItsFile) {
  const Status in = example(), out = parse_status(format_status(in));
  EXPECT_EQ(format_status(out), format_status(in));
  EXPECT_EQ(out.inputs, in.inputs);
  EXPECT_EQ(out.latest, in.latest);
  EXPECT_EQ(out.stages.at(0).total.events, 8'000'000u);
  EXPECT_EQ(out.backlog(), 4u);
}

TEST(Status, OfAnotherVersionIsRefused) {
  EXPECT_THROW(parse_status(R"({"trigloop_status": 2})"), core::Error);
  EXPECT_THROW(parse_status("{"), core::Error);
  EXPECT_THROW(parse_status(R"({"trigloop_status": 1, "state": 3})"), core::Error);
}

TEST(StatusView, SaysWhatMattersInPlainLines) {
  const std::string view = show_status(example(), example().updated + 2, false);
  EXPECT_THAT(view, HasSubstr("running, process 42"));
  EXPECT_THAT(view, HasSubstr("120 committed"));
  EXPECT_THAT(view, HasSubstr("396102:334"));
  EXPECT_THAT(view, HasSubstr("3.10 M events/s"));
  EXPECT_THAT(view, HasSubstr("about 4 lumisections (2 inputs) lost in 2.0 hours"));
  EXPECT_THAT(view, Not(HasSubstr("\033")));
  EXPECT_THAT(show_status(example(), example().updated + 2, true), HasSubstr("\033[32mrunning"));
}

TEST(StatusView, NoticesAProcessThatSaysNothingAnyMore) {
  EXPECT_THAT(show_status(example(), example().updated + 3600, false), HasSubstr("silent (was running)"));
}

TEST(Meter, TellsRatesOfTheLastMinuteAndTotalsOfAll) {
  Meter meter;
  for (int i = 0; i <= 1000; ++i) {
    meter.add(Stage::pass, {1, i < 500 ? 100u : 200u, 10, 0.5});
    meter.mark(i * 5s);
  }
  const StageStatus pass = meter.stages()[1];
  EXPECT_EQ(pass.total.items, 1001u);
  EXPECT_DOUBLE_EQ(pass.events_per_second, 40);
  EXPECT_DOUBLE_EQ(pass.items_per_second, 0.2);
}

TEST(Status, MeasuresStoresAndTheMachine) {
  test::TempDir dir;
  std::filesystem::create_directories(dir / "a/b");
  test::write_file(dir / "a/x", "123");
  test::write_file(dir / "a/b/y", "4567");
  const StoreStatus store = measure_store("tap", dir / "a");
  EXPECT_EQ(store.files, 2u);
  EXPECT_EQ(store.bytes, 7u);
  EXPECT_EQ(measure_store("none", dir / "none").files, 0u);
  Status status;
  measure_machine(status, dir.path());
  EXPECT_GT(status.resident_bytes, 1'000'000u);
  EXPECT_GE(status.peak_bytes, status.resident_bytes);
  EXPECT_GT(status.disk_total, 0u);
}

}  // namespace
}  // namespace trigloop::scout
