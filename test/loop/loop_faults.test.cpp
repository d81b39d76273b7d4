// Nothing that the loop survives changes its history: kills, clocks, full disks.
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "loop/audit.hpp"
#include "test/faults/under_faults.hpp"
#include "test/loop/story.hpp"
#include "test/support/background.hpp"

namespace trigloop::loop {
namespace {

namespace fs = std::filesystem;

/// The story once, with looks as `look` takes them: the first model, and, if asked for, a drift and its successor, both
/// with settings that were searched for. Returns the steps of all rounds.
std::vector<Names> told(const std::function<void(Story&)>& look, bool with_drift = false) {
  Story s(std::string(settings) + "tune: {study: train.yml, budget: 30m}\n");
  s.deliver(1, 5, 1);
  Loop(s.site, s.registry, "").start("manual", {}, "the first model");
  look(s);
  s.approve();
  look(s);
  s.deliver(6, 12, 1);
  look(s);
  if (with_drift) {
    s.deliver(13, 45, 1);
    look(s);
    s.deliver(46, 60, 1.1);
    look(s);
    s.approve();
    look(s);
    s.deliver(61, 70, 1.1);
    look(s);
  }
  EXPECT_TRUE(verify_log(s.registry, &s.site, {}).good());
  EXPECT_EQ(s.registry.list({.kind = "study"}).size(), s.journal().rounds().size()) << "a search was recorded twice";
  std::vector<Names> all;
  for (const Round& round : s.journal().rounds()) all.push_back(s.states(round));
  return all;
}

TEST(LoopUnderFaults, AKillAtAnySyncOfTheRegistryChangesNothing) {
  const auto undisturbed = told([](Story& s) { EXPECT_EQ(s.look().status, 0); });
  ASSERT_EQ(undisturbed.front().back(), "confirmed");
  for (int n = 1; n < 200; ++n) {
    int killed = 0;
    const auto steps = told([&](Story& s) {
      const auto result = test::run_under_faults(s.site.registry, "kill:" + std::to_string(n),
                                                 {TRIGLOOP_LOOP_DRIVER, (s.folder / "site.yml").string()}, "sync");
      killed += result.status == 128 + SIGKILL;
      for (int again = 0; again < 2; ++again) s.look();
    });
    EXPECT_EQ(steps, undisturbed) << "killed at sync " << n;
    if (killed == 0) break;
  }
}

/// A few kills of the first model's looks in the ordinary run; $TRIGLOOP_KILLS asks for more (`./run test --all`: 100),
/// of the whole story. Instants are uniform over what each look takes when nobody disturbs it.
TEST(LoopUnderFaults, KillsAtRandomInstantsChangeNothing) {
  using Clock = std::chrono::steady_clock;
  const char* const asked = std::getenv("TRIGLOOP_KILLS");
  std::vector<Clock::duration> lasted;
  const auto undisturbed = told(
      [&](Story& s) {
        const auto begin = Clock::now();
        s.look();
        lasted.push_back(Clock::now() - begin);
      },
      asked != nullptr);
  ASSERT_EQ(undisturbed.size(), asked == nullptr ? 1u : 2u);
  ASSERT_EQ(undisturbed.back().back(), "confirmed");
  std::mt19937 random(20261122);
  for (int kills = 0, story = 1; kills < (asked == nullptr ? 9 : std::atoi(asked)); ++story) {
    auto usual = lasted.begin();
    const auto steps = told(
        [&](Story& s) {
          test::Background loop({TRIGLOOP_LOOP_DRIVER, (s.folder / "site.yml").string()}, s.folder / "log");
          std::this_thread::sleep_for(*usual++ * std::uniform_real_distribution<>()(random));
          kills += loop.end(SIGKILL) == test::killed;
          for (int again = 0; again < 2; ++again) s.look();
        },
        asked != nullptr);
    EXPECT_EQ(steps, undisturbed) << "story " << story << ", after " << kills << " kills";
  }
}

TEST(LoopUnderFaults, JumpsOfTheClockChangeNothing) {
  const auto undisturbed = told([](Story& s) { s.look(); });
  int looks = 0;
  const auto steps = told([&](Story& s) {
    ::setenv("SOURCE_DATE_EPOCH", ++looks % 2 == 0 ? "1600000000" : "1700003600", 1);
    s.look();
  });
  EXPECT_EQ(steps, undisturbed);
}

TEST(LoopUnderFaults, AFullDiskIsWaitedFor) {
  Story s;
  s.deliver(1, 5, 1);
  Loop(s.site, s.registry, "").start("manual", {}, "the first model");
  for (const fs::path& disk : {s.site.registry, s.site.work}) {
    for (const int n : {1, 3, 9}) {
      const auto result = test::run_under_faults(disk, "ENOSPC+:" + std::to_string(n),
                                                 {TRIGLOOP_LOOP_DRIVER, (s.folder / "site.yml").string()}, "write");
      EXPECT_TRUE(result.status == 0 || result.status == static_cast<int>(core::ErrorCode::output))
          << disk << n << ": " << result.status << result.err;
      EXPECT_NE(s.last().state, State::failed) << "a full disk is no failed training: " << s.last().fact("why_ended");
    }
  }
  s.look();
  EXPECT_EQ(s.last().state, State::validated);
}

}  // namespace
}  // namespace trigloop::loop
