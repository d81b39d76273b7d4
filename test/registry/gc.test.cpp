#include "registry/gc.hpp"

#include <gtest/gtest.h>

#include <set>

#include "registry/labels.hpp"
#include "test/registry/fixtures.hpp"
#include "test/support/support.hpp"

namespace trigloop::registry {
namespace {

/// data -> curated -> first -> second (its parent is first); each with a report; and a model that nobody wants.
class Gc : public testing::Test {
 protected:
  void SetUp() override {
    add_run(store_, "curate", {raw_}, {data_});
    add_run(store_, "train", {data_, config_}, {first_});
    add_run(store_, "train", {data_, config_, first_}, {second_});
    add_run(store_, "evaluate", {first_, raw_}, {first_report_});
    add_run(store_, "evaluate", {second_, raw_}, {second_report_});
    add_run(store_, "train", {data_}, {unwanted_});
    add_run(store_, "evaluate", {unwanted_, raw_}, {unwanted_report_});
  }
  std::set<std::string> left() {
    std::set<std::string> ids;
    for (const Artifact& a : store_.list({.most = 0})) ids.insert(a.id);
    return ids;
  }
  GcReport collect(bool dry = false) { return registry::collect(store_, {.artifacts = true, .dry_run = dry}); }

  test::TempDir dir_;
  Registry store_{dir_ / "registry", Access::exclusive};
  std::string raw_ = add_data(store_, "raw"), data_ = add_text(store_, "dataset", "curated", "d"),
              config_ = add_text(store_, "config", "c", "c"), first_ = add_text(store_, "model", "m", "1"),
              second_ = add_text(store_, "model", "m", "2"), unwanted_ = add_text(store_, "model", "m", "3"),
              first_report_ = add_text(store_, "report", "r", "r1"),
              second_report_ = add_text(store_, "report", "r", "r2"),
              unwanted_report_ = add_text(store_, "report", "r", "r3");
};

TEST_F(Gc, KeepsAllThatADeployedModelNeeds) {
  set_stage(store_, second_, "production");
  const GcReport report = collect();
  EXPECT_EQ(left(), (std::set{raw_, data_, config_, first_, second_, first_report_, second_report_}));
  EXPECT_EQ(report.artifacts.size(), 2u);
  EXPECT_EQ(report.files.size(), 2u);
  EXPECT_EQ(told(verify(store_, {.references = 0})), "");
  EXPECT_TRUE(store_.runs_of(unwanted_, true).empty());
  EXPECT_EQ(history(store_, unwanted_).back().action, "gc");
}

TEST_F(Gc, KeepsWhatHasAnAliasTheTagKeepOrADeployment) {
  set_alias(store_, first_, "champion");
  set_tag(store_, unwanted_, "keep", "for the paper");
  const std::string deployment = add_text(store_, "deployment", "fw", "bits");
  add_run(store_, "deploy", {second_}, {deployment});
  collect();
  EXPECT_EQ(left().size(), 10u);
}

TEST_F(Gc, RemovesWhatNobodyNeedsAndNoReference) {
  collect();
  EXPECT_TRUE(left().empty());
  EXPECT_TRUE(store_.objects().list().empty());
}

TEST_F(Gc, ADryRunTellsAndTouchesNothing) {
  const auto before = left();
  const GcReport report = collect(true);
  EXPECT_EQ(report.artifacts.size(), 9u);
  EXPECT_EQ(left(), before);
  EXPECT_EQ(store_.objects().list().size(), 8u);
}

TEST_F(Gc, YoungArtefactsStay) {
  registry::collect(store_, {.artifacts = true, .older_than_ns = 3600'000'000'000, .dry_run = false});
  EXPECT_EQ(left().size(), 9u);
}

TEST_F(Gc, WithoutAskingForArtefactsOnlyFilesThatNothingNamesGo) {
  store_.objects().put_text("nobody's", "x");
  test::write_file(dir_ / "registry/objects/.abc.123.partial", "half");
  const GcReport report = registry::collect(store_, {.dry_run = false});
  EXPECT_EQ(report.files.size(), 2u);
  EXPECT_EQ(left().size(), 9u);
  EXPECT_EQ(store_.objects().list().size(), 8u);
}

TEST_F(Gc, SharedFilesStayAsLongAsOneNamesThem) {
  const std::string twin = add_text(store_, "report", "twin", "3");  // the bytes of the unwanted model
  set_tag(store_, twin, "keep", "");
  collect();
  EXPECT_EQ(left(), (std::set{twin}));
  EXPECT_EQ(store_.objects().read(store_.files(twin).at(0)), "3");
}

}  // namespace
}  // namespace trigloop::registry
