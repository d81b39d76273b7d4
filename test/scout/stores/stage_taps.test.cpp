#include "scout/stores/stage_taps.hpp"

#include <gtest/gtest.h>

#include <map>

#include "io/tiles.hpp"
#include "io/zarr/zarr.hpp"
#include "scout/stores/shard.hpp"
#include "test/io/columns.hpp"
#include "test/support/fake_scouting.hpp"
#include "test/support/support.hpp"

namespace trigloop::scout::stores {
namespace {

namespace fs = std::filesystem;
using test::column_values;

constexpr std::size_t entries = 5000;
constexpr int fraction = 4;

/// Scores that depend on the entry alone, some of them in the last, closed bin.
std::int32_t code_of(std::uint64_t entry) {
  return entry % 1000 == 7 ? 16 * 19'999 : static_cast<std::int32_t>(entry * 7919 % 40'000);
}

const event::Layout& layout() {
  static const event::Layout layout = event::find_layout(event::cms_l1_scouting);
  return layout;
}

const test::FakeScouting& events() {
  static const test::FakeScouting events(entries, 11);
  return events;
}

/// Taps all stages from tiles that come in the order of `threads` threads.
void tap(const fs::path& folder, unsigned threads) {
  const auto source = events().source(100);
  StageTaps taps(folder, parse_stages("stage1,stage2,stage3"), source, layout(), {"0123456789abcdef0", "a.root", 1},
                 fraction, threads);
  const std::vector<Tap*> all = taps.taps();
  io::TileOptions options;
  options.threads = threads;
  options.entries_per_task = 333;
  io::read_tiles(source, layout(), options, [&](unsigned worker, const event::Tile& tile) {
    std::vector<std::int32_t> codes;
    for (std::uint32_t e = 0; e < tile.size; ++e) codes.push_back(code_of(tile.first_entry + e));
    for (Tap* one : all) one->take(worker, tile, codes);
  });
  taps.commit();
}

std::map<std::uint32_t, Counts> truth() {
  std::map<std::uint32_t, Counts> truth;
  for (std::size_t i = 0; i < entries; ++i) add(truth[events().lumi[i]], {{bin_of(code_of(i), fraction), 1}});
  return truth;
}

/// The stores are thousands of files: one set serves the tests that only read them.
class StageTapsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    made_ = new test::TempDir;
    tap(made_->path(), 3);
  }
  static void TearDownTestSuite() { delete made_; }
  static const fs::path& made() { return made_->path(); }

  const test::TempDir dir_;

 private:
  static inline const test::TempDir* made_ = nullptr;
};

TEST_F(StageTapsTest, Stage1HoldsEveryEventInOrder) {
  const auto stores = list_stores(made(), Stage::one);
  ASSERT_EQ(stores.size(), parts);
  for (unsigned part = 0; part < parts; ++part) {
    const InputId input{"0123456789abcdef0", "", 0};
    const auto group = io::zarr::open(stage_folder(made(), Stage::one) / store_name(input, part, ".zarr"));
    const auto data = column_values<std::int16_t>(*group, "", "Data");
    const auto orbits = column_values<std::uint32_t>(*group, "", "OrbitNumber");
    const auto jets = column_values<std::int32_t>(*group, "", "nL1Jet");
    const std::size_t first = part * (entries / parts + 1);
    ASSERT_EQ(orbits.size(), std::min(entries, first + entries / parts + 1) - first);
    for (std::size_t i = 0; i < orbits.size(); ++i) {
      std::uint64_t ignored = 0;
      const auto expected = events().features(first + i, true, ignored, ignored);
      ASSERT_TRUE(std::equal(expected.begin(), expected.end(), data.begin() + static_cast<std::ptrdiff_t>(57 * i)));
      EXPECT_EQ(orbits[i], events().orbit[first + i]);
      EXPECT_EQ(jets[i], static_cast<std::int32_t>(events().jet[0][first + i].size()));
    }
  }
}

TEST_F(StageTapsTest, AGroupOfStage1IsAnInputByItsLayout) {
  const auto group = io::zarr::open(list_stores(made(), Stage::one).front());
  std::size_t events = 0;
  io::read_tiles(*group, stage1_layout(), {}, [&](unsigned, const event::Tile& tile) {
    EXPECT_EQ(tile.features, 57u);
    EXPECT_EQ(tile.run[0], 396102u);
    events += tile.size;
  });
  EXPECT_EQ(events, entries / parts + 1);
}

TEST_F(StageTapsTest, StoresDoNotDependOnThreads) {
  tap(dir_ / "one", 1);
  for (const Stage stage : {Stage::one, Stage::two, Stage::three}) {
    const auto one = list_stores(dir_ / "one", stage), many = list_stores(made(), stage);
    ASSERT_EQ(one.size(), many.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].filename(), many[i].filename());
      if (stage == Stage::three) {
        EXPECT_EQ(test::read_file(one[i]), test::read_file(many[i]));
        continue;
      }
      for (const char* chunk : {"OrbitNumber/0", "nl1EG/0", stage == Stage::one ? "Data/0.0" : "AxoScore/0.0"}) {
        EXPECT_EQ(test::read_file(one[i] / chunk), test::read_file(many[i] / chunk)) << one[i] << chunk;
      }
    }
  }
}

TEST_F(StageTapsTest, ShardsOfALumisectionMergeToItsHistogram) {
  std::vector<Shard> shards;
  for (const fs::path& path : list_stores(made(), Stage::three)) shards.push_back(read_shard(path));
  const auto merges = merge_shards(shards);
  const auto expected = truth();
  ASSERT_EQ(merges.size(), expected.size());
  for (const Merge& merge : merges) {
    EXPECT_EQ(merge.counts, expected.at(merge.lumi.lumisection));
    EXPECT_EQ(merge.shards, parts);
    EXPECT_EQ(merge.shared_orbits, 0u);
  }
}

TEST_F(StageTapsTest, WithoutCommitNothingIsThere) {
  {
    const auto source = events().source();
    const StageTaps taps(dir_.path(), {Stage::one, Stage::two}, source, layout(), {"0123456789abcdef", "", 0}, 4, 1);
  }
  EXPECT_TRUE(list_stores(dir_.path(), Stage::one).empty());
  EXPECT_TRUE(fs::is_empty(stage_folder(dir_.path(), Stage::one)));
  EXPECT_TRUE(fs::is_empty(stage_folder(dir_.path(), Stage::two)));
}

TEST_F(StageTapsTest, MissingEntriesAreAnError) {
  const auto source = events().source();
  StageTaps taps(dir_.path(), {Stage::one}, source, layout(), {"0123456789abcdef", "", 0}, 4, 1);
  EXPECT_EQ(test::error_of([&] { taps.commit(); }), core::ErrorCode::mismatch);
  EXPECT_TRUE(list_stores(dir_.path(), Stage::one).empty());
}

/// The Scouting Analyser's own stages on our stores give our histograms.
TEST_F(StageTapsTest, TheOriginalStagesGoOnFromThem) {
  TRIGLOOP_NEEDS_PEERS();
  const fs::path script = test::project_root() / "test/peers/scouting_analyser.py";
  const auto run = [&](const std::vector<std::string>& words) {
    std::vector<std::string> command{test::peer_python(), script};
    command.insert(command.end(), words.begin(), words.end());
    const auto result = test::run_command(command);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.out;
  };
  const std::string groups = run({"stage2", made()});
  EXPECT_EQ(std::ranges::count(groups, '\n'), parts);
  for (const char* stage : {"stage3", "stage4"}) {
    const fs::path out = dir_ / (std::string("out_") + stage);
    run({stage, made(), out});
    std::string expected = "{";
    const std::string read = run({"notebook", out});
    for (const auto& [lumi, counts] : truth()) {
      std::string text = "\"" + std::to_string(lumi) + "\": {";
      for (const auto& [bin, n] : counts) {
        text += (text.ends_with('{') ? "\"" : ", \"") + std::to_string(bin) + "\": " + std::to_string(n);
      }
      EXPECT_NE(read.find(text + "}"), std::string::npos) << stage << " lumisection " << lumi;
    }
  }
}

TEST(Stages, AreParsedOnceAndInOrder) {
  EXPECT_EQ(parse_stages("stage3,stage1,stage3"), (std::vector<Stage>{Stage::one, Stage::three}));
  EXPECT_THROW(parse_stages("stage4"), core::Error);
  EXPECT_THROW(parse_stages(""), core::Error);
}

}  // namespace
}  // namespace trigloop::scout::stores
