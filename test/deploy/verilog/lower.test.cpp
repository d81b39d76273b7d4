// A circuit computes the integers of the reference engine.
#include "deploy/verilog/lower.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "deploy/verilog/cost.hpp"
#include "deploy/verilog/pipeline.hpp"
#include "model/load.hpp"
#include "score/reference.hpp"
#include "test/deploy/verilog/small_network.hpp"
#include "test/model/random_graph.hpp"
#include "test/support/support.hpp"

namespace trigloop::deploy {
namespace {

void expect_equal(const model::Graph& graph, const Circuit& circuit, int events, std::uint64_t seed) {
  const score::Reference reference(graph);
  auto state = reference.make_state();
  core::Philox random(seed, 3);
  const model::NodeIndex last = graph.nodes().size() - 1;
  for (int e = 0; e < events; ++e) {
    const std::vector<std::int64_t> event = test::random_event(graph, random);
    const std::vector<Code> values = evaluate(circuit, event);
    reference.run(event, state);
    for (std::size_t o = 0; o < circuit.outputs.size(); ++o) {
      const Code value = values[circuit.outputs[o]];
      ASSERT_TRUE(value == reference.code(state, last, o)) << graph.name << " seed " << seed << " output " << o;
      const Range& range = circuit[circuit.outputs[o]].range;
      ASSERT_TRUE(range.lo <= value && value <= range.hi) << "seed " << seed;
    }
  }
}

TEST(Lower, RandomGraphsGiveTheIntegersOfTheReference) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const model::Graph graph = test::RandomGraph(seed, 16, 10, 20).make();
    expect_equal(graph, lower(graph, {"network", 0.0, {}}), 40, seed);
  }
}

using test::small_network;

TEST(Lower, SquaresBeyondTheScoreSaturateIt) {
  const model::Graph graph = small_network();
  const Circuit circuit = lower(graph, {"network", 0.01, {}});
  expect_equal(graph, circuit, 5000, 1);
  bool cut = false;
  for (const Signal& s : circuit.signals()) cut = cut || std::holds_alternative<Outside>(s.logic);
  EXPECT_TRUE(cut) << "the squares are narrower than the differences";
}

TEST(Lower, LayersHaveTheModelsNames) {
  const Circuit circuit = lower(small_network(), {"network", 0.0, {}});
  std::vector<std::string> names;
  for (const CircuitLayer& layer : circuit.layers()) names.push_back(layer.name);
  EXPECT_EQ(names, (std::vector<std::string>{"x", "hidden", "decoded", "distance"}));
}

TEST(Lower, ThresholdsBecomeDecisions) {
  const model::Graph graph = small_network();
  const Circuit circuit = lower(graph, {"network", 0.0, {40, 4000}});
  core::Philox random(5, 3);
  int passed = 0;
  for (int e = 0; e < 500; ++e) {
    const auto values = evaluate(circuit, test::random_event(graph, random));
    const Code score = values[circuit.outputs[0]];
    EXPECT_EQ(values[circuit.decisions[0]] != 0, score >= 40);
    EXPECT_EQ(values[circuit.decisions[1]] != 0, score >= 4000);
    passed += values[circuit.decisions[0]] != 0 ? 1 : 0;
  }
  EXPECT_GT(passed, 0);
}

TEST(Lower, MixturesAreRefusedByName) {
  model::Graph graph;
  graph.add("x", model::Input{{8, 8}, 1}, {});
  graph.add("gmm", model::MixtureDistance{1, 1, {0.5}, {1.0}, {1.0}}, {0});
  try {
    lower(graph);
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::unsupported);
    EXPECT_NE(std::string(e.what()).find("'gmm'"), std::string::npos) << e.what();
  }
}

TEST(PlaceRegisters, CutsTheCircuitIntoStagesWithinItsLatency) {
  const Circuit circuit = lower(small_network(), {"network", 0.0, {}});
  double before = place_registers(circuit, 0).period;
  for (const int latency : {1, 2, 4, 8}) {
    const Schedule schedule = place_registers(circuit, latency);
    for (SignalId id = 0; id < circuit.signals().size(); ++id) {
      EXPECT_LT(schedule.stages[id], latency);
      for (const SignalId operand : operands_of(circuit[id].logic)) {
        EXPECT_LE(schedule.stages[operand], schedule.stages[id]);
      }
    }
    EXPECT_LE(schedule.period, before + 0.6) << "more ranks, shorter stages";
    before = schedule.period;
  }
}

TEST(PlaceRegisters, TheLeastLatencyHoldsThePeriodAndOneLessDoesNot) {
  const Circuit circuit = lower(small_network(), {"network", 0.0, {}});
  const double whole = place_registers(circuit, 0).period;
  for (const double period : {0.9 * whole, 0.7 * whole}) {
    const std::optional<int> enough = least_latency(circuit, period);
    ASSERT_TRUE(enough.has_value()) << period;
    EXPECT_LE(place_registers(circuit, *enough).period, period + 1e-6);
    ASSERT_GT(*enough, 1) << "cut at all";
    EXPECT_GT(place_registers(circuit, *enough - 1).period, period);
  }
  EXPECT_FALSE(least_latency(circuit, 0.5).has_value()) << "a heap is one stage";
}

TEST(Delays, AreThoseOfTheFamilyAndItsGrade) {
  const auto table = [](const char* part) { return delays_of(part).table; };
  EXPECT_EQ(table("xc7vx690tffg1927-2"), DelayModel().table);
  EXPECT_GT(table("xc7vx690tffg1927-1"), table("xc7vx690tffg1927-2"));
  EXPECT_GT(table("xc7vx690tffg1927-2"), table("xcku115-flva1517-2-e"));
  EXPECT_GT(table("xcku115-flva1517-2-e"), table("xcku15p-ffve1517-2-e"));
  EXPECT_EQ(table("xcvu13p-flga2577-2-e"), table("xczu9eg-ffvb1156-2-e"));
  EXPECT_EQ(table("of nobody"), table("xc7a35tcpg236-1"));
}

/// Eight bits added to eight: bit k waits for the carry through k bits, and what reads the lowest starts at once.
TEST(Timing, GoesBitByBit) {
  Circuit circuit;
  circuit.begin_layer("layer", "");
  const SignalId a = circuit.add(InputBits{0}, "a", {0, 255}), b = circuit.add(InputBits{1}, "b", {0, 255});
  const SignalId sum = circuit.add(SumOf{{{a, 0, false}, {b, 0, false}}, 0}, "sum");
  const auto times = arrivals(circuit, sum, {1, 0.5, 0.25, 0}, [](SignalId, int) { return 0.0; });
  EXPECT_EQ(times, (std::vector<double>{1.5, 1.5, 1.5, 1.5, 1.75, 1.75, 1.75, 1.75, 2}));
  const auto late = arrivals(circuit, sum, {1, 0.5, 0.25, 0}, [](SignalId, int k) { return k == 5 ? 3.0 : 0.0; });
  EXPECT_EQ(late, (std::vector<double>{1.5, 1.5, 1.5, 1.5, 1.75, 4.5, 4.5, 4.5, 4.75}));
}

TEST(Estimate, LayersAddUp) {
  const Circuit circuit = lower(small_network(), {"network", 0.0, {}});
  const Estimate all = estimate(circuit);
  int tables = 0;
  std::size_t adders = 0;
  for (const LayerEstimate& layer : all.layers) {
    tables += layer.tables;
    adders += layer.adders;
  }
  EXPECT_EQ(all.tables, tables);
  EXPECT_EQ(all.adders, adders);
  EXPECT_GT(all.depth, 5);
}

TEST(Lower, TheDeployedNetworkGivesTheIntegersOfTheReference) {
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5.onnx");
  const model::Graph graph = model::load(test::shared_root() / "models/axol1tl_v5.onnx");
  const Circuit circuit = lower(graph, {"network", 0.0, {}});
  expect_equal(graph, circuit, 200, 1);
}

TEST(Lower, DecisionsAreRightForThresholdsThatNoScoreOrEveryScoreReaches) {
  const model::Graph graph = small_network();
  const Range scores = graph.output().output.ranges[0];
  const std::vector<Code> limits{-5, scores.lo, 7, scores.hi, scores.hi + 1, Code{1} << 90};
  const Circuit circuit = lower(graph, {"network", 0.0, limits});
  core::Philox random(5, 3);
  for (int e = 0; e < 500; ++e) {
    const std::vector<Code> values = evaluate(circuit, test::random_event(graph, random));
    for (std::size_t k = 0; k < limits.size(); ++k) {
      EXPECT_EQ(values[circuit.decisions[k]] != 0, values[circuit.outputs[0]] >= limits[k]) << k;
    }
  }
  EXPECT_EQ(circuit[circuit.decisions.front()].range.lo, 1) << "a constant, as the limit fits no word of the score";
  EXPECT_EQ(circuit[circuit.decisions.back()].range.hi, 0);
}

}  // namespace
}  // namespace trigloop::deploy
