// Yosys on our Verilog: cells near the estimate, no multipliers, and layers proven equal to plain products and sums.
#include "deploy/verilog/yosys.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/program.hpp"
#include "deploy/verilog/prove.hpp"
#include "deploy/verilog/specify.hpp"
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
  const VerilogDesign design = small_design(2);
  write_project(design, folder / "p");
  const LayerEstimate& layer = design.estimate.layers[1];
  ASSERT_EQ(layer.name, "hidden");
  const CellCount cells =
      synthesise({folder / "p/rtl/network_hidden.v", folder / "p/rtl/network_parts.v"}, "network_hidden");
  EXPECT_EQ(cells.multipliers, 0);
  EXPECT_EQ(cells.memories, 0);
  EXPECT_GT(cells.depth, 0);
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

TEST(Prove, LayersEqualTheirSpecificationForEveryInput) {
  TRIGLOOP_NEEDS_YOSYS();
  const VerilogDesign design = small_design();
  const auto proofs = prove_layers(test::small_network(), design, {{"hidden", "decoded"}, 20});
  EXPECT_EQ(proofs.size(), 10u);
  int proven = 0;
  for (const NeuronProof& proof : proofs) {
    EXPECT_NE(proof.verdict, Verdict::refuted) << proof.layer << ' ' << proof.output;
    proven += proof.verdict == Verdict::proven ? 1 : 0;
  }
  EXPECT_GT(proven, 0);
}

TEST(Prove, AWrongWeightIsFound) {
  TRIGLOOP_NEEDS_YOSYS();
  model::Graph changed, graph = test::small_network();
  for (const model::Node& node : graph.nodes()) {
    model::Operation operation = node.operation;
    if (node.name == "hidden") std::get<model::Dense>(operation).weights.codes[0] += 1;
    changed.add(node.name, operation, node.inputs);
  }
  int refuted = 0;
  for (const NeuronProof& proof : prove_layers(changed, small_design(), {{"hidden"}, 10})) {
    refuted += proof.verdict == Verdict::refuted ? 1 : 0;
  }
  EXPECT_GE(refuted, 1);
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
