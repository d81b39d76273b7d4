// Zero bias from the stream, as a user takes it: scout, list, export, curate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/any/any.hpp"
#include "io/hdf5/hdf5.hpp"
#include "model/qonnx_export.hpp"
#include "test/score/axol1tl_like.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

CommandResult trigloop(std::vector<std::string> words) {
  words.insert(words.begin(), program().native());
  return run_command(words);
}

/// Three lumisections of a simulated stream, and what is kept of them.
class ReservoirCommand : public testing::Test {
 protected:
  void SetUp() override {
    stream_ = dir_ / "s.root";
    write_file(dir_ / "small.onnx", model::export_qonnx(Axol1tlLike().make()));
    const auto made = trigloop({"simulate", "scouting", "-q", "--orbits", "80", "--lumisections", "3", "-o", stream_});
    ASSERT_EQ(made.status, 0) << made.err;
    rows_ = io::find_table(io::open(stream_)->info(), "Events").entries;
  }
  void scout(const std::string& output, const std::string& count, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"scout",    "run",
                                   "--model",  (dir_ / "small.onnx").native(),
                                   "--input",  stream_.native(),
                                   "--output", (dir_ / output).native(),
                                   "--quiet",  "--reservoir",
                                   count};
    words.insert(words.end(), more.begin(), more.end());
    const auto run = trigloop(words);
    ASSERT_EQ(run.status, 0) << run.err;
  }
  json list(const std::string& output, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"reservoir", "list", (dir_ / output).native(), "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const auto listed = trigloop(words);
    EXPECT_EQ(listed.status, 0) << listed.err;
    return json::parse(listed.out).at("lumisections");
  }
  CommandResult export_to(const std::string& output, const std::string& file, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"reservoir", "export", (dir_ / output).native(), "--output", (dir_ / file).native()});
    return trigloop(more);
  }
  std::string curated(const fs::path& background, const std::string& name) {
    const std::string config =
        "data_config:\n  Read_configs:\n    BACKGROUND: {file_path: " + background.native() +
        ", train_sector: [0, 6000], test_sector: [6000, 8000]}\n    SIGNAL: {file_path: " + (dir_ / "sig.h5").native() +
        "}\n";
    write_file(dir_ / (name + ".yml"), config);
    const auto made = trigloop({"curate", "--config", dir_ / (name + ".yml"), "--json", "--set",
                                "curate.drop_saturated_et=false", "--output", dir_ / name});
    EXPECT_EQ(made.status, 0) << made.err;
    return made.status == 0
               ? json::parse(made.out).at("norm_scale").dump() + json::parse(made.out).at("norm_bias").dump()
               : "";
  }

  TempDir dir_;
  fs::path stream_;
  std::uint64_t rows_ = 0;
};

TEST_F(ReservoirCommand, KeepsAsManyOfEachLumisectionAsAskedAndTellsThePrescale) {
  scout("out", "500");
  std::uint64_t rows = 0;
  for (const json& one : list("out")) {
    EXPECT_EQ(one.at("events"), 500);
    rows += one.at("rows").get<std::uint64_t>();
    EXPECT_DOUBLE_EQ(one.at("prescale"), one.at("rows").get<double>() / 500);
  }
  EXPECT_EQ(rows, rows_);
  const json chosen = list("out", {"--run", std::to_string(list("out")[0].at("run").get<int>()), "--ls",
                                   std::to_string(list("out")[1].at("lumisection").get<int>()) + "-"});
  EXPECT_EQ(chosen.size(), 2u);
}

TEST_F(ReservoirCommand, ChoosesTheSameEventsOnAnyNumberOfThreads) {
  scout("one", "500", {"--threads", "1"});
  scout("two", "500", {"--threads", "2"});
  ASSERT_EQ(export_to("one", "one.h5").status, 0);
  ASSERT_EQ(export_to("two", "two.h5").status, 0);
  EXPECT_TRUE(read_file(dir_ / "one.h5") == read_file(dir_ / "two.h5"));
}

TEST_F(ReservoirCommand, AllEventsKeptAreCuratedAsTheStreamItselfIs) {
  ASSERT_EQ(trigloop({"simulate", "signals", "-q", "-n", "100", "-o", dir_ / "sig.h5"}).status, 0);
  scout("out", "100000");
  const auto exported = export_to("out", "zb.h5");
  ASSERT_EQ(exported.status, 0) << exported.err;
  EXPECT_THAT(exported.out, HasSubstr("events of 3 lumisections, prescales 1 to 1"));
  const std::string ours = curated(dir_ / "zb.h5", "ours.h5");
  EXPECT_FALSE(ours.empty());
  EXPECT_EQ(ours, curated(stream_, "stream.h5"));
  const auto source = io::hdf5::open(dir_ / "zb.h5");
  EXPECT_EQ(io::find_table(source->info(), "").entries, rows_);
  EXPECT_EQ(io::find_table(source->info(), "lumisections").entries, 3u);
  const auto about = io::hdf5::read_attribute(dir_ / "zb.h5", "", "zerobias");
  EXPECT_EQ(json::parse(about.value()).at("events"), rows_);
}

TEST_F(ReservoirCommand, MovesEventsAsARecalibrationWill) {
  scout("out", "500");
  ASSERT_EQ(export_to("out", "as_is.h5").status, 0);
  ASSERT_EQ(export_to("out", "moved.h5", {"--moved", "jet=+10%"}).status, 0);
  const auto about = io::hdf5::read_attribute(dir_ / "moved.h5", "", "zerobias");
  EXPECT_EQ(json::parse(about.value()).at("moved"), json({"jet=+10%"}));
  EXPECT_NE(read_file(dir_ / "as_is.h5"), read_file(dir_ / "moved.h5"));
  EXPECT_EQ(export_to("out", "no.h5", {"--moved", "tau=+1%"}).status, 2);
}

TEST_F(ReservoirCommand, LeavesOutWhatIsExcludedAndSaysWhereNothingIsLeft) {
  scout("out", "200");
  const json all = list("out");
  const std::string run = std::to_string(all[0].at("run").get<int>());
  const std::string second = std::to_string(all[1].at("lumisection").get<int>());
  EXPECT_EQ(list("out", {"--exclude", run + ":" + second}).size(), 2u);
  EXPECT_EQ(list("out", {"--only", run + ":" + second, "999999:1-9"}).size(), 1u);
  write_file(dir_ / "golden.json", "{\"" + run + "\": [[" + second + ", " + second + "]]}");
  EXPECT_EQ(list("out", {"--certification", dir_ / "golden.json"}).size(), 1u);
  const auto nothing = export_to("out", "zb.h5", {"--exclude", run});
  EXPECT_EQ(nothing.status, 2);
  EXPECT_THAT(nothing.err, HasSubstr("--reservoir N"));
  EXPECT_FALSE(fs::exists(dir_ / "zb.h5"));
}

}  // namespace
}  // namespace trigloop::test
