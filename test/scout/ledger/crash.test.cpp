// The books of an output folder against everything that a machine can do to a process: each call that changes or reads
// a file goes wrong in turn, and the next run must end with the bytes of an undisturbed one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "score/spectrum_file.hpp"
#include "scout/record/record.hpp"
#include "scout/record/reservoir_file.hpp"
#include "test/faults/under_faults.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;
using test::run_under_faults;

std::vector<std::string> driver(const fs::path& folder, bool again = false) {
  std::vector<std::string> words{TRIGLOOP_LEDGER_DRIVER, folder.native()};
  if (again) words.push_back("--again");
  return words;
}

/// Whatever is there under its name is whole.
void expect_nothing_half(const fs::path& folder, const std::string& what) {
  if (!fs::exists(folder)) return;
  for (const auto& [name, bytes] : test::snapshot(folder)) {
    const fs::path path(name);
    if (path.filename().native().starts_with('.')) continue;
    EXPECT_FALSE(bytes.empty()) << what << ": " << name;
    if (path.extension() == ".record") {
      EXPECT_NO_THROW(scout::read_record(folder / path)) << what << ": " << name;
    } else if (path.extension() == ".reservoir") {
      EXPECT_NO_THROW(scout::read_reservoir(folder / path)) << what << ": " << name;
    } else if (path.extension() == ".axo") {
      EXPECT_NO_THROW(score::parse_axo(bytes)) << what << ": " << name;
    }
  }
}

/// No partial file is left either.
void expect_as_undisturbed(const fs::path& folder, const fs::path& undisturbed, const std::string& what) {
  const auto files = test::snapshot(folder), wanted = test::snapshot(undisturbed);
  ASSERT_EQ(files.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(files[i].first, wanted[i].first) << what;
    EXPECT_TRUE(files[i].second == wanted[i].second) << what << ": " << files[i].first << " has other bytes";
  }
}

class Crash : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    TRIGLOOP_NEEDS_FAULTS();
    calls_ = test::count_calls(undisturbed_, driver(undisturbed_));
    ASSERT_GT(calls_, 50);
  }
  test::TempDir dir_;
  fs::path undisturbed_ = dir_ / "undisturbed";
  long calls_ = 0;
};

std::string name_of(const testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  if (name.back() == '+') name.back() = 's';
  return name;
}

class Death : public Crash {};
INSTANTIATE_TEST_SUITE_P(AtEveryCall, Death, testing::Values("kill", "tear", "lose", "cut"), name_of);

TEST_P(Death, LosesAndDoublesNothing) {
  for (long n = 1; n <= calls_; ++n) {
    const std::string what = std::string(GetParam()) + ":" + std::to_string(n);
    const fs::path folder = dir_ / ("out" + std::to_string(n));
    const auto result = run_under_faults(folder, what, driver(folder));
    const bool no_write_left = result.status == 0 && what.starts_with("tear");
    EXPECT_TRUE(result.status == test::killed || no_write_left) << what << result.err;
    expect_nothing_half(folder, what);
    const auto next = run_under_faults(folder, "", driver(folder));
    EXPECT_EQ(next.status, 0) << what << next.err;
    expect_as_undisturbed(folder, undisturbed_, what);
    fs::remove_all(folder);
  }
}

class Trouble : public Crash {};
INSTANTIATE_TEST_SUITE_P(AtEveryCall, Trouble, testing::Values("ENOSPC", "EIO", "EMFILE", "EDQUOT", "ENOSPC+"),
                         name_of);

TEST_P(Trouble, IsAClearErrorAndLeavesNothingHalf) {
  for (long n = 1; n <= calls_; ++n) {
    const std::string what = std::string(GetParam()) + ":" + std::to_string(n);
    const fs::path folder = dir_ / ("out" + std::to_string(n));
    const auto result = run_under_faults(folder, what, driver(folder));
    EXPECT_THAT(result.status, testing::AnyOf(0, 3, 4, 7)) << what << result.err;
    EXPECT_EQ(result.status == 0, result.err.empty()) << what << result.err;
    expect_nothing_half(folder, what);
    const auto next = run_under_faults(folder, "", driver(folder));
    EXPECT_EQ(next.status, 0) << what << next.err;
    expect_as_undisturbed(folder, undisturbed_, what);
    fs::remove_all(folder);
  }
}

class PassingTrouble : public Crash {};
INSTANTIATE_TEST_SUITE_P(AtEveryCall, PassingTrouble, testing::Values("ENOSPC", "EIO", "EMFILE"), name_of);

TEST_P(PassingTrouble, IsOvercomeByTheSameProcess) {
  for (long n = 1; n <= calls_; ++n) {
    const std::string what = std::string(GetParam()) + ":" + std::to_string(n);
    const fs::path folder = dir_ / ("out" + std::to_string(n));
    const auto result = run_under_faults(folder, what, driver(folder, true));
    EXPECT_EQ(result.status, 0) << what << result.err;
    expect_nothing_half(folder, what);
    run_under_faults(folder, "", driver(folder));  // sweeps
    expect_as_undisturbed(folder, undisturbed_, what);
    fs::remove_all(folder);
  }
}

}  // namespace
}  // namespace trigloop
