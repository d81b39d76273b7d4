// One stage at a time swapped: what is written for the Scouting Analyser's stages, read again, gives the same spectra.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/support.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

test::CommandResult run(std::vector<std::string> words) {
  words.insert(words.begin(), test::program());
  return test::run_command(words);
}

std::string output_of(std::vector<std::string> words) {
  const test::CommandResult result = run(std::move(words));
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  return result.out;
}

class ScoutStages : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new test::TempDir;
    output_of({"simulate", "scouting", "--events", "4000", "--lumisections", "2", "--orbits", "60", "-q", "-o",
               path("s.root")});
    scout({"--model", model(), "--input", path("s.root"), "--output", path("all"), "--tap", "stage1,stage2,stage3"});
  }
  static void TearDownTestSuite() { delete dir_; }

  static std::string path(const std::string& name) { return *dir_ / name; }
  static std::string model() { return test::project_root() / "examples/demo_network.onnx"; }
  static void scout(std::vector<std::string> words) {
    words.insert(words.begin(), {"scout", "run", "-q"});
    output_of(std::move(words));
  }
  static std::string parity(const std::string& other) {
    return output_of({"scout", "parity", path(other), path("all")});
  }
  static inline const test::TempDir* dir_ = nullptr;
};

TEST_F(ScoutStages, SpectraAreTheSameFromEachStage) {
  scout({"--from", "stage1", "--model", model(), "--input", path("all"), "--output", path("one")});
  scout({"--from", "stage2", "--input", path("all"), "--output", path("two")});
  scout({"--from", "stage3", "--input", path("all"), "--output", path("three")});
  for (const char* name : {"one", "two", "three"}) {
    EXPECT_THAT(parity(name), HasSubstr(" 0 are not")) << name;
    EXPECT_THAT(parity(name), ::testing::Not(HasSubstr("bin"))) << name;
  }
  EXPECT_THAT(parity("three"), HasSubstr("2 lumisections: 2 equal"));
}

TEST_F(ScoutStages, TheyStopWhereTold) {
  scout({"--to", "stage2", "--model", model(), "--input", path("s.root"), "--output", path("stop")});
  EXPECT_FALSE(fs::exists(path("stop/StoreStage1")));
  const fs::path stop = path("stop/StoreStage2"), all = path("all/StoreStage2");
  std::size_t groups = 0;
  for (const auto& group : fs::directory_iterator(stop)) {
    ++groups;
    const fs::path chunk = "AxoScore/0.0", same = all / group.path().filename() / chunk;
    EXPECT_EQ(test::read_file(group.path() / chunk), test::read_file(same)) << same;
  }
  EXPECT_EQ(groups, 32u);
  EXPECT_TRUE(fs::is_empty(stop) || !fs::exists(path("stop/run_396102_lumi_214.axo")));
}

TEST_F(ScoutStages, ContradictionsAreRefused) {
  EXPECT_EQ(run({"scout", "run", "--from", "stage2", "--to", "stage1", "-i", path("all"), "-o", path("x")}).status, 2);
  EXPECT_EQ(run({"scout", "run", "--from", "stage2", "--tap", "stage1", "-i", path("all"), "-o", path("x")}).status, 2);
  EXPECT_EQ(run({"scout", "run", "--from", "stage4", "-i", path("all"), "-o", path("x")}).status, 2);
  EXPECT_EQ(run({"scout", "run", "-i", path("s.root"), "-o", path("x")}).status, 2);  // no model
}

/// Groups and shards that zarr-python and json wrote; scores between two codes, and a group that is not whole.
TEST_F(ScoutStages, TheOriginalsStoresAreRead) {
  TRIGLOOP_NEEDS_PEERS();
  const std::string script = test::project_root() / "test/peers/scouting_analyser.py";
  ASSERT_EQ(test::run_command({test::peer_python(), script, "write", path("theirs"), "5000"}).status, 0);
  scout({"--from", "stage2", "--input", path("theirs"), "--output", path("theirs2")});
  const auto read = test::run_command({test::peer_python(), script, "notebook", path("theirs2")});
  const auto truth = test::run_command({test::peer_python(), "-c",
                                        "import json, numpy as np; s = np.load('" + path("theirs/scores.npy") +
                                            "'); c, n = np.unique(np.floor(s).astype(int), return_counts=True); "
                                            "print(json.dumps({'214': {str(a): int(b) for a, b in zip(c, n)}}))"});
  EXPECT_EQ(read.out, truth.out);
  scout({"--from", "stage1", "--model", model(), "--input", path("theirs"), "--output", path("theirs1")});
  EXPECT_THAT(output_of({"spectrum", "show", path("theirs1")}), ContainsRegex("rows +5000"));
}

TEST_F(ScoutStages, TheTailIsListedExplainedAndGrouped) {
  const std::string list = output_of({"tail", "list", "--from", path("all"), "--top", "3"});
  EXPECT_EQ(std::ranges::count(list, '\n'), 4);
  EXPECT_THAT(list, HasSubstr("jet "));
  EXPECT_THAT(list, HasSubstr(" GeV at eta "));
  const std::string shown = output_of({"tail", "show", "--from", path("all"), "--rank", "2", "--model", model()});
  EXPECT_THAT(shown, HasSubstr("without"));
  EXPECT_THAT(shown, HasSubstr("(not seen by the model)"));
  EXPECT_THAT(output_of({"tail", "group", "--from", path("all"), "--json"}), HasSubstr("\"hot_towers\":["));
  EXPECT_EQ(run({"tail", "show", "--from", path("all"), "--rank", "1000000"}).status, 2);
  const auto other = run({"tail", "list", "--from", path("nothing")});
  EXPECT_EQ(other.status, 3) << other.err;
}

}  // namespace
}  // namespace trigloop
