// Writers that die: after any death at any call, what was told is there, and all of it verifies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <thread>

#include "core/error.hpp"
#include "registry/gc.hpp"
#include "registry/labels.hpp"
#include "registry/verify.hpp"
#include "test/faults/under_faults.hpp"
#include "test/registry/fixtures.hpp"

namespace trigloop::registry {
namespace {

namespace fs = std::filesystem;

constexpr const char* calls_that_change = "write,sync,create,rename,unlink,mkdir";

std::vector<std::string> words(const fs::path& folder, int count, const std::string& seed) {
  return {TRIGLOOP_REGISTRY_DRIVER, folder, std::to_string(count), seed};
}

/// Ids, and the last champion, that a driver printed.
struct Told {
  std::vector<std::string> ids;
  std::string champion;
};

Told read_told(const std::string& out) {
  Told result;
  std::istringstream lines(out.substr(0, out.rfind('\n') == std::string::npos ? 0 : out.rfind('\n') + 1));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("champion "))
      result.champion = line.substr(9);
    else
      result.ids.push_back(line);
  }
  return result;
}

void expect_whole(const fs::path& folder, const Told& told_before, const std::string& what) {
  Registry store(folder, Access::write);
  for (const std::string& id : told_before.ids) EXPECT_TRUE(store.has(id)) << what << ": lost " << id;
  EXPECT_EQ(told(verify(store, {.references = 0})), "") << what;
  // A model is there with its run, or not at all.
  for (const Artifact& a : store.list({.kind = "model", .most = 0}))
    EXPECT_EQ(store.runs_of(a.id, true).size(), 1u) << what;
}

class RegistryCrash : public testing::Test {
 protected:
  void SetUp() override { TRIGLOOP_NEEDS_FAULTS(); }
  void expect_survives(const std::string& action, long step) {
    const auto command = words(folder_, 1, "a");
    const long calls = test::count_calls(scratch_ / "count", words(scratch_ / "count", 1, "a"), calls_that_change);
    ASSERT_GT(calls, 30);
    for (long n = 1; n <= calls; n += step) {
      const std::string what = action + ":" + std::to_string(n);
      const auto result = test::run_under_faults(folder_, what, command, calls_that_change);
      const bool ended = action == "tear" && result.status == 0;  // there may be no write after the n-th call
      const bool refused = action.starts_with("E") && (result.status == 7 || result.status == 0);
      EXPECT_TRUE(ended || refused || result.status == test::killed) << what << result.status << result.err;
      expect_whole(folder_, read_told(result.out), what);
      const auto again = test::run_under_faults(folder_, "", command);  // does not wait for the disk
      EXPECT_EQ(again.status, 0) << what << again.err;
      expect_whole(folder_, read_told(again.out), what);
      fs::remove_all(folder_);
    }
  }
  test::TempDir scratch_;
  fs::path folder_ = scratch_ / "registry";
};

TEST_F(RegistryCrash, KilledAtAnyCallNothingToldIsLost) { expect_survives("kill", 3); }
TEST_F(RegistryCrash, LosingWhatWasNotSyncedAtEveryCallNothingToldIsLost) { expect_survives("cut", 1); }
TEST_F(RegistryCrash, LosingUnsyncedBytesButNotNamesNothingToldIsLost) { expect_survives("lose", 5); }
TEST_F(RegistryCrash, TornWritesDoNoHarm) { expect_survives("tear", 5); }
TEST_F(RegistryCrash, AFullDiskIsAClearErrorAndDoesNoHarm) { expect_survives("ENOSPC+", 5); }
TEST_F(RegistryCrash, InputOutputErrorsAreClearAndDoNoHarm) { expect_survives("EIO", 7); }

TEST_F(RegistryCrash, ManyWritersAtOnceLoseNothing) {
  constexpr int writers = 6, each = 8;
  std::vector<std::string> outputs(writers);
  {
    std::vector<std::jthread> threads;
    for (int w = 0; w < writers; ++w)
      threads.emplace_back([&, w] {
        const auto result = test::run_command(words(folder_, each, std::to_string(w)));
        EXPECT_EQ(result.status, 0) << result.err;
        outputs[static_cast<std::size_t>(w)] = result.out;
      });
  }
  std::set<std::string> ids;
  for (const std::string& out : outputs) {
    const Told of_one = read_told(out);
    ids.insert(of_one.ids.begin(), of_one.ids.end());
    expect_whole(folder_, of_one, "many writers");
  }
  Registry store(folder_, Access::write);
  const auto models = store.list({.kind = "model", .most = 0});
  EXPECT_EQ(models.size(), std::size_t{writers * each});
  EXPECT_EQ(ids.size(), models.size() + 1);
  std::set<std::int64_t> versions;
  for (const Artifact& a : models) versions.insert(a.version);
  EXPECT_EQ(versions.size(), models.size()) << "each has a version of its own";
  EXPECT_EQ(*versions.rbegin(), writers * each) << "without gaps";
  EXPECT_EQ(store.runs_of(store.resolve("dataset/zerobias"), false).size(), models.size());
}

TEST_F(RegistryCrash, WritersThatAreKilledWhileOthersWriteHarmNobody) {
  constexpr int writers = 4;
  std::vector<Told> of_each(writers);
  {
    std::vector<std::jthread> threads;
    for (int w = 0; w < writers; ++w)
      threads.emplace_back([&, w] {
        const std::string fault = w % 2 == 0 ? "" : "kill:" + std::to_string(40 + 13 * w);
        const auto run = test::run_command(
            test::words_under_faults(folder_, fault, words(folder_, 6, std::to_string(w)), calls_that_change));
        EXPECT_EQ(run.status, w % 2 == 0 ? 0 : test::killed) << run.err;
        of_each[static_cast<std::size_t>(w)] = read_told(run.out);
      });
  }
  for (const Told& of_one : of_each) expect_whole(folder_, of_one, "some killed");
}

TEST_F(RegistryCrash, CleaningUpThatIsKilledNeverTakesWhatIsNeeded) {
  const auto first = test::run_command(words(folder_, 5, "a"));
  const std::string champion = read_told(first.out).champion;
  fs::copy(folder_, scratch_ / "before", fs::copy_options::recursive);
  auto command = words(folder_, 0, "a");
  command.emplace_back("gc");
  const long calls = test::count_calls(folder_, command, calls_that_change);
  for (long n = 1; n <= calls; ++n) {
    fs::remove_all(folder_);
    fs::copy(scratch_ / "before", folder_, fs::copy_options::recursive);
    EXPECT_EQ(test::run_under_faults(folder_, "cut:" + std::to_string(n), command, calls_that_change).status,
              test::killed);
    Registry store(folder_, Access::exclusive);
    EXPECT_TRUE(store.has(champion)) << n;
    EXPECT_EQ(told(verify(store, {.references = 0})), "") << n;
    collect(store, {.artifacts = true, .dry_run = false});
    EXPECT_EQ(told(verify(store, {.references = 0})), "") << n;
    EXPECT_EQ(store.list({.kind = "model", .most = 0}).size(), 1u) << n;
    EXPECT_EQ(store.objects().list().size(), 2u) << n;
  }
}

TEST_F(RegistryCrash, CleaningUpWaitsForWriters) {
  const Registry writer(folder_, Access::write);
  const auto blocked = test::run_command({TRIGLOOP_REGISTRY_DRIVER, folder_, "0", "a", "gc"});
  EXPECT_EQ(blocked.status, 2);
  EXPECT_THAT(blocked.err, testing::HasSubstr("another process writes"));
}

}  // namespace
}  // namespace trigloop::registry
