// Networks that Brevitas and HGQ2 made give what these compute (test/model/data/README.md).
#include <gtest/gtest.h>

#include <iostream>

#include "model/describe.hpp"
#include "model/qonnx_import.hpp"
#include "score/scorer.hpp"
#include "test/model/arrays.hpp"
#include "test/support/support.hpp"

namespace trigloop::model {
namespace {

const std::filesystem::path data = test::project_root() / "test/model/data";

class Framework : public testing::TestWithParam<std::string> {};

TEST_P(Framework, ComputesWhatEveryEngineDoes) {
  const Graph graph = import_qonnx(data / (GetParam() + ".onnx"));
  const auto x = test::read_rows(data / (GetParam() + ".npz"), "x");
  const auto y = test::read_rows(data / (GetParam() + ".npz"), "y");
  for (const char* engine : {"reference", "simd"}) {
    const score::Scorer scorer(graph, engine);
    auto state = scorer.make_state();
    std::vector<double> scores(y.values.size());
    scorer.run(x.values, scores, state);
    EXPECT_EQ(scores, y.values) << engine;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Framework, testing::Values("brevitas", "hgq"),
                         [](const auto& test) { return test.param; });

TEST(Hgq2, WrapsOfEachFeatureAreTypesOfEachFeature) {
  const Graph graph = import_qonnx(data / "hgq.onnx");
  std::size_t wraps = 0;
  for (const Node& node : graph.nodes()) {
    const auto* quantise = std::get_if<Quantise>(&node.operation);
    if (quantise == nullptr || quantise->types[0].overflow != core::Overflow::wrap) continue;
    wraps += quantise->types.size();
    EXPECT_LE(node.output.bits(), 10) << node.name;
  }
  EXPECT_GT(wraps, 9u);
}

TEST(Hgq2, CountsBitOperationsAsWeDoButForSignsBiasesAndTrailingZeros) {
  const Graph graph = import_qonnx(data / "hgq.onnx");
  const auto theirs = test::read_rows(data / "hgq.npz", "ebops").values;
  const auto biases = test::read_rows(data / "hgq.npz", "bias_ebops").values;
  std::size_t layer = 0;
  for (NodeIndex n = 0; n < graph.nodes().size(); ++n) {
    if (!std::holds_alternative<Dense>(graph[n].operation)) continue;
    const auto ours = static_cast<double>(effective_bit_operations(graph, n));
    std::cout << graph[n].name << ": " << ours << ", HGQ2 " << theirs[layer] << " with biases " << biases[layer]
              << '\n';
    EXPECT_LT(ours, theirs[layer] - biases[layer]);
    EXPECT_GT(ours, 0.7 * (theirs[layer] - biases[layer]));
    ++layer;
  }
  EXPECT_EQ(layer, theirs.size());
}

}  // namespace
}  // namespace trigloop::model
