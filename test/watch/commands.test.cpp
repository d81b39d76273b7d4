// The commands watch, reference and conditions, as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "test/support/support.hpp"
#include "test/watch/fake_detector.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::CommandResult;
using test::Fault;
using test::TempDir;
using testing::HasSubstr;

void write_records(const fs::path& folder, std::uint64_t seed, std::uint32_t first, std::uint32_t last,
                   std::uint32_t from, const Fault& fault) {
  fs::create_directories(folder);
  test::FakeDetector detector(seed);
  for (std::uint32_t l = first; l <= last; ++l) {
    scout::write_record(folder / scout::record_name({400000, l}), detector.record(l, l >= from ? fault : Fault{}));
  }
}

CommandResult run(std::vector<std::string> words) {
  words.insert(words.begin(), test::program().native());
  return test::run_command(words);
}

/// A reference of 60 lumisections in `folder`/normal.json, and faulty records in `folder`/records.
void prepare(const TempDir& folder) {
  write_records(folder / "calm", 1, 1, 60, 999, {});
  write_records(folder / "records", 2, 101, 150, 121, {1.05, 1, 0, 1});
  const CommandResult built =
      run({"reference", "build", "--spectra", folder / "calm", "--raw", "500", "--output", folder / "normal.json"});
  ASSERT_EQ(built.status, 0) << built.err;
  EXPECT_THAT(built.out, HasSubstr("run 400000: 1-60"));
}

std::vector<std::string> watch_words(const TempDir& folder) {
  return {"watch", "--spectra", folder / "records", "--reference", folder / "normal.json", "--mean-time", "1000"};
}

TEST(WatchCommand, SaysWhatMovedInTextJsonAndPage) {
  const TempDir folder;
  prepare(folder);
  auto words = watch_words(folder);
  const CommandResult text = run(words);
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("ALARM 1"));
  EXPECT_THAT(text.out, HasSubstr("jet pt +"));
  words.push_back("--json");
  const json drift = json::parse(run(words).out).at("drift");
  ASSERT_EQ(drift.at("alarms").size(), 1u);
  EXPECT_EQ(drift.at("alarms")[0].at("cause"), "energy-scale");
  EXPECT_EQ(drift.at("lumisections"), 50);
  EXPECT_EQ(drift.at("evidence").size(), 50u);
  EXPECT_THAT(run({"reference", "show", folder / "normal.json"}).out, HasSubstr("Jet.pt"));
}

TEST(WatchCommand, GoesOnAfterAKillWithTheSameAlarms) {
  const TempDir folder;
  prepare(folder);
  auto undisturbed = watch_words(folder);
  undisturbed.push_back("--json");
  auto resumed = undisturbed;
  resumed.insert(resumed.end(), {"--state", folder / "state"});
  auto followed = watch_words(folder);
  followed.insert(followed.end(), {"--state", folder / "state", "--follow", "--pause", "0.05"});
  followed.insert(followed.begin(), {"timeout", "-s", "KILL", "2", test::program().native()});
  // Half of the records are there when it starts; the others come while it is killed.
  fs::create_directories(folder / "later");
  for (std::uint32_t l = 126; l <= 150; ++l) {
    const auto name = scout::record_name({400000, l});
    fs::rename(folder / "records" / name, folder / "later" / name);
  }
  EXPECT_NE(test::run_command(followed).status, 0);
  EXPECT_TRUE(fs::exists(folder / "state"));
  for (const auto& entry : fs::directory_iterator(folder / "later")) {
    fs::rename(entry.path(), folder / "records" / entry.path().filename());
  }
  EXPECT_EQ(json::parse(run(resumed).out).at("drift"), json::parse(run(undisturbed).out).at("drift"));
}

TEST(WatchCommand, RefusesWhatDoesNotFit) {
  const TempDir folder;
  EXPECT_EQ(run({"watch", "--spectra", folder / "nowhere"}).status, 3);
  EXPECT_EQ(run({"watch", "--spectra", folder.path().native()}).status, 3);
  write_records(folder / "few", 3, 1, 10, 99, {});
  const CommandResult few = run({"reference", "build", "--spectra", folder / "few", "--output", folder / "r.json"});
  EXPECT_EQ(few.status, 6);
  EXPECT_THAT(few.err, HasSubstr("needs 30 lumisections; 10 are left"));
  test::write_file(folder / "broken.json", "{}");
  EXPECT_EQ(run({"watch", "--spectra", folder / "few", "--reference", folder / "broken.json"}).status, 4);
}

TEST(ConditionsCommand, NamesGapsAndOverlaps) {
  const TempDir folder;
  test::write_file(folder / "gap.yaml",
                   "version: 1\nintervals:\n  - {run: 7, lumisections: 1-9, model: abc}\n"
                   "  - {run: 7, lumisections: 12-}\n");
  const CommandResult gap = run({"conditions", "check", folder / "gap.yaml"});
  EXPECT_EQ(gap.status, 6);
  EXPECT_THAT(gap.out, HasSubstr("no interval holds lumisections 10-11"));
  EXPECT_THAT(run({"conditions", "show", folder / "gap.yaml", "--at", "7:3"}).out, HasSubstr("abc"));
  EXPECT_EQ(run({"conditions", "show", folder / "gap.yaml", "--at", "7:10"}).status, 6);
  EXPECT_EQ(run({"conditions", "show", folder / "gap.yaml", "--at", "seven"}).status, 2);
  test::write_file(folder / "two.yaml", "version: 1\nintervals:\n  - {run: 7}\n  - {run: 7, lumisections: 12-}\n");
  const CommandResult two = run({"conditions", "check", folder / "two.yaml"});
  EXPECT_EQ(two.status, 2);
  EXPECT_THAT(two.err, HasSubstr("overlaps"));
}

}  // namespace
}  // namespace trigloop
