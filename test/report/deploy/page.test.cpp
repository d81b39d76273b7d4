#include "report/deploy/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "deploy/proof/proof.hpp"
#include "test/deploy/networks.hpp"

namespace trigloop::report::deployed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A proof with Yosys' cells of one layer, and another that Yosys did not finish.
deploy::Proof proof() {
  deploy::Proof proof;
  proof.model = "net.onnx";
  deploy::Standing simd;
  simd.name = "simd";
  simd.verdict = deploy::Verdict::equal;
  proof.equality.standings = {simd};
  proof.equality.sets = {{"uniform", 1000}};
  proof.resources.estimate =
      R"({"latency": 2, "period": 25, "estimated_period": 20, "estimate": {"adders": 3, "tables": 90, "carries": 9},)"
      R"( "layers": [{"name": "first", "adders": 2, "tables": 60, "carries": 5},)"
      R"( {"name": "second", "adders": 1, "tables": 30, "carries": 4}]})";
  proof.resources.synthesis = {{"xc7",
                                "Yosys 0.23",
                                {{"first", deploy::CellCount{50, 6, 7, 0, 0, 8}, ""}, {"second", {}, "ended"}},
                                {"all", {}, "ended"}}};
  return proof;
}

Page page_of(const deploy::Proof& proof) {
  const deploy::Network network = deploy::prepare(test::scaled_input(), "net");
  return deployment_page(network, deploy::to_json(network, proof));
}

const Table& table(const Page& page, const std::string& title) {
  const auto at = std::ranges::find(page.tables, title, &Table::title);
  if (at == page.tables.end()) throw std::out_of_range(title);
  return *at;
}

TEST(DeploymentPage, HasCellsByLayerAndSaysWhatWasNotRun) {
  const Page page = page_of(proof());
  EXPECT_THAT(table(page, "By layer on xc7").rows, ElementsAre(ElementsAre("first", "50", "7", "6", "8", ""),
                                                               ElementsAre("second", "", "", "", "", "not run: ended"),
                                                               ElementsAre("all", "", "", "", "", "not run: ended")));
  const auto& luts = std::get<Rows>(page.figures.at(0));
  EXPECT_THAT(luts.names, ElementsAre("first", "second"));
  ASSERT_EQ(luts.series.size(), 2u);
  EXPECT_THAT(luts.series[1].y, ElementsAre(std::optional(50.0), std::nullopt));
}

TEST(DeploymentPage, ComparesWithTheBudgetByTheBestThatIsKnown) {
  deploy::Proof over = proof();
  over.resources.budget = {60, 80, 10, {}, {}};
  EXPECT_THAT(page_of(over).warnings, ElementsAre("LUT: 90 (estimate) exceeds 80",
                                                  "flip-flops: is not known (not synthesised); at most 10 is allowed"));
  over.resources.synthesis[0].whole = {"all", deploy::CellCount{70, 10, 12, 0, 0, 11}, ""};
  EXPECT_THAT(page_of(over).warnings, ElementsAre("flip-flops: 12 (Yosys, xc7) exceeds 10"));
  over.resources.synthesis[0].whole = {"all", deploy::CellCount{85, 9, 9, 0, 0, 11}, ""};
  EXPECT_THAT(page_of(over).warnings, ElementsAre("LUT: 85 (Yosys, xc7) exceeds 80"));
}

TEST(DeploymentPage, RoutedNumbersReplaceThem) {
  const deploy::Network network = deploy::prepare(test::scaled_input(), "net");
  deploy::Routed routed;
  routed.utilization = {"Vivado", "xc7vx690t", "net", "Routed", 70, 11, 8, 0, 0, 1000};
  routed.timing = {-0.5, 0.1, 3, 25, false};
  const Page page = deployment_page(network, deploy::with_routed(deploy::to_json(network, proof()), routed));
  EXPECT_THAT(table(page, "Cost of the firmware").rows,
              testing::Contains(ElementsAre("LUT", "70", "not limited", "routed on xc7vx690t")));
  EXPECT_THAT(page.warnings, testing::Contains(HasSubstr("timing is not met after routing")));
  EXPECT_THAT(page.warnings, testing::Contains("period (ns): 25.5 (routed on xc7vx690t) exceeds 25"));
}

TEST(DeploymentPage, RefusesWhatIsNoProof) {
  const deploy::Network network = deploy::prepare(test::scaled_input(), "net");
  for (const char* text : {"", "{}", "[1, 2]", R"({"proven": "yes"})"})
    EXPECT_THROW(deployment_page(network, text), core::Error) << text;
}

}  // namespace
}  // namespace trigloop::report::deployed
