// Yosys on our Verilog: cells near the estimate, no multipliers, and layers proven equal to plain products and sums.
#include "deploy/verilog/yosys.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/program.hpp"
#include "deploy/verilog/prove.hpp"
#include "deploy/verilog/specify.hpp"
#include "deploy/verilog/synthesis.hpp"
#include "test/deploy/verilog/small_network.hpp"
#include "test/support/support.hpp"

#define TRIGLOOP_NEEDS_YOSYS() \
  if (!core::find_program("yosys")) GTEST_SKIP() << "yosys is not installed (dev/apt-packages.txt, group test)"

namespace trigloop::deploy {
namespace {

VerilogDesign small_design(int latency = 0) {
  VerilogOptions options;
  options.latency = latency;
  options.budget = 0;
  return make_verilog(test::small_network(), options);
}

TEST(Yosys, CellsAreNearTheEstimateAndHaveNoMultipliers) {
  TRIGLOOP_NEEDS_YOSYS();
  const test::TempDir folder;
  const VerilogDesign design = small_design();
  write_project(design, folder / "p");
  const LayerEstimate& layer = design.estimate.layers[1];
  ASSERT_EQ(layer.name, "hidden");
  const CellCount cells =
      synthesise({folder / "p/rtl/network_hidden.v", folder / "p/rtl/network_parts.v"}, "network_hidden");
  EXPECT_EQ(cells.multipliers, 0);
  EXPECT_EQ(cells.memories, 0);
  EXPECT_NEAR(cells.depth, layer.depth, 3);
  EXPECT_NEAR(cells.tables, layer.tables, 0.25 * layer.tables);
}

TEST(Yosys, ReadsItsStatistics) {
  const CellCount cells = parse_yosys(
      "=== top ===\n\n   Number of wires: 10\n   Number of cells:                 20\n     CARRY4                      "
      "    3\n"
      "     FDRE                            4\n     INV                             1\n     LUT6                       "
      "    12\n\n"
      "Longest topological path in top (length=9):\n");
  EXPECT_EQ(cells.tables, 13);
  EXPECT_EQ(cells.carries, 3);
  EXPECT_EQ(cells.registers, 4);
  EXPECT_EQ(cells.depth, 9);
  EXPECT_THROW(parse_yosys("ERROR: no such file\n"), core::Error);
}

/// Few and narrow inputs: sums of dozens of terms are beyond SAT.
model::Graph tiny_network(std::int64_t first_weight = 3) {
  constexpr auto even = core::Rounding::half_even;
  constexpr auto saturate = core::Overflow::saturate;
  model::Graph graph;
  graph.add("x", model::Input{{5, 3, true, even, saturate}, 3}, {});
  model::Dense op;
  op.inputs = 3;
  op.outputs = 1;
  op.weights = {{first_weight, -5, 7}, 2};
  op.bias = {{9}, 3};
  graph.add("neuron", op, {0});
  graph.add("relu", model::Relu{}, {1});
  graph.add("rounded", model::Quantise{{{5, 4, false, even, saturate}}}, {2});
  return graph;
}

VerilogDesign tiny_design(const model::Graph& graph = tiny_network()) {
  VerilogOptions options;
  options.budget = 0;
  return make_verilog(graph, options);
}

/// Another layer behind it.
model::Graph tiny_layers() {
  model::Graph graph = tiny_network();
  model::Dense op;
  op.inputs = op.outputs = 1;
  op.weights = {{11}, 2};
  op.bias = {{-3}, 2};
  graph.add("second", op, {3});
  return graph;
}

TEST(Synthesis, CountsTheLayersAndTheWhole) {
  TRIGLOOP_NEEDS_YOSYS();
  const test::TempDir folder;
  write_project(tiny_design(tiny_layers()), folder / "p");
  std::size_t told = 0;
  const auto all = synthesise_project(
      folder / "p", {{"xc7"}, 0, {}, [&](const std::string&, const LayerCells&, std::size_t done, std::size_t of) {
                       EXPECT_EQ(done, ++told);
                       EXPECT_LE(done, of);
                     }});
  ASSERT_EQ(all.size(), 1u);
  for (const Synthesis& one : all) {
    EXPECT_TRUE(one.tool.starts_with("Yosys ")) << one.tool;
    ASSERT_TRUE(one.whole.cells.has_value()) << one.whole.reason;
    EXPECT_EQ(one.layers.size(), 2u);
    int tables = 0;
    for (const LayerCells& layer : one.layers) {
      ASSERT_TRUE(layer.cells.has_value()) << layer.reason;
      tables += layer.cells->tables;
    }
    EXPECT_GT(one.whole.cells->registers, 0);
    EXPECT_EQ(one.whole.cells->tables, tables) << "the whole is its layers, joined";
    EXPECT_GE(one.whole.cells->depth, 1) << "between its registers, of which there are two ranks";
  }
}

TEST(Synthesis, EndsWithWhoeverWaitsForIt) {
  TRIGLOOP_NEEDS_YOSYS();
  const test::TempDir folder;
  write_project(tiny_design(), folder / "p");
  const auto start = std::chrono::steady_clock::now();
  { const BackgroundSynthesis synthesis(folder / "p", {std::vector<std::string>(100, "xc7"), 1, {}, {}}); }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(Prove, ALayerEqualsItsSpecificationForEveryInput) {
  TRIGLOOP_NEEDS_YOSYS();
  const auto proofs = prove_layers(tiny_network(), tiny_design(), {{}, 60});
  ASSERT_FALSE(proofs.empty());
  for (const NeuronProof& proof : proofs)
    EXPECT_EQ(proof.verdict, Verdict::proven) << proof.layer << ' ' << proof.output;
}

TEST(Prove, AWrongWeightIsFound) {
  TRIGLOOP_NEEDS_YOSYS();
  const auto proofs = prove_layers(tiny_network(4), tiny_design(), {{}, 60});
  ASSERT_FALSE(proofs.empty());
  EXPECT_EQ(proofs.front().verdict, Verdict::refuted);
}

TEST(Specify, IsPlainArithmetic) {
  const model::Graph graph = test::small_network();
  const Circuit circuit = small_design().circuit;
  const auto text = specification(graph, circuit, 1, "specification");
  ASSERT_TRUE(text.has_value());
  EXPECT_NE(text->find(" * "), std::string::npos);
  EXPECT_EQ(text->find("ones6"), std::string::npos);
}

}  // namespace
}  // namespace trigloop::deploy
