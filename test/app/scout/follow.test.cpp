// `trigloop scout run --follow`, status, quarantine and submit from the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "scout/follow/status.hpp"
#include "test/app/scout/files.hpp"
#include "test/faults/under_faults.hpp"
#include "test/support/background.hpp"

namespace trigloop::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

/// Copies as a writer does that has little to say at a time.
void write_slowly(const fs::path& from, const fs::path& to, std::chrono::milliseconds pause) {
  const std::string bytes = read_file(from);
  std::ofstream out(to, std::ios::binary);
  for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 4 + 1) {
    out << bytes.substr(at, bytes.size() / 4 + 1) << std::flush;
    std::this_thread::sleep_for(pause);
  }
}

class ScoutFollow : public testing::Test {
 protected:
  std::vector<std::string> words(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"--follow", fifo(), "--output", output(), "--rescan", "1s", "--streams", "2"};
    all.insert(all.end(), more.begin(), more.end());
    return scout_words(files.model(), all);
  }
  fs::path fifo() const { return files.path("fifo"); }
  fs::path output() const { return files.path("out"); }
  fs::path log() const { return files.path("log"); }

  /// Until so many records are there; false, if that takes too long.
  bool wait_for_records(std::size_t n) const {
    for (int i = 0; i < 1200; ++i) {
      if (fs::exists(output()) && scout::list_records(output()).size() >= n) return true;
      std::this_thread::sleep_for(50ms);
    }
    ADD_FAILURE() << read_file(log());
    return false;
  }

  void SetUp() override { fs::create_directories(fifo()); }

  static constexpr unsigned count = 6;
  ScoutFiles files{count};
};

TEST_F(ScoutFollow, CommitsWhatSlowWritersWriteAsABatchRunDoes) {
  Background follower(words(), log());
  for (unsigned i = 0; i < count; ++i) {
    write_slowly(files.all() / ScoutFiles::name(i), fifo() / ScoutFiles::name(i), 20ms);
    if (i == 2) fs::copy_file(files.all() / ScoutFiles::name(0), fifo() / "copy.root");
  }
  write_file(fifo() / "bad.root", read_file(files.all() / ScoutFiles::name(0)).substr(0, 5000));
  ASSERT_TRUE(wait_for_records(count));
  for (int i = 0; i < 200 && !fs::exists(output() / "quarantine"); ++i) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(follower.end(SIGTERM), 0) << read_file(log());
  expect_same_records(sums_of(output()), files.batch());

  const CommandResult status = run_command({program(), "scout", "status", output()});
  EXPECT_EQ(status.status, 0) << status.err;
  EXPECT_THAT(status.out, HasSubstr("stopped"));
  EXPECT_THAT(status.out, HasSubstr("6 committed"));
  EXPECT_THAT(status.out, HasSubstr("quarantined 1"));
  const CommandResult list = run_command({program(), "scout", "quarantine", "list", output()});
  EXPECT_THAT(list.out, HasSubstr("is cut short"));
  EXPECT_EQ(run_command({program(), "scout", "quarantine", "retry", output(), "bad.root"}).status, 0);
  EXPECT_EQ(run_command({program(), "scout", "quarantine", "list", output()}).out, "");
  EXPECT_EQ(run_command({program(), "scout", "quarantine", "retry", output(), "bad.root"}).status, 3);
}

TEST_F(ScoutFollow, SurvivesKillsAtAnyTime) {
  std::mt19937 random(7);
  for (unsigned i = 0; i < count; ++i) {
    Background follower(words(), log());
    write_slowly(files.all() / ScoutFiles::name(i), fifo() / ScoutFiles::name(i), 10ms);
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));
    EXPECT_EQ(follower.end(SIGKILL), 128 + SIGKILL) << read_file(log());
  }
  fs::remove(output() / "status.json");
  Background follower(words(), log());
  ASSERT_TRUE(wait_for_records(count));
  while (!fs::exists(output() / "status.json")) std::this_thread::sleep_for(20ms);  // it is up, and hears signals
  EXPECT_EQ(follower.end(SIGTERM), 0);
  expect_same_records(sums_of(output()), files.batch());
}

/// One process fills the stores of stage 1 while another makes spectra of them.
TEST_F(ScoutFollow, MayStandBehindAnEarlierStage) {
  const fs::path store = files.path("store"), direct = files.path("direct");
  fs::create_directories(store);
  Background first(
      scout_words(files.model(), {"--follow", fifo(), "--output", store, "--to", "stage1", "--rescan", "1s"}),
      files.path("first log"));
  Background second(
      scout_words(files.model(), {"--follow", store, "--from", "stage1", "--output", output(), "--rescan", "1s"}),
      log());
  for (unsigned i = 0; i < count; ++i)
    write_slowly(files.all() / ScoutFiles::name(i), fifo() / ScoutFiles::name(i), 5ms);
  std::vector<std::string> batch{"--output", direct};
  for (unsigned i = 0; i < count; ++i) batch.insert(batch.end(), {"--input", files.all() / ScoutFiles::name(i)});
  ASSERT_EQ(run_command(scout_words(files.model(), batch)).status, 0);
  ASSERT_TRUE(wait_for_records(count));
  // A lumisection is committed with the stores that are there, and completed by those that come.
  CommandResult parity;
  for (int i = 0; i < 120 && (i == 0 || parity.status != 0); ++i) {
    std::this_thread::sleep_for(250ms);
    parity = run_command({program(), "scout", "parity", direct, output()});
  }
  EXPECT_EQ(parity.status, 0) << parity.out << parity.err;
  EXPECT_EQ(first.end(SIGTERM), 0) << read_file(files.path("first log"));
  EXPECT_EQ(second.end(SIGTERM), 0) << read_file(log());
}

/// The disk is full, or the handles are used up, for a moment in the middle of the work.
TEST_F(ScoutFollow, GoesOnAfterTroubleOfTheMachine) {
  TRIGLOOP_NEEDS_FAULTS();
  fs::copy(files.all(), fifo(), fs::copy_options::recursive);
  const auto truth = files.batch();
  for (const char* trouble : {"ENOSPC:9", "EIO:21", "EMFILE:34", "EDQUOT:47"}) {
    fs::remove_all(output());
    // Writes of the ledger's constructor come before the first of these.
    Background follower(words_under_faults(output(), trouble, words(), "write,sync,rename,create"), log());
    ASSERT_TRUE(wait_for_records(count)) << trouble;
    EXPECT_EQ(follower.end(SIGTERM), 0) << trouble << read_file(log());
    expect_same_records(sums_of(output()), truth);
  }
  EXPECT_THAT(read_file(log()), HasSubstr("paused"));
  EXPECT_THAT(read_file(log()), HasSubstr("goes on after"));
}

TEST_F(ScoutFollow, ConsumesWhatIsCommitted) {
  fs::copy(files.all(), fifo(), fs::copy_options::recursive);
  Background follower(words({"--consume"}), log());
  ASSERT_TRUE(wait_for_records(count));
  for (int i = 0; i < 100 && !fs::is_empty(fifo()); ++i) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(follower.end(SIGTERM), 0);
  EXPECT_TRUE(fs::is_empty(fifo())) << read_file(log());
  expect_same_records(sums_of(output()), files.batch());
}

TEST_F(ScoutFollow, OneFollowerAnOutput) {
  Background follower(words(), log());
  fs::copy_file(files.all() / ScoutFiles::name(0), fifo() / "a.root");
  ASSERT_TRUE(wait_for_records(1));
  const CommandResult second = run_command(words());
  EXPECT_EQ(second.status, 2);
  EXPECT_THAT(second.err, HasSubstr("works in this folder"));
  EXPECT_EQ(follower.end(SIGINT), 0);
}

TEST_F(ScoutFollow, RefusesOptionsThatMakeNoSense) {
  EXPECT_EQ(run_command(words({"--wait", "10"})).status, 2);
  EXPECT_EQ(run_command(words({"--order", "oldest"})).status, 2);
  EXPECT_EQ(run_command(words({"--input", "x.root"})).status, 2);
  EXPECT_EQ(run_command(words({"--consume", "--part", "0/2"})).status, 2);
  const CommandResult none = run_command({program(), "scout", "status", files.path("none")});
  EXPECT_EQ(none.status, 3);
  EXPECT_THAT(none.err, HasSubstr("`trigloop scout run --follow` writes it there"));
}

TEST(ScoutStreams, ReadManyFilesAtATimeIntoTheSameRecords) {
  const ScoutFiles files(6);
  fs::copy_file(files.all() / ScoutFiles::name(0), files.path("all/copy.root"));
  for (const char* streams : {"2", "7"}) {
    const fs::path output = files.path(std::string("by") + streams);
    const CommandResult run = run_command(scout_words(
        files.model(), {"--input", files.all() / "*.root", "--output", output, "--streams", streams, "--json"}));
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("\"inputs\":7"));
    expect_same_records(sums_of(output), files.batch());
  }
}

TEST(ScoutBatch, RecordsDamagedInputsAndConsumesTheOthers) {
  const ScoutFiles files(3);
  const std::string whole = read_file(files.path("all/ls2.root"));
  write_file(files.path("all/ls2.root"), whole.substr(0, whole.size() / 2));
  const auto run = scout_words(
      files.model(), {"--input", files.all() / "*.root", "--output", files.path("out"), "--consume", "--quiet"});
  EXPECT_EQ(run_command(run).status, 4);
  EXPECT_FALSE(fs::exists(files.path("all/ls1.root")));
  EXPECT_TRUE(fs::exists(files.path("all/ls2.root")));
  const std::vector<std::string> list{program(), "scout", "quarantine", "list", files.path("out")};
  EXPECT_THAT(run_command(list).out, HasSubstr("ls2.root: byte 0: is cut short"));
  write_file(files.path("all/ls2.root"), whole);
  EXPECT_EQ(run_command(run).status, 0);
  EXPECT_TRUE(fs::is_empty(files.all()));
  EXPECT_EQ(run_command(list).out, "");
  EXPECT_EQ(scout::list_records(files.path("out")).size(), 3u);
}

/// Storage of which one stream is slow: the more streams, the faster.
TEST(ScoutStreams, AddUpWhereOneIsSlow) {
  if (std::string(TRIGLOOP_SLOW_STORAGE).empty()) GTEST_SKIP() << "sanitizers leave no room for a preloaded library";
  const ScoutFiles files(8);
  const auto seconds = [&](const char* streams) {
    std::vector<std::string> words{"env", std::string("LD_PRELOAD=") + TRIGLOOP_SLOW_STORAGE,
                                   "SLOW_UNDER=" + files.all().native(), "SLOW_BYTES_PER_SECOND=200000"};
    const auto run = scout_words(files.model(), {"--input", files.all() / "*.root", "--output",
                                                 files.path(std::string("out") + streams), "--streams", streams, "-q"});
    words.insert(words.end(), run.begin(), run.end());
    const auto start = std::chrono::steady_clock::now();
    const CommandResult result = run_command(words);
    EXPECT_EQ(result.status, 0) << result.err;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const double one = seconds("1"), eight = seconds("8");
  EXPECT_LT(eight, one / 2);
  expect_same_records(sums_of(files.path("out8")), sums_of(files.path("out1")));
}

TEST(ScoutSubmit, RunsItsPartsOnARealSlurm) {
  if (std::system("command -v slurmctld slurmd sbatch > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "SLURM (Debian: slurmctld, slurmd, slurm-client) is not installed";
  const ScoutFiles files(5);
  const CommandResult written = run_command({program(), "scout",    "submit",
                                             "--slurm", "--parts",  "3",
                                             "--cpus",  "1",        "--job-memory",
                                             "0",       "--output", files.path("out"),
                                             "--",      "--model",  files.model(),
                                             "--menu",  "none",     "--bunches",
                                             "2544",    "--input",  files.all() / "*.root"});
  ASSERT_EQ(written.status, 0) << written.err;
  fs::create_directories(files.path("cluster"));
  const CommandResult ran = run_command({project_root() / "test/support/slurm_cluster.sh", files.path("cluster"), "3",
                                         "sbatch", "--wait", files.path("out") / "jobs/scout.sbatch"});
  ASSERT_EQ(ran.status, 0) << ran.out << ran.err << read_file(files.path("out") / "jobs/part_0.log");
  std::vector<scout::Record> parts;
  for (const char* part : {"part_0", "part_1", "part_2"}) {
    const auto some = sums_of(files.path("out") / part);
    EXPECT_FALSE(some.empty()) << part;
    parts.insert(parts.end(), some.begin(), some.end());
  }
  std::ranges::sort(parts, {}, &scout::Record::lumi);
  expect_same_records(parts, files.batch());
  const CommandResult collected = run_command({files.path("out") / "jobs/collect.sh"});
  EXPECT_EQ(collected.status, 0) << collected.err;
  EXPECT_TRUE(fs::exists(files.path("out") / "sum.spectrum"));
}

}  // namespace
}  // namespace trigloop::test
