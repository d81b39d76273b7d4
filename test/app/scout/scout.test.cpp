// `trigloop scout run` from the command line: the whole path, file to records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "scout/record/record.hpp"
#include "test/support/background.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string data = "data/scouting_pythia.root", model = "models/axol1tl_v5.onnx";

std::string shared(const std::string& name) { return (test::shared_root() / name).string(); }

test::CommandResult scout(const std::string& input, const std::filesystem::path& output,
                          const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{test::program(), "scout",    "run",  "--model", shared(model), "--input",
                                 input,           "--output", output, "--quiet", "--menu",      "pythia-samples"};
  words.insert(words.end(), more.begin(), more.end());
  return test::run_command(words);
}

std::vector<scout::Record> records(const std::filesystem::path& folder) {
  std::vector<scout::Record> all;
  for (const auto& path : scout::list_records(folder)) {
    all.push_back(scout::read_record(path));
    all.back().committed_at = 0;
  }
  return all;
}

scout::Counts counts(const json& bins) {
  scout::Counts out;
  for (const json& bin : bins) out.emplace_back(bin[0], bin[1]);
  return out;
}

void expect_truth(const scout::Record& record, const json& truth) {
  const scout::Contribution& sum = record.sum;
  EXPECT_EQ(sum.lumi, (event::LumiKey{truth["run"], truth["lumisection"]}));
  EXPECT_EQ(sum.all, counts(truth["all"]));
  EXPECT_EQ(sum.pure, counts(truth["pure"]));
  EXPECT_TRUE(sum.noncolliding.empty());
  EXPECT_EQ(sum.crossings, truth["crossings"].get<std::vector<std::uint64_t>>());
  EXPECT_EQ(sum.orbits_stated, truth["orbits_stated"].get<std::uint64_t>());
  ASSERT_EQ(sum.orbits.size(), truth["orbits"].size());
  for (std::size_t i = 0; i < sum.orbits.size(); ++i) {
    const json& one = truth["orbits"][i];
    const event::OrbitEntry want{one[0], one[1], one[2], one[3], one[4]};
    ASSERT_EQ(sum.orbits.entries()[i], want) << "orbit " << want.orbit;
  }
  const auto tail = sum.tail.sorted();
  ASSERT_EQ(tail.size(), truth["tail"].size());
  for (std::size_t i = 0; i < tail.size(); ++i) {
    const json have = {tail[i].code, tail[i].orbit, tail[i].crossing};
    EXPECT_EQ(have, truth["tail"][i]) << i;
  }
  EXPECT_EQ(sum.inputs.events, truth["input_events"].get<std::uint64_t>());
  EXPECT_EQ(sum.inputs.names[27], "Jet0.pt");
  EXPECT_EQ(sum.inputs.counts[27], counts(truth["jet0_pt"]));
  EXPECT_EQ(sum.inputs.names[59], "Jet.count");
  EXPECT_EQ(sum.inputs.counts[59], counts(truth["jet_counts"]));
}

TEST(ScoutRun, FindsWhatNumPyFinds) {
  TRIGLOOP_NEEDS_SHARED(data);
  TRIGLOOP_NEEDS_SHARED(model);
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir temp;
  const auto scores = test::run_command({test::program(), "score", "--model", shared(model), "--input", shared(data),
                                         "--output", temp / "scores.npy", "--integers", "--quiet"});
  ASSERT_EQ(scores.status, 0) << scores.err;
  const auto script = test::project_root() / "test/peers/scout_truth.py";
  const auto truth = test::run_command({test::peer_python(), script, shared(data), temp / "scores.npy"});
  ASSERT_EQ(truth.status, 0) << truth.err;
  const auto run = scout(shared(data), temp / "records", {"--json"});
  ASSERT_EQ(run.status, 0) << run.err;

  const json want = json::parse(truth.out);
  const auto found = records(temp / "records");
  ASSERT_EQ(found.size(), want.size());
  for (std::size_t i = 0; i < found.size(); ++i) expect_truth(found[i], want[i]);

  // The file's README says 2544 colliding bunches, but 2574 crossings have events, all alike.
  // Rates: passing events over seconds and kept fraction, and share of rows x crossing rate, which are the same here.
  const json summary = json::parse(run.out);
  EXPECT_EQ(summary["rows"], 300000);
  EXPECT_EQ(summary["added"], 300000);
  for (const json& point : summary["pure"]) {
    const double seconds = 7904 / 11245.613, kept = 300000.0 / (7904 * 2574.0);
    const double passing = point["passing"];
    EXPECT_NEAR(point["exact_hz"], passing / seconds / kept, 1e-6 * passing / seconds / kept);
    EXPECT_NEAR(point["old_hz"], passing / 300000 * 2574 * 11245.613, 1e-3);
    EXPECT_LE(point["exact_hz"].get<double>(), point["target_hz"].get<double>());
  }
}

TEST(ScoutRun, GivesTheSameRecordsForAnyThreadsPartsAndSecondRuns) {
  TRIGLOOP_NEEDS_SHARED(data);
  TRIGLOOP_NEEDS_SHARED(model);
  const test::TempDir temp;
  ASSERT_EQ(scout(shared(data), temp / "one", {"--threads", "1"}).status, 0);
  const auto first = records(temp / "one");
  ASSERT_EQ(first.size(), 3u);
  ASSERT_EQ(scout(shared(data), temp / "many", {"--threads", "5"}).status, 0);
  std::vector<scout::Record> parts;
  for (const char* part : {"0/2", "1/2"}) {
    const auto folder = temp / (std::string("part") + part[0]);
    ASSERT_EQ(scout(shared(data), folder, {"--part", part}).status, 0);
    for (scout::Record& record : records(folder)) parts.push_back(std::move(record));
  }
  std::ranges::sort(parts, {}, &scout::Record::lumi);
  for (const auto& all : {records(temp / "many"), parts}) {
    ASSERT_EQ(all.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(scout::encode(all[i]), scout::encode(first[i]));
  }
  const auto again = scout(shared(data), temp / "one");
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.out, HasSubstr("1 inputs were done before"));
}

TEST(ScoutRun, GoesOnAfterInputsThatCannotBeReadAndTellsTheFirstErrorsCode) {
  TRIGLOOP_NEEDS_SHARED(data);
  TRIGLOOP_NEEDS_SHARED(model);
  const test::TempDir temp;
  test::write_file(temp / "a.root", "root, but not really");
  std::filesystem::create_symlink(shared(data), temp / "b.root");
  const auto run = scout(temp / "*.root", temp / "records");
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.err, HasSubstr("a.root"));
  EXPECT_EQ(records(temp / "records").size(), 3u);
}

TEST(ScoutRun, RefusesWhatCannotBeMeant) {
  TRIGLOOP_NEEDS_SHARED(model);
  const test::TempDir temp;
  EXPECT_EQ(scout("nothing*.root", temp / "r").status, 3);
  const auto part = scout("x.root", temp / "r", {"--part", "4/4"});
  EXPECT_EQ(part.status, 2);
  EXPECT_THAT(part.err, HasSubstr("i/n"));
  EXPECT_EQ(scout("x.root", temp / "r", {"--memory", "2X"}).status, 2);
  EXPECT_EQ(scout("x.root", temp / "r", {"--kept-fraction", "0.5", "--sampling", "all"}).status, 2);
}

/// Simulated files of different lumisections.
void simulate(const std::filesystem::path& folder, int files, int events) {
  for (int i = 0; i < files; ++i) {
    const auto made =
        test::run_command({test::program(), "simulate", "scouting", "--events", std::to_string(events), "--seed",
                           std::to_string(i + 1), "--first-lumisection", std::to_string(100 * (i + 1)), "--output",
                           folder / ("ls" + std::to_string(i) + ".root")});
    ASSERT_EQ(made.status, 0) << made.err;
  }
}

TEST(ScoutRun, CountsFilesThatOverlapOnce) {
  TRIGLOOP_NEEDS_SHARED(model);
  const test::TempDir temp;
  simulate(temp.path(), 1, 20000);
  const auto whole = temp / "ls0.root";
  const auto first = scout(whole, temp / "once");
  ASSERT_EQ(first.status, 0) << first.err;
  // The same content under another name is known at once; in another compression it is compared orbit by orbit.
  std::filesystem::copy_file(whole, temp / "copy.root");
  const auto again =
      test::run_command({test::program(), "simulate", "scouting", "--events", "20000", "--seed", "1",
                         "--first-lumisection", "100", "--codec", "lz4:4", "--output", temp / "other.root"});
  ASSERT_EQ(again.status, 0) << again.err;
  const auto run = scout(temp / "*.root", temp / "thrice", {"--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const json summary = json::parse(run.out);
  EXPECT_EQ(summary["done_before"], 1);
  EXPECT_EQ(summary["added"], 20000);
  EXPECT_EQ(summary["contradictions"], 0);
  EXPECT_GT(summary["duplicate_orbits"], 0);
  const auto one = records(temp / "once"), all = records(temp / "thrice");
  ASSERT_EQ(one.size(), all.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].sum.all, all[i].sum.all);
    EXPECT_EQ(one[i].sum.orbits, all[i].sum.orbits);
  }
}

TEST(ScoutRun, EndsInGoodOrderWhenAskedTo) {
  TRIGLOOP_NEEDS_SHARED(model);
  if (std::string(TRIGLOOP_SLOW_STORAGE).empty()) GTEST_SKIP() << "nothing is preloaded beside a sanitizer";
  const test::TempDir temp;
  simulate(temp.path(), 2, 10000);
  for (const int signal : {SIGTERM, SIGINT}) {
    const auto out = temp / std::to_string(signal), log = temp / ("log" + std::to_string(signal));
    test::Background run(
        {"/usr/bin/env", std::string("LD_PRELOAD=") + TRIGLOOP_SLOW_STORAGE, "SLOW_UNDER=" + temp.path().string(),
         "SLOW_BYTES_PER_SECOND=400000", test::program(), "scout", "run", "--model", shared(model), "--quiet", "--menu",
         "pythia-samples", "--output", out, "--input", temp / "*.root"},
        log);
    // The run has begun when its folder has books; its inputs take seconds from there.
    for (int i = 0; i < 600 && !std::filesystem::exists(out / "identity.json"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(run.end(signal), signal == SIGTERM ? 0 : 130) << test::read_file(log);
    EXPECT_THAT(test::read_file(log), HasSubstr("stopped by a signal"));
    const auto rest = scout(temp / "*.root", out, {"--json"});
    EXPECT_EQ(rest.status, 0) << rest.err;
    std::uint64_t rows = 0;
    for (const scout::Record& record : records(out)) rows += record.sum.orbits.events();
    EXPECT_EQ(rows, 20000u);
  }
}

}  // namespace
}  // namespace trigloop
