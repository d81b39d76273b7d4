// `trigloop scout run` under everything that a machine can do to it: after any death at any call, the next run ends
// with the bytes of an undisturbed one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include "test/app/scout/files.hpp"
#include "test/faults/under_faults.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;
using test::run_under_faults;

/// One lumisection in two files that overlap within an orbit, a copy of a part of it, and another lumisection.
class ScoutCrash : public testing::Test {
 protected:
  void SetUp() override {
    TRIGLOOP_NEEDS_FAULTS();
    fs::create_directories(in_);
    const fs::path whole = files_.all() / "ls1.root";
    const std::uint64_t rows = test::rows_of(whole);
    test::write_part(whole, in_ / "a.root", 0, rows / 2 + 20);
    test::write_part(whole, in_ / "b.root", rows / 2 - 20, rows);
    test::write_part(whole, in_ / "c.root", rows / 4, rows / 3);
    fs::copy(files_.all() / "ls2.root", in_ / "d.root");
    test::write_file(shadow_, model::export_qonnx(test::Axol1tlLike(2).make()));
    calls_ = test::count_calls(undisturbed_, words(undisturbed_), calls_that_change);
    ASSERT_GT(calls_, 30);
  }
  std::vector<std::string> words(const fs::path& output, const std::string& threads = "1") const {
    return test::scout_words(files_.model(), {"--input", in_ / "*.root", "--output", output, "--quiet", "--threads",
                                              threads, "--tail-count", "5"});
  }
  void expect_as_undisturbed(const fs::path& folder, const std::string& what) const {
    EXPECT_EQ(test::snapshot(folder), test::snapshot(undisturbed_)) << what;
  }

  static constexpr const char* calls_that_change = "write,sync,create,rename,unlink,mkdir";
  test::ScoutFiles files_{2, 4};
  fs::path in_ = files_.path("in"), shadow_ = files_.path("shadow.onnx"), undisturbed_ = files_.path("undisturbed"),
           out_ = files_.path("out");
  long calls_ = 0;
};

TEST_F(ScoutCrash, CutFilesGiveTheSumsOfTheWhole) {
  const auto whole = files_.batch(), parts = test::sums_of(undisturbed_);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].sum.all, whole[0].sum.all);
  EXPECT_EQ(parts[0].sum.orbits, whole[0].sum.orbits);
  EXPECT_EQ(parts[0].sum.crossings, whole[0].sum.crossings);
  EXPECT_EQ(parts[0].sum.inputs, whole[0].sum.inputs);
  EXPECT_TRUE(parts[0].contradictions.empty());
  EXPECT_EQ(scout::read_record(undisturbed_ / scout::record_name(parts[0].lumi())).exposure().orbits, 4u);
}

TEST_F(ScoutCrash, DeathAtEveryCallLosesAndDoublesNothing) {
  for (long n = 1; n <= calls_; ++n) {
    const std::string what = "cut:" + std::to_string(n);
    EXPECT_EQ(run_under_faults(out_, what, words(out_), calls_that_change).status, test::killed) << what;
    const auto next = run_under_faults(out_, "", words(out_, n % 2 == 0 ? "1" : "2"));
    EXPECT_EQ(next.status, 0) << what << next.err;
    expect_as_undisturbed(out_, what);
    fs::remove_all(out_);
  }
}

TEST_F(ScoutCrash, DeathAmongSeveralLedgersAndReservoirsLosesAndDoublesNothing) {
  const auto both = [&](const fs::path& output) {
    auto all = words(output);
    all.insert(all.end(), {"--shadow", shadow_, "--reservoir", "10"});
    return all;
  };
  fs::remove_all(undisturbed_);
  const long calls = test::count_calls(undisturbed_, both(undisturbed_), calls_that_change);
  ASSERT_GT(calls, calls_);
  for (long n = 2; n <= calls; n += 6) {
    const std::string what = "cut:" + std::to_string(n);
    EXPECT_EQ(run_under_faults(out_, what, both(out_), calls_that_change).status, test::killed) << what;
    const auto next = run_under_faults(out_, "", both(out_));
    EXPECT_EQ(next.status, 0) << what << next.err;
    expect_as_undisturbed(out_, what);
    fs::remove_all(out_);
  }
}

TEST_F(ScoutCrash, AFullDiskAtEveryCallIsAClearError) {
  for (long n = 1; n <= calls_; n += 3) {
    const std::string what = "ENOSPC+:" + std::to_string(n);
    const auto result = run_under_faults(out_, what, words(out_), calls_that_change);
    EXPECT_TRUE(result.status == 7 || result.status == 0) << what << ": " << result.status << result.err;
    EXPECT_EQ(result.status == 7, result.err.find("No space left on device") != std::string::npos) << what;
    EXPECT_EQ(run_under_faults(out_, "", words(out_)).status, 0) << what;
    expect_as_undisturbed(out_, what);
    fs::remove_all(out_);
  }
}

/// Everything that the program reads or writes goes wrong once: model, inputs, books. Some calls in the ordinary run;
/// $TRIGLOOP_FAULT_STRIDE asks for more (`./run test --all`: each).
TEST_F(ScoutCrash, AnErrorAtAnyCallIsToldAndMendedByTheNextRun) {
  const char* asked = std::getenv("TRIGLOOP_FAULT_STRIDE");
  const long stride = asked != nullptr ? std::atol(asked) : 37;
  const fs::path everything = files_.all().parent_path();
  const auto truth = test::sums_of(undisturbed_);
  const long calls = test::count_calls(everything, words(out_));
  ASSERT_GT(calls, calls_);
  long n = 0;
  for (const char* error : {"EIO", "EMFILE", "ENOSPC"}) {
    for (n = n % stride + 1; n <= calls; n += stride) {
      fs::remove_all(out_);
      const std::string what = error + (":" + std::to_string(n));
      const auto result = run_under_faults(everything, what, words(out_));
      EXPECT_TRUE(result.status == 0 || result.status == 3 || result.status == 4 || result.status == 7)
          << what << ": " << result.status << result.err;
      EXPECT_EQ(result.status != 0, result.err.find("trigloop: ") != std::string::npos) << what << result.err;
      const auto next = run_under_faults(out_, "", words(out_));
      EXPECT_EQ(next.status, 0) << what << next.err;
      const auto sums = test::sums_of(out_);  // in another order: an input that failed came last
      ASSERT_EQ(sums.size(), truth.size()) << what;
      for (std::size_t i = 0; i < sums.size(); ++i) {
        EXPECT_EQ(sums[i].sum.all, truth[i].sum.all) << what;
        EXPECT_EQ(sums[i].sum.orbits, truth[i].sum.orbits) << what;
        EXPECT_EQ(sums[i].sum.crossings, truth[i].sum.crossings) << what;
        EXPECT_EQ(sums[i].sum.tail, truth[i].sum.tail) << what;
        EXPECT_TRUE(sums[i].complete()) << what << sums[i].why;
      }
    }
  }
}

/// Starts a program, kills it after a while, and says whether it had ended by itself.
bool run_and_kill(const std::vector<std::string>& words, std::chrono::microseconds after) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  std::this_thread::sleep_for(after);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status);
}

/// A dozen kills in the ordinary run; $TRIGLOOP_KILLS asks for more (`./run test --all`: 200).
TEST_F(ScoutCrash, KillsAtRandomTimesLoseAndDoubleNothing) {
  const char* kills = std::getenv("TRIGLOOP_KILLS");
  std::mt19937 random(1);
  int ended = 0;
  for (int left = kills != nullptr ? std::atoi(kills) : 12; left > 0; --left) {
    const std::string threads = std::to_string(1 + random() % 3);
    ended += run_and_kill(words(out_, threads), std::chrono::microseconds(random() % 60'000));
    if (left % 3 != 0 && ended == 0) continue;  // several deaths in a row
    EXPECT_EQ(run_under_faults(out_, "", words(out_, threads)).status, 0) << left;
    expect_as_undisturbed(out_, std::to_string(left));
    fs::remove_all(out_);
    ended = 0;
  }
}

TEST_F(ScoutCrash, TwoProcessesOnOneFolderCountOnce) {
  std::vector<std::thread> both;
  std::vector<int> status(2);
  for (int i = 0; i < 2; ++i) both.emplace_back([&, i] { status[i] = run_under_faults(out_, "", words(out_)).status; });
  for (std::thread& one : both) one.join();
  EXPECT_TRUE(status[0] == 0 || status[1] == 0);
  for (const int one : status) EXPECT_TRUE(one == 0 || one == 2) << one;
  expect_as_undisturbed(out_, "two");
}

}  // namespace
}  // namespace trigloop
