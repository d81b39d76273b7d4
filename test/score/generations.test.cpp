// Networks of the detector's other generations, as firmware computes them: their topologies and types with random
// weights, products truncated one by one, accumulators that wrap. Each goes through a QONNX file, as a user's would.
#include <gtest/gtest.h>

#include <iostream>

#include "core/random.hpp"
#include "model/qonnx_export.hpp"
#include "model/qonnx_import.hpp"
#include "score/simd.hpp"
#include "test/model/naive_run.hpp"

namespace trigloop::score {
namespace {

using core::FixedPoint, core::Overflow, core::Rounding;
using model::Graph, model::NodeIndex;

/// How the sums of a layer are made.
struct Arithmetic {
  const char* name;
  std::optional<FixedPoint> product, accumulator;
};

const Arithmetic arithmetics[] = {
    {"exact", {}, {}},
    {"products truncated one by one", FixedPoint{12, 8, true, Rounding::floor, Overflow::wrap}, {}},
    {"sums that wrap", {}, FixedPoint{16, 9, true, Rounding::floor, Overflow::wrap}},
    {"both", FixedPoint{13, 8, true, Rounding::floor, Overflow::wrap},
     FixedPoint{14, 8, true, Rounding::floor, Overflow::wrap}},
};

struct Generation {
  const char* name;
  std::vector<std::size_t> layers;  ///< sizes from the input on
  FixedPoint input, weight;
};

const FixedPoint input_8_6{8, 6, true, Rounding::half_even, Overflow::saturate};
const FixedPoint weight_6_3{6, 3, true, Rounding::half_even, Overflow::saturate};
const Generation generations[] = {
    {"v1", {57, 32, 16, 13}, input_8_6, weight_6_3},
    {"v3", {57, 32, 16, 8}, input_8_6, weight_6_3},
    {"v4", {57, 28, 15, 8}, input_8_6, weight_6_3},
    {"narrow",
     {57, 11, 5},
     {6, 4, true, Rounding::floor, Overflow::wrap},
     {4, 1, true, Rounding::half_even, Overflow::saturate}},
};

/// Hardware integers, scaled and typed as firmware does, dense layers with ReLU between, the sum of squares of the
/// mean.
Graph make(const Generation& generation, const Arithmetic& arithmetic, std::uint64_t seed) {
  core::Philox random(seed, 31);
  const auto below = [&](int n) { return static_cast<std::int64_t>(random() % static_cast<unsigned>(n)); };
  Graph graph;
  NodeIndex x = graph.add("x", model::Input{{16, 16, true, Rounding::half_even, Overflow::saturate}, 57}, {});
  x = graph.add("hardware", model::Quantise{{{13, 13, true, Rounding::floor, Overflow::saturate}}}, {x});
  model::Constants offset{{}, 0}, gain{{}, 9};
  for (int k = 0; k < 57; ++k) {
    offset.codes.push_back(below(60) - 30);
    gain.codes.push_back(std::int64_t{1} << below(6));
  }
  x = graph.add("offset", model::AddConstant{offset}, {x});
  x = graph.add("scaled", model::MulConstant{gain}, {x});
  x = graph.add("data", model::Quantise{{generation.input}}, {x});
  for (std::size_t l = 0; l + 1 < generation.layers.size(); ++l) {
    model::Dense dense{generation.layers[l], generation.layers[l + 1], {{}, generation.weight.fraction()}, {{}, 4},
                       arithmetic.product,   arithmetic.accumulator};
    const int half =
        1 << (generation.weight.width - 3);  // a quarter of the weights' range, and few: the mean stays small
    for (std::size_t k = 0; k < dense.inputs * dense.outputs; ++k)
      dense.weights.codes.push_back(below(4) == 0 ? below(2 * half) - half : 0);
    for (std::size_t o = 0; o < dense.outputs; ++o) dense.bias.codes.push_back(below(64) - 32);
    x = graph.add("dense" + std::to_string(l), dense, {x});
    if (l + 2 == generation.layers.size()) break;
    x = graph.add("relu" + std::to_string(l), model::Relu{}, {x});
    x = graph.add("active" + std::to_string(l),
                  model::Quantise{{{10, 6, false, Rounding::half_even, Overflow::saturate}}}, {x});
  }
  x = graph.add("mean", model::Quantise{{{10, 7, true, Rounding::half_even, Overflow::saturate}}}, {x});
  model::Dot squares;
  if (arithmetic.product) squares.product = FixedPoint{16, 13, true, Rounding::floor, Overflow::wrap};
  if (arithmetic.accumulator) squares.accumulator = FixedPoint{18, 14, true, Rounding::floor, Overflow::wrap};
  x = graph.add("squares", squares, {x, x});
  graph.add("score", model::Quantise{{{18, 14, false, Rounding::half_even, Overflow::saturate}}}, {x});
  return graph;
}

std::vector<std::int16_t> events_of(std::size_t events, std::uint64_t seed) {
  core::Philox random(seed, 32);
  std::vector<std::int16_t> data(57 * events);
  for (auto& value : data) {
    const auto draw = static_cast<std::int16_t>(random() >> 16);
    value = static_cast<std::int16_t>(random() % 8 == 0 ? draw : draw >> 7);
  }
  return data;
}

std::vector<std::int32_t> scored(const Engine& engine, const std::vector<std::int16_t>& data, std::size_t events) {
  std::vector<std::int32_t> codes(events);
  engine.stream()->run({data.data(), events, events, nullptr}, codes.data());
  return codes;
}

TEST(Generations, EveryEngineComputesThemFromTheirFiles) {
  constexpr std::size_t events = 150;
  std::size_t scores = 0, zero = 0, saturated = 0;
  std::uint64_t seed = 0;
  for (const Generation& generation : generations) {
    for (const Arithmetic& arithmetic : arithmetics) {
      SCOPED_TRACE(std::string(generation.name) + ", " + arithmetic.name);
      const Graph graph = make(generation, arithmetic, ++seed);
      const auto data = events_of(events, seed);
      const auto expected = scored(*make_engine(graph, "reference"), data, events);
      for (std::size_t e = 0; e < events; e += 10) {  // the reference itself against rational arithmetic
        std::vector<std::int64_t> event;
        for (std::size_t k = 0; k < 57; ++k) event.push_back(data[k * events + e]);
        ASSERT_EQ(test::code_at(test::naive_run(graph, event).back()[0], 4), expected[e]);
      }
      const std::string file = model::export_qonnx(graph);
      const Graph again = model::import_qonnx(std::as_bytes(std::span(file)));
      EXPECT_EQ(scored(*make_engine(again, "reference"), data, events), expected);
      const Plan plans[] = {Plan(graph), Plan(again)};
      for (const Plan& plan : plans)
        for (const Isa& isa : available_isas())
          EXPECT_EQ(scored(SimdEngine(plan, isa), data, events), expected) << isa.name;
      scores += events;
      zero += static_cast<std::size_t>(std::ranges::count(expected, 0));
      saturated += static_cast<std::size_t>(std::ranges::count(expected, (1 << 18) - 1));
    }
  }
  std::cout << scores << " scores, " << zero << " zero, " << saturated << " saturated\n";
  EXPECT_LT(zero + saturated, scores / 3);
}

}  // namespace
}  // namespace trigloop::score
