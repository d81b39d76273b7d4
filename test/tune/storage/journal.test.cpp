// A journal that was cut, damaged, left locked, or cannot grow.
#include "tune/storage/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <thread>

#include "core/error.hpp"
#include "test/tune/storage/trials.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const OpenStorage study{"s", {Direction::minimize}};

std::string three_trials(const fs::path& path) {
  Journal journal(path, study);
  for (int i = 0; i < 3; ++i) {
    journal.update({op::Create{test::running_trial(0.1 * i)}});
    journal.update({op::Report{i, 1, 0.5}, op::State{i, TrialState::complete, {0.5}}});
  }
  return test::read_file(path);
}

TEST(Journal, CutAnywhereItIsMendedByTheNextWriter) {
  const test::TempDir dir;
  const std::string whole = three_trials(dir / "whole.log");
  for (std::size_t n = 0; n < whole.size(); n += 7) {
    const fs::path path = dir / "cut.log";
    test::write_file(path, whole.substr(0, n));
    Journal journal(path, study);
    const std::size_t before = journal.history().size();
    journal.update({op::Create{test::running_trial(0.9)}});
    Journal again(path, study);
    ASSERT_EQ(again.history().size(), before + 1) << n;
    EXPECT_TRUE(again.warnings().empty()) << n;
    fs::remove(path);
  }
}

TEST(Journal, SavesTheLineBehindATornOne) {
  const test::TempDir dir;
  const fs::path path = dir / "j.log";
  std::string text = three_trials(path);
  const std::size_t line = text.rfind("{\"op_code\":4");
  test::write_file(path, text.insert(line, text.substr(line, 50)));
  {
    Journal journal(path, study);
    EXPECT_EQ(journal.history().size(), 3u);
    ASSERT_EQ(journal.warnings().size(), 1u);
    EXPECT_THAT(journal.warnings()[0], HasSubstr("byte " + std::to_string(line)));
    journal.update({op::Create{test::running_trial(0.9)}});
  }
  Journal mended(path, study);  // every line is JSON again: Optuna reads it, too
  EXPECT_TRUE(mended.warnings().empty());
  EXPECT_EQ(mended.history().size(), 4u);
}

TEST(Journal, ReadsOverLinesThatAreDamage) {
  const test::TempDir dir;
  const fs::path path = dir / "j.log";
  std::string text = three_trials(path);
  text.insert(text.find('\n') + 1, std::string("\x00\xFFgarbage\n", 10));
  text += "{\"op_code\":77}\n{\"op_code\":6,\"trial_id\":\"x\"}\n[1]\n";
  test::write_file(path, text);
  Journal journal(path, study);
  EXPECT_EQ(journal.history().finished().size(), 3u);
  EXPECT_EQ(journal.warnings().size(), 4u);
}

TEST(Journal, BreaksTheLockOfTheDeadAndNoOther) {
  const test::TempDir dir;
  const fs::path path = dir / "j.log";
  Journal journal(path, study, std::chrono::milliseconds(300));
  fs::create_symlink(path, path.native() + ".lock");
  const auto start = std::chrono::steady_clock::now();
  journal.update({op::Create{test::running_trial(0.1)}});
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(300));
  EXPECT_FALSE(fs::is_symlink(path.native() + ".lock"));

  // A holder that is slow, but writes: its lock stands for longer than the grace period.
  fs::create_symlink(path, path.native() + ".lock");
  std::thread holder([&] {
    for (int i = 0; i < 8; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      fs::last_write_time(path, fs::file_time_type::clock::now());
    }
    EXPECT_TRUE(fs::is_symlink(path.native() + ".lock"));
    fs::remove(path.native() + ".lock");
  });
  journal.update({op::Create{test::running_trial(0.2)}});
  holder.join();
}

TEST(Journal, GrowsWholeOrNotAtAllOnAFullDisk) {
  const test::TempDir dir;
  const fs::path path = dir / "j.log";
  three_trials(path);
  const auto before = fs::file_size(path);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{before + 100, before + 100};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      Journal(path, study).update({op::Create{test::running_trial(0.1)}});
    } catch (const core::Error& error) {
      ::_exit(static_cast<int>(error.code()));
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(core::ErrorCode::output));
  EXPECT_EQ(fs::file_size(path), before);
  EXPECT_FALSE(fs::is_symlink(path.native() + ".lock"));
}

/// Kills a writer at random instants: what it was told to be written is there, and the study goes on.
TEST(Journal, KilledWritersLoseNothingThatTheyHadWritten) {
  const test::TempDir dir;
  std::mt19937 random(7);
  for (const char* name : {"k.log", "k.db"}) {
    const std::string location = (dir / name).native();
    std::size_t told = 0;
    for (int round = 0; round < 8; ++round) {
      int pipe[2];
      ASSERT_EQ(::pipe(pipe), 0);
      const pid_t child = ::fork();
      if (child == 0) {
        const auto storage = open_storage(location, study);
        for (;;) {
          storage->update({op::Create{test::running_trial(0.1)}});
          if (::write(pipe[1], "x", 1) != 1) ::_exit(1);
        }
      }
      ::close(pipe[1]);
      ::usleep(20'000 + static_cast<unsigned>(random() % 30'000));
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      char byte = 0;
      while (::read(pipe[0], &byte, 1) == 1) ++told;
      ::close(pipe[0]);
      if (fs::is_symlink(location + ".lock")) fs::remove(location + ".lock");  // broken in time: see above
    }
    const auto storage = open_storage(location, study);
    EXPECT_GE(storage->history().size(), told);
    EXPECT_LE(storage->history().size(), told + 8);
    EXPECT_GT(told, 0u);
  }
}

TEST(Journal, NumbersTrialsOfSeveralStudiesApart) {
  const test::TempDir dir;
  Journal a(dir / "j.log", study), b(dir / "j.log", {"t", {Direction::maximize}});
  for (int i = 0; i < 3; ++i) {
    a.update({op::Create{test::running_trial(0.1)}});
    b.update({op::Create{test::running_trial(0.2)}});
  }
  b.update({op::State{1, TrialState::complete, {3.0}}});
  a.refresh();
  EXPECT_EQ(a.history().size(), 3u);
  EXPECT_EQ(a.history().running().size(), 3u);
  EXPECT_EQ(b.history()[1].values, std::vector<double>{3.0});
}

}  // namespace
}  // namespace trigloop::tune
