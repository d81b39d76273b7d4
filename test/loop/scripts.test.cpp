// What stands around the program: the demonstration's script, ended early, and the service's unit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "test/faults/under_faults.hpp"
#include "test/support/background.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

std::vector<std::string> demo(const fs::path& folder) {
  return {"bash", (project_root() / "dev/demo_loop.sh").native(), program().native(), folder.native()};
}

/// Waits until `log` says it; false after two minutes.
bool says(const fs::path& log, const std::string& text) {
  for (int i = 0; i < 1200; ++i) {
    if (fs::exists(log) && read_file(log).find(text) != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

TEST(Demo, EndsAtCtrlCWithAWordAndBeginsAnew) {
  const TempDir folder;
  for (const char* log : {"first.log", "second.log"}) {
    Background script(demo(folder / "demo"), folder / log);
    ASSERT_TRUE(says(folder / log, "the first model")) << read_file(folder / log);
    script.signal(SIGINT);
    EXPECT_EQ(script.wait(), 130);
    EXPECT_THAT(read_file(folder / log),
                HasSubstr("Stopped early, with exit code 130, in " + (folder / "demo").native()));
  }
}

TEST(Demo, EndsWhereTheDiskIsFullAndBeginsAnew) {
  TRIGLOOP_NEEDS_FAULTS();
  const TempDir folder;
  // Each program of the script has ten writes.
  const CommandResult full = run_under_faults(folder / "demo", "ENOSPC+:10", demo(folder / "demo"), "write");
  EXPECT_EQ(full.status, 7) << full.out << full.err;
  EXPECT_THAT(full.err, HasSubstr("No space left on device"));
  EXPECT_THAT(full.err, HasSubstr("Stopped early, with exit code 7"));
  EXPECT_FALSE(fs::exists(folder / "demo/first.h5")) << "whole or not at all";
  Background again(demo(folder / "demo"), folder / "log");
  EXPECT_TRUE(says(folder / "log", "loop check"));
  EXPECT_TRUE(fs::exists(folder / "demo/first.h5"));
  again.end(SIGTERM);
}

TEST(SystemdUnit, IsAccepted) {
  if (run_command({"sh", "-c", "command -v systemd-analyze"}).status != 0) GTEST_SKIP() << "systemd is not here";
  const auto unit = (project_root() / "examples/systemd/trigloop-loop.service").native();
  const CommandResult verified = run_command({"systemd-analyze", "verify", unit});
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_EQ(verified.err, "");
}

}  // namespace
}  // namespace trigloop::test
