#include "report/bundle/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/report/bundle/small_bundle.hpp"
#include "test/support/support.hpp"

namespace trigloop::report::bundles {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<bundle::Bundle> two() {
  std::vector<bundle::Bundle> bundles{small_bundle(), small_bundle()};
  bundles[1].efficiencies = {efficiencies(1, 40), efficiencies(10, 50)};
  bundles[1].config = R"({"seed": 4})";
  return bundles;
}

TEST(Significance, IsThePooledTestOfTwoProportions) {
  // 100 and 160 of 400: p = 0.325, error = sqrt(p (1 - p) / 200) = 0.033119.
  const Significance independent = significance(100, 400, 160, 400, false);
  EXPECT_NEAR(independent.z, 0.15 / 0.0331191, 1e-4);
  EXPECT_FALSE(bundle::is_known(independent.most));
  EXPECT_NEAR(significance(160, 400, 100, 400, false).z, -independent.z, 1e-12);
  EXPECT_EQ(significance(0, 400, 0, 400, false).z, 0);
  EXPECT_FALSE(bundle::is_known(significance(0, 0, 1, 10, false).z));
}

TEST(Significance, OnTheSameEventsIsARangeUpToMcNemarsLargest) {
  // If all of the 60 events were gained and none lost: 60 / sqrt(60).
  const Significance same = significance(100, 400, 160, 400, true);
  EXPECT_NEAR(same.most, std::sqrt(60.0), 1e-12);
  EXPECT_LT(same.z, same.most);
}

TEST(Comparison, SetsBundlesSideBySideAtTheRatesThatAllHave) {
  auto bundles = two();
  bundles[0].thresholds.push_back({20, 1, 1, {}, {}});
  const Comparison comparison = compare(bundles);
  EXPECT_THAT(comparison.names, ElementsAre("small", "small (2)"));
  EXPECT_THAT(comparison.same_events, ElementsAre(true, true));
  ASSERT_EQ(comparison.rates.size(), 2u);
  const ComparedEfficiency& first = comparison.rates[0].efficiencies[0];
  EXPECT_EQ(first.signal, "haa4b-ma15");
  EXPECT_EQ(first.values[1].value, 40);
  EXPECT_NEAR(first.against_first[1].z, 4.529, 1e-3);
  EXPECT_NEAR(comparison.rates[0].mean_log_ratio[1], std::log(40.0 / 25), 1e-12);
  EXPECT_EQ(comparison.costs[0].ebops, 1234u);
}

TEST(Comparison, TrainingsOfOneRecipeAreToldApartByTheirFolders) {
  auto bundles = two();
  bundles[0].path = "models/old";
  bundles[1].path = "models/new/";
  EXPECT_THAT(compare(bundles).names, ElementsAre("old", "new"));
  bundles[1].path = "elsewhere/old";
  EXPECT_THAT(compare(bundles).names, ElementsAre("models/old", "elsewhere/old"));
  bundles[1].path = "models/old";
  EXPECT_THAT(compare(bundles).names, ElementsAre("small", "small (2)"));
}

TEST(Comparison, TakesEventsAsTheSameOnlyIfTheirDataAre) {
  auto bundles = two();
  bundles[1].lineage[0].id = "4567";
  EXPECT_THAT(compare(bundles).same_events, ElementsAre(true, false));
  bundles[1].lineage.clear();
  EXPECT_THAT(compare(bundles).same_events, ElementsAre(true, false));
}

TEST(Comparison, IsToldAsTextAsJsonAndAsAPage) {
  const auto bundles = two();
  const Comparison comparison = compare(bundles);
  EXPECT_THAT(to_text(comparison, 1), HasSubstr("+4.5 to +7.7"));
  EXPECT_THAT(to_json(comparison), HasSubstr(R"("z_most":7.74596)"));
  const Page page = comparison_page(comparison, bundles);
  const Table& verdict = page.sections[0].tables[0];
  EXPECT_THAT(verdict.rows[0], ElementsAre("small (2)", "1", "1", "0", "0", "+0.470"));
  const Table& differences = page.sections[3].tables.back();
  ASSERT_EQ(differences.rows.size(), 1u);
  EXPECT_THAT(differences.rows[0], ElementsAre("seed", "3", "4"));
}

TEST(Comparison, NeedsTwoBundlesAndACommonRate) {
  auto bundles = two();
  EXPECT_THROW(compare(std::span(bundles).first(1)), core::Error);
  EXPECT_THROW(to_text(compare(bundles), 7), core::Error);
  bundles[1].thresholds.clear();
  EXPECT_THROW(compare(bundles), core::Error);
}

}  // namespace
}  // namespace trigloop::report::bundles
