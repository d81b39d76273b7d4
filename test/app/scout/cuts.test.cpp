// However a lumisection is cut into files, and whatever order and number of threads they are scouted in, orbit by orbit
// the sums are those of the whole.
#include <gtest/gtest.h>

#include <random>

#include "test/app/scout/files.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;

class ScoutCuts : public testing::TestWithParam<unsigned> {
 protected:
  std::uint64_t number(std::uint64_t below) { return engine_() % below; }

  /// Files that cover all rows, some twice; then parts and copies of parts.
  void cut(const fs::path& whole, const fs::path& folder) {
    const std::uint64_t rows = test::rows_of(whole);
    const auto name = [&] { return folder / (std::to_string(engine_()) + ".root"); };
    for (std::uint64_t at = 0; at < rows;) {
      const std::uint64_t next = std::min(rows, at + 1 + number(rows / 2));
      test::write_part(whole, name(), at - (number(2) == 0 ? number(at + 1) / 4 : 0), next);
      at = next;
    }
    for (std::uint64_t extra = number(3); extra > 0; --extra) {
      const std::uint64_t first = number(rows), last = first + 1 + number(rows - first);
      const fs::path part = name();
      test::write_part(whole, part, first, last);
      if (number(2) == 0) fs::copy(part, name());
    }
  }

 private:
  std::mt19937_64 engine_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Seeds, ScoutCuts, testing::Range(1u, 9u));

TEST_P(ScoutCuts, GiveTheSumsOfTheWhole) {
  const test::ScoutFiles files(2, 5);
  const fs::path parts = files.path("parts");
  fs::create_directories(parts);
  for (const char* name : {"ls1.root", "ls2.root"}) cut(files.all() / name, parts);
  const auto run = test::run_command(test::scout_words(files.model(),
                                                       {"--input", parts / "*.root", "--output", files.path("out"),
                                                        "--quiet", "--threads", std::to_string(1 + number(3))},
                                                       "cms-run3"));
  ASSERT_EQ(run.status, 0) << run.err;
  const auto whole = test::run_command(test::scout_words(
      files.model(), {"--input", files.all() / "*.root", "--output", files.path("whole"), "--quiet"}, "cms-run3"));
  ASSERT_EQ(whole.status, 0) << whole.err;
  const auto a = test::sums_of(files.path("out")), b = test::sums_of(files.path("whole"));
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].sum.all, b[i].sum.all);
    EXPECT_EQ(a[i].sum.pure, b[i].sum.pure);
    EXPECT_EQ(a[i].sum.noncolliding, b[i].sum.noncolliding);
    EXPECT_EQ(a[i].sum.crossings, b[i].sum.crossings);
    EXPECT_EQ(a[i].sum.orbits, b[i].sum.orbits);
    EXPECT_EQ(a[i].sum.inputs, b[i].sum.inputs);
    EXPECT_EQ(a[i].sum.tail, b[i].sum.tail);
    EXPECT_TRUE(a[i].contradictions.empty());
  }
}

}  // namespace
}  // namespace trigloop
