#include "score/spectrum_window.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "core/error.hpp"
#include "score/spectrum_file.hpp"
#include "test/support/support.hpp"

namespace trigloop::score {
namespace {

Spectrum sample() {
  Spectrum spectrum(4, 0, 1000);
  spectrum.model = "axol1tl_v5";
  for (const auto& [code, n] : {std::pair{-5, 2}, {0, 3}, {1, 40}, {17, 7}, {399, 11}, {400, 4}, {70'000, 5}})
    spectrum.count(code, static_cast<std::uint64_t>(n));
  return spectrum;
}

TEST(Window, HoldsWhatOccursOrTheRangeAndWhatLiesOutside) {
  const Window all = window(sample(), {});
  EXPECT_EQ(all.first, -5);
  EXPECT_EQ(all.counts.size(), 70'006u);
  EXPECT_EQ(all.below + all.above, 0u);
  const Window some = window(sample(), std::pair(0.0, 24.97));
  EXPECT_EQ(some.first, 0);
  EXPECT_EQ(some.counts.size(), 400u) << "24.97 lies in the bin of 24.9375, which ends at 25";
  EXPECT_EQ(some.counts[399], 11u);
  EXPECT_EQ(some.below, 2u);
  EXPECT_EQ(some.above, 9u);
  EXPECT_EQ(window(Spectrum(4, 0, 9), {}).counts, std::vector<std::uint64_t>{0});
}

TEST(Window, RefusesRangesOfNothingOrOfTooMuch) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& range : {std::pair(1.0, 1.0), {2.0, 1.0}, {0.0, 1e9}, {nan, 1.0}, {0.0, 1e300}})
    EXPECT_THROW(window(sample(), range), core::Error) << range.first << ' ' << range.second;
  Spectrum wide(4, 0, 9);
  wide.count(std::numeric_limits<std::int64_t>::min(), 1);
  wide.count(std::numeric_limits<std::int64_t>::max(), 1);
  EXPECT_THROW(window(wide, {}), core::Error);
}

TEST(Window, RootUprootAndBoostHistogramReadWhatTheyWouldHaveFilled) {
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir folder;
  test::write_file(folder / "all.csv", format_csv(sample()));
  std::vector<std::string> command{test::peer_python(), "-W", "ignore",
                                   test::project_root() / "test/peers/histograms.py", folder / "all.csv"};
  const std::pair<std::string, std::string> ranges[] = {{"0", "25"}, {"-0.3125", "4375.0625"}, {"-2", "-1"}};
  for (const auto& [low, high] : ranges) {
    const Range range = std::pair(std::stod(low), std::stod(high));
    const std::string root = folder / (low + ".root"), json = folder / (low + ".json");
    write_root(root, sample(), range);
    test::write_file(json, format_uhi(sample(), range));
    command.insert(command.end(), {root, json, low, high});
  }
  const auto result = test::run_command(command);
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(result.out, "equal\n");
  EXPECT_EQ(result.err.find("Error in"), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("Warning in"), std::string::npos) << result.err;
}

TEST(Window, RootFilesComeWholeAndEqual) {
  const test::TempDir folder;
  write_root(folder / "a.root", sample());
  write_root(folder / "b.root", sample());
  EXPECT_EQ(test::read_file(folder / "a.root"), test::read_file(folder / "b.root"));
  EXPECT_THROW(write_root(folder / "none/a.root", sample()), core::Error);
  Spectrum many = sample();
  many.count(3, std::uint64_t{1} << 53);
  EXPECT_THROW(write_root(folder / "c.root", many), core::Error) << "doubles do not count that far";
  EXPECT_FALSE(std::filesystem::exists(folder / "c.root"));
}

}  // namespace
}  // namespace trigloop::score
