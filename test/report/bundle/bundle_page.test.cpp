// Reports against the bundles' own numbers, in a browser.
#include "report/bundle/bundle_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "test/report/bundle/small_bundle.hpp"
#include "test/support/support.hpp"

namespace trigloop::report::bundles {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// Draws a page in Chromium; with `bundle` its numbers are compared with those of that file.
void expect_drawn(const Page& page, const std::vector<std::string>& bundle = {}) {
  TRIGLOOP_NEEDS_PEERS();
  if (drawing_library().empty()) GTEST_SKIP() << "plotly.js was not there when this was built";
  if (test::run_command({"which", "chromium"}).status != 0)
    GTEST_SKIP() << "the Debian package chromium is not installed";
  test::TempDir scratch;
  write_page(page, scratch / "axo.html");
  EXPECT_LT(std::filesystem::file_size(scratch / "axo.html"), 10u << 20);
  std::vector<std::string> words{test::peer_python().native(), test::project_root() / "test/peers/report_page.py",
                                 scratch / "axo.html", "chromium"};
  words.insert(words.end(), bundle.begin(), bundle.end());
  const auto result = test::run_command(words);
  EXPECT_EQ(result.status, 0) << result.out << result.err;
}

TEST(BundlePage, OfAFullBundleMissesNothingAndDrawsWithoutAWordOnTheConsole) {
  const Page page = bundle_page(small_bundle());
  for (const Section& section : page.sections) EXPECT_THAT(section.absent, IsEmpty()) << section.title;
  expect_drawn(page);
}

TEST(BundlePage, NamesWhatABundleLacksAndDrawsNothingEmpty) {
  bundle::Bundle empty;
  empty.path = "empty.h5";
  const Page page = bundle_page(empty);
  for (std::size_t i = 1; i < page.sections.size(); ++i) {
    EXPECT_FALSE(page.sections[i].absent.empty()) << page.sections[i].title;
    EXPECT_TRUE(page.sections[i].figures.empty()) << page.sections[i].title;
    EXPECT_TRUE(page.sections[i].tables.empty()) << page.sections[i].title;
  }
  EXPECT_TRUE(page.warnings.empty());
}

TEST(BundlePage, WarnsOfThresholdsThatFewEventsDecide) {
  const Page page = bundle_page(small_bundle());
  EXPECT_THAT(page.warnings, Contains(AllOf(HasSubstr("Fewer than 10 background events"), HasSubstr("1 kHz"))));
  bundle::Bundle beyond = small_bundle();
  beyond.thresholds.push_back({105, 20, 20, {}, {}});
  EXPECT_THAT(bundle_page(beyond).warnings, Contains(AllOf(HasSubstr("grid"), HasSubstr("105 kHz"))));
}

TEST(BundlePage, SaysFirstWhatToDecideOn) {
  const Table table = headline_table(small_bundle());
  ASSERT_EQ(table.rows.size(), 2u);
  // 7 events above: 1 kHz is known to 38 %; 350 are expected above 10 kHz. Pile-up alone is no signal.
  EXPECT_THAT(table.rows[0], testing::ElementsAre("1 ± 0.38", "100", "50", "25", "25", "25"));
  EXPECT_THAT(table.rows[1], testing::ElementsAre("10 ± 0.53", "60", "30", "50", "50", "50"));
}

TEST(BundlePage, HasShareOfEventsInsideContours) {
  const Page page = bundle_page(small_bundle());
  const Contours* contours = nullptr;
  for (const Figure* figure : figures_of(page))
    if (const auto* one = std::get_if<Contours>(figure)) contours = one;
  ASSERT_NE(contours, nullptr);
  ASSERT_EQ(contours->layers.size(), 2u);
  double least = 1, most = 0;
  for (const auto& row : contours->layers[0].z)
    for (const double z : row) least = std::min(least, z), most = std::max(most, z);
  EXPECT_GT(least, 0);
  EXPECT_LT(least, 0.1);
  EXPECT_EQ(most, 1);
}

class PackageFiles : public testing::TestWithParam<const char*> {};

TEST_P(PackageFiles, AreShownWithTheirOwnNumbersWithinFiveSeconds) {
  TRIGLOOP_NEEDS_SHARED(GetParam());
  const std::filesystem::path path = test::shared_root() / GetParam();
  const auto start = std::chrono::steady_clock::now();
  const Page page = bundle_page(bundle::read(path));
  if (!drawing_library().empty()) as_html(page);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  expect_drawn(page, {path.native()});
}

INSTANTIATE_TEST_SUITE_P(Bundles, PackageFiles,
                         testing::Values("models/seed_lite.h5", "models/package/lite.h5",
                                         "models/package/complete.h5"));

TEST(ReadableConfig, BreaksTheLinesOfJsonAlone) {
  EXPECT_EQ(readable_config(R"({"b":1,"a":[2]})"), "{\n  \"b\": 1,\n  \"a\": [\n    2\n  ]\n}");
  EXPECT_EQ(readable_config("seed: 3\n"), "seed: 3\n");
}

}  // namespace
}  // namespace trigloop::report::bundles
