#include "registry/transfer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "core/sha256.hpp"
#include "registry/labels.hpp"
#include "registry/manifest.hpp"
#include "test/registry/fixtures.hpp"
#include "test/support/support.hpp"

namespace trigloop::registry {
namespace {

namespace fs = std::filesystem;
using core::Error;
using testing::ElementsAre;

class Transfer : public testing::Test {
 protected:
  void SetUp() override {
    add_run(here_, "train", {data_}, {model_});
    add_run(here_, "evaluate", {model_}, {report_});
    here_.add({.kind = "model",
               .name = "m",
               .files = here_.files(model_),
               .metrics = {{"loss", 0, 0.1}, {"loss", 1, std::nan("")}, {"loss", 2, HUGE_VAL}},
               .tags = {{"note", "a \"quoted\"\nline"}}});
    set_alias(here_, model_, "champion");
    set_stage(here_, model_, "candidate");
    export_to(here_, std::vector{model_}, out_);
  }
  static std::string manifest_of(const fs::path& folder) { return test::read_file(folder / "manifest.jsonl"); }

  test::TempDir dir_;
  fs::path out_ = dir_ / "export";
  Registry here_{dir_ / "here", Access::write}, there_{dir_ / "there", Access::write};
  std::string data_ = add_data(here_, "zb"), model_ = add_text(here_, "model", "m", "1"),
              report_ = add_text(here_, "report", "r", "r"), other_ = add_text(here_, "model", "m", "2");
};

TEST_F(Transfer, AnotherSiteGetsTheModelAndWhatItNeeds) {
  const TransferReport report = import_from(there_, out_);
  EXPECT_EQ(report.artifacts, 3u);
  EXPECT_EQ(report.runs, 2u);
  EXPECT_EQ(report.files, 2u);
  EXPECT_EQ(report.known, 0u);
  EXPECT_TRUE(there_.has(data_) && there_.has(report_) && !there_.has(other_));
  EXPECT_EQ(there_.objects().read(there_.files(model_).at(0)), "1");
  EXPECT_EQ(there_.runs_of(model_, true).at(0).id, here_.runs_of(model_, true).at(0).id);
  EXPECT_EQ(there_.get(model_).created_ns, here_.get(model_).created_ns);
  const auto metrics = there_.metrics(model_);
  EXPECT_EQ(metrics.at(0).value, 0.1);
  EXPECT_TRUE(std::isnan(metrics.at(1).value));
  EXPECT_EQ(metrics.at(2).value, HUGE_VAL);
  EXPECT_EQ(there_.tags(model_).at(0).value, "a \"quoted\"\nline");
  EXPECT_THAT(aliases_of(there_, model_), ElementsAre()) << "aliases are a site's own";
  EXPECT_EQ(told(verify(there_, {.references = 0})), "");
}

TEST_F(Transfer, TwiceIsNoNews) {
  import_from(there_, out_, true);
  EXPECT_THAT(aliases_of(there_, model_), ElementsAre("champion"));
  const auto entries = history(there_).size();
  const TransferReport again = import_from(there_, out_, true);
  EXPECT_EQ(again.known, 3u);
  EXPECT_EQ(history(there_).size(), entries);
  EXPECT_EQ(import_from(here_, out_).known, 3u);
}

TEST_F(Transfer, AnExportIsTheSameAgain) {
  const std::string before = manifest_of(out_);
  export_to(here_, std::vector{model_}, out_);
  EXPECT_EQ(manifest_of(out_), before);
  import_from(there_, out_, true);
  export_to(there_, std::vector{model_}, dir_ / "back");
  EXPECT_EQ(manifest_of(dir_ / "back"), before);
}

TEST_F(Transfer, AloneLeavesTheLineageAtHome) {
  export_to(here_, std::vector{model_}, dir_ / "alone", true);
  EXPECT_EQ(import_from(there_, dir_ / "alone").artifacts, 1u);
}

TEST_F(Transfer, EveryFlippedBitOfAnExportIsRefusedAndNothingIsRecorded) {
  const std::string good = manifest_of(out_);
  for (std::size_t byte = 0; byte < good.size(); ++byte) {
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ (1 << (byte % 8)));
    test::write_file(out_ / "manifest.jsonl", bad);
    EXPECT_THROW(import_from(there_, out_), Error) << byte;
  }
  for (std::size_t bytes = 0; bytes < good.size(); bytes += 7) {
    test::write_file(out_ / "manifest.jsonl", good.substr(0, bytes));
    EXPECT_THROW(import_from(there_, out_), Error) << bytes;
  }
  test::write_file(out_ / "manifest.jsonl", good);
  const auto objects = Objects(out_ / "objects").list();
  const auto expect_refused = [&] {
    const test::TempDir fresh;
    Registry other(fresh.path(), Access::write);
    EXPECT_THROW(import_from(other, out_), Error);
    EXPECT_TRUE(other.list({}).empty());
  };
  for (const Objects::Entry& entry : objects) {
    const std::string content = test::read_file(entry.path);
    fs::remove(entry.path);
    expect_refused();
    test::write_file(entry.path, content + "x");
    expect_refused();
    test::write_file(entry.path, std::string(1, static_cast<char>(content[0] ^ 1)) + content.substr(1));
    expect_refused();
    fs::remove(entry.path);
    test::write_file(entry.path, content);
  }
  EXPECT_TRUE(there_.list({}).empty());
  import_from(there_, out_);
  EXPECT_EQ(there_.list({}).size(), 3u);
}

TEST_F(Transfer, PathsThatLeaveAreRefused) {
  for (const char* path : {"../../evil", "/etc/passwd", "a/../../b", ".."}) {
    Manifest manifest;
    const std::string hash = core::sha256_hex("evil");
    NewArtifact bad{.kind = "model", .name = "m", .files = {{path, 4, hash}}};
    manifest.artifacts.push_back({artifact_id(bad.kind, bad.files, bad.references), bad});
    EXPECT_THROW(parse_manifest(to_text(manifest), "evil"), Error) << path;
  }
}

TEST_F(Transfer, OtherVersionsAreRefusedByName) {
  try {
    parse_manifest("{\"trigloop_export\":2}\n", "newer");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::unsupported);
  }
}

}  // namespace
}  // namespace trigloop::registry
