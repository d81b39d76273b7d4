#include "serve/pipeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "scout/follow/quarantine.hpp"
#include "test/support/support.hpp"

namespace trigloop::serve {
namespace {

using testing::HasSubstr;

scout::Status some_status() {
  scout::Status status;
  status.folder = "in", status.output = "out";
  status.inputs[2] = 3;
  status.backlog_bytes = 5000;
  status.lag_seconds = 12.5;
  status.committed = 7;
  status.stages = {{"pass", {2, 1000, 90000, 1.5}, 0, 0, 0}};
  status.stores = {{"records", "out/records", 7, 700}};
  status.pause = "the disk is full";
  status.updated = 1700000000;
  return status;
}

scout::QuarantineRecord record(const std::string& name) {
  scout::QuarantineRecord record;
  record.name = name;
  record.path = "/in/" + name;
  record.at = "2026-01-02T03:04:05Z";
  record.message = "a basket is cut";
  record.code = 4;
  record.reason = "a basket is cut";
  record.bytes = 99;
  return record;
}

TEST(Pipeline, GivesTheTrackersNumbersToPrometheus) {
  Metrics metrics;
  add_pipeline(metrics, some_status());
  const std::string& text = metrics.text();
  EXPECT_THAT(text, HasSubstr("trigloop_scout_events_total{stage=\"pass\"} 1000\n"));
  EXPECT_THAT(text, HasSubstr("trigloop_scout_busy_seconds_total{stage=\"pass\"} 1.5\n"));
  EXPECT_THAT(text, HasSubstr("trigloop_scout_inputs{state=\"reading\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("trigloop_scout_lag_seconds 12.5\n"));
  EXPECT_THAT(text, HasSubstr("trigloop_scout_paused 1\n"));
  EXPECT_THAT(text, HasSubstr("trigloop_scout_store_bytes{store=\"records\"} 700\n"));
  EXPECT_THAT(text, HasSubstr("trigloop_scout_status_timestamp_seconds 1700000000\n"));
}

TEST(Pipeline, WithoutAStreamIsNull) {
  const test::TempDir folder;
  EXPECT_EQ(nlohmann::json::parse(pipeline_json(folder.path())),
            nlohmann::json({{"status", nullptr}, {"quarantine", nlohmann::json::array()}}));
  EXPECT_FALSE(read_status(folder.path()).has_value());
}

TEST(Pipeline, PassesTheTrackersFileOnAndNamesItWhenItIsDamaged) {
  const test::TempDir folder;
  test::write_file(folder / "status.json", scout::format_status(some_status()));
  const auto json = nlohmann::json::parse(pipeline_json(folder.path()));
  EXPECT_EQ(json["status"], nlohmann::json::parse(scout::format_status(some_status())));
  test::write_file(folder / "status.json", "{\"a\":");
  try {
    pipeline_json(folder.path());
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::damaged);
    EXPECT_THAT(e.what(), HasSubstr("status.json"));
  }
}

TEST(Pipeline, ListsTheQuarantineAndLiftsIt) {
  const test::TempDir folder;
  scout::Quarantine quarantine(folder.path());
  quarantine.add(record("a.root"), false);
  quarantine.add(record("b.root"), false);
  const auto json = nlohmann::json::parse(pipeline_json(folder.path()));
  ASSERT_EQ(json["quarantine"].size(), 2u);
  EXPECT_EQ(json["quarantine"][0]["message"], "a basket is cut");
  retry_quarantined(folder.path(), "a.root");
  ASSERT_EQ(quarantine.list().size(), 1u);
  EXPECT_EQ(quarantine.list()[0].name, "b.root");
  EXPECT_THROW(retry_quarantined(folder.path(), "a.root"), core::Error);
}

}  // namespace
}  // namespace trigloop::serve
