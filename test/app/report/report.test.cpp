// report, compare and plot as people call them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "test/support/support.hpp"

namespace trigloop {
namespace {

using test::run_command;
using testing::HasSubstr;

const std::string program = test::program().native();
std::string lite() { return (test::shared_root() / "models/seed_lite.h5").native(); }

TEST(Report, PrintsWhatThePageShows) {
  TRIGLOOP_NEEDS_SHARED("models/seed_lite.h5");
  const auto result = run_command({program, "report", lite(), "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["facts"]["background events"], "4,363,289");
  EXPECT_EQ(json["sections"][0]["tables"][0]["rows"].size(), 4u);
}

TEST(Report, DrawsThePackagesCompleteFileFromItsEvents) {
  TRIGLOOP_NEEDS_SHARED("models/package/complete.h5");
  const auto result = run_command({program, "report", test::shared_root() / "models/package/complete.h5", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  std::map<std::string, nlohmann::json> figures;
  for (const auto& section : json["sections"])
    for (const auto& figure : section["figures"]) figures[figure["title"]] = figure;
  EXPECT_EQ(figures.size(), 25u);
  for (const char* title : {"Rate against pile-up", "Hidden features", "Reconstruction", "Score against MET"})
    EXPECT_TRUE(figures.contains(title)) << title;
  double events = 0;  // of the file's test background
  for (const auto& row : figures["Score against HT"]["plots"][0]["plot"]["z"])
    for (const double count : row) events += count;
  EXPECT_EQ(events, 3990);
}

TEST(Report, OfWhatIsNoBundleSaysSo) {
  test::TempDir scratch;
  test::write_file(scratch / "a.h5", "no HDF5");
  const auto result = run_command({program, "report", scratch / "a.h5"});
  EXPECT_NE(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("a.h5"));
  EXPECT_FALSE(std::filesystem::exists("axo.html"));
}

TEST(Compare, OfABundleWithItselfFindsNoDifference) {
  TRIGLOOP_NEEDS_SHARED("models/seed_lite.h5");
  const auto result = run_command({program, "compare", lite(), lite(), "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["rates"].size(), 17u);
  for (const auto& efficiency : json["rates"][10]["efficiencies"]) EXPECT_EQ(efficiency["values"][1]["z"], 0);
  EXPECT_EQ(run_command({program, "compare", lite()}).status, 2);
}

TEST(Plot, DrawsOneFigureOfABundle) {
  TRIGLOOP_NEEDS_SHARED("models/seed_lite.h5");
  test::TempDir scratch;
  EXPECT_THAT(run_command({program, "plot", lite(), "--list"}).out, HasSubstr("efficiency-against-rate\n"));
  const std::string picture = scratch / "a.svg";
  const auto result = run_command({program, "plot", lite(), "--figure", "efficiency-against-rate", "--of", "haa4b-ma15",
                                   "--label", "CMS", "-o", picture});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(test::read_file(picture), HasSubstr(">CMS<"));
  EXPECT_THAT(run_command({program, "plot", lite(), "--figure", "rok", "-o", picture}).err, HasSubstr("'roc'"));
}

}  // namespace
}  // namespace trigloop
