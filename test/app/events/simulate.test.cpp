#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

namespace fs = std::filesystem;

CommandResult simulate(std::vector<std::string> words) {
  words.insert(words.begin(), {program().native(), "simulate"});
  return run_command(words);
}

TEST(Simulate, WhatItWritesIsReadByUprootAndH5py) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir scratch;
  for (const char* kind : {"scouting", "zerobias", "signals"}) {
    const fs::path out = scratch / kind;
    ASSERT_EQ(simulate({kind, "-o", out, "--events", "2500", "--quiet"}).status, 0) << kind;
    const CommandResult peer =
        run_command({peer_python(), project_root() / "test/peers/simulated.py", kind, out, "2500"});
    EXPECT_EQ(peer.status, 0) << kind << ": " << peer.err;
  }
}

TEST(Simulate, TheSameSeedGivesTheSameFileForAnyThreads) {
  const TempDir scratch;
  for (const char* kind : {"scouting", "zerobias"}) {
    std::string first;
    for (const char* threads : {"1", "2", "3"}) {
      const fs::path out = scratch / (std::string(kind) + threads);
      ASSERT_EQ(simulate({kind, "-o", out, "-n", "2e4", "-q", "-t", threads, "--seed", "9"}).status, 0);
      if (first.empty()) first = read_file(out);
      EXPECT_TRUE(read_file(out) == first) << kind << ", " << threads << " threads";
    }
    ASSERT_EQ(simulate({kind, "-o", scratch / "other", "-n", "2e4", "-q", "--seed", "10", "--force"}).status, 0);
    EXPECT_FALSE(read_file(scratch / "other") == first);
  }
}

TEST(Simulate, TheTimeOfDayIsNotInTheFile) {
  const TempDir scratch;
  for (const char* kind : {"scouting", "zerobias", "signals"}) {
    ASSERT_EQ(simulate({kind, "-o", scratch / kind, "-n", "500", "-q"}).status, 0);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  for (const char* kind : {"scouting", "zerobias", "signals"}) {
    ASSERT_EQ(simulate({kind, "-o", scratch / "later", "-n", "500", "-q", "--force"}).status, 0);
    EXPECT_TRUE(read_file(scratch / kind) == read_file(scratch / "later")) << kind;
  }
}

TEST(Simulate, AFileThatIsThereIsReplacedOnlyIfAskedTo) {
  const TempDir scratch;
  const fs::path out = scratch / "s.root";
  write_file(out, "mine");
  const CommandResult refused = simulate({"scouting", "-o", out, "--events", "10"});
  EXPECT_EQ(refused.status, 7);
  EXPECT_NE(refused.err.find("--force"), std::string::npos);
  EXPECT_EQ(read_file(out), "mine");
  EXPECT_EQ(simulate({"scouting", "-o", out, "--events", "10", "--force", "-q"}).status, 0);
  EXPECT_NE(read_file(out), "mine");
}

TEST(Simulate, WrongOptionsLeaveNothingBehind) {
  const TempDir scratch;
  const fs::path out = scratch / "s.root";
  const std::vector<std::vector<std::string>> all = {{"scouting", "-o", out},
                                                     {"scouting", "-o", out, "--events", "ten"},
                                                     {"scouting", "-o", out, "-n", "10", "--codec", "zstt"},
                                                     {"scouting", "-o", out, "-n", "10", "--codec", "zstd:0"},
                                                     {"scouting", "-o", out, "-n", "10", "--drift", "jet-scal:size=3%"},
                                                     {"zerobias", "-o", out, "--events", "0"},
                                                     {"signals", "-o", out, "-n", "10", "--signal", "TTT"}};
  for (const auto& words : all) {
    const CommandResult result = simulate(words);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_TRUE(fs::is_empty(scratch.path()));
  }
  EXPECT_NE(simulate(all[4]).err.find("'jet-scale'"), std::string::npos);
  EXPECT_NE(simulate(all[3 - 1]).err.find("'zstd'"), std::string::npos);
}

TEST(Simulate, JsonTellsWhatWasWritten) {
  const TempDir scratch;
  const CommandResult result = simulate({"scouting", "-o", scratch / "s.root", "-n", "1e3", "--json"});
  EXPECT_NE(result.out.find("\"events\": 1000"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace trigloop::test
