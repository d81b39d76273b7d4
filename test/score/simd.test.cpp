#include "score/simd.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "core/error.hpp"
#include "test/model/random_graph.hpp"
#include "test/score/axol1tl_like.hpp"

namespace trigloop::score {
namespace {

std::vector<std::int32_t> scored(const Engine& engine, const std::vector<std::int16_t>& data, std::size_t events) {
  std::vector<std::int32_t> codes(engine.outputs() * events);
  engine.stream()->run({data.data(), events, events, nullptr}, codes.data());
  return codes;
}

/// The graph up to `node`, then 32 bits of its codes from bit `begin` on: any code, however wide, can be compared in
/// slices.
model::Graph slice_of(const model::Graph& graph, model::NodeIndex node, int begin) {
  model::Graph part;
  for (model::NodeIndex n = 0; n <= node; ++n) part.add(graph[n].name, graph[n].operation, graph[n].inputs);
  const int fraction = graph[node].output.fraction - begin;
  part.add("slice", model::Quantise{{{31, 31 - fraction, true, core::Rounding::floor, core::Overflow::wrap}}}, {node});
  return part;
}

std::vector<std::int16_t> random_events(const model::Graph& graph, std::size_t events, std::uint64_t seed) {
  core::Philox random(seed, 21);
  const std::size_t features = graph.input().output.features();
  std::vector<std::int16_t> data(features * events);
  const int bits = std::min(16, std::max(1, graph.input().output.bits() - graph.input().output.fraction));
  for (auto& x : data) {
    const auto draw = static_cast<std::int16_t>(random() >> 16);
    x = random() % 16 == 0 ? draw : static_cast<std::int16_t>(draw >> (16 - bits));
  }
  return data;
}

TEST(Simd, EqualsTheReferenceOnADeployedShapeForAnyNumberOfEvents) {
  const model::Graph graph = test::Axol1tlLike().make();
  const Plan plan(graph);
  const auto reference = make_engine(graph, "reference");
  for (const std::size_t events : {0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000, 4096}) {
    const auto data = test::hardware_events(events);
    const auto expected = scored(*reference, data, events);
    for (const Isa& isa : available_isas())
      ASSERT_EQ(scored(SimdEngine(plan, isa), data, events), expected) << isa.name << ", " << events << " events";
  }
}

TEST(Simd, EqualsTheReferenceWhereInputsAreClippedAndFarBeyond) {
  std::vector<std::int16_t> inputs{-32768, -32767, 32766, 32767};
  for (int x = -32768; x <= 32767; x += 61) inputs.push_back(static_cast<std::int16_t>(x));
  for (const int edge : {-4096, 0, 4096})
    for (int x = edge - 200; x <= edge + 200; ++x) inputs.push_back(static_cast<std::int16_t>(x));
  std::vector<std::int16_t> data;
  for (std::size_t k = 0; k < 57; ++k) data.insert(data.end(), inputs.begin(), inputs.end());
  const model::Graph graph = test::Axol1tlLike(3).make();
  EXPECT_EQ(scored(*make_engine(graph), data, inputs.size()),
            scored(*make_engine(graph, "reference"), data, inputs.size()));
}

TEST(Simd, ADeployedShapeNeedsOnlyFastSteps) {
  const Plan plan(test::Axol1tlLike().make());
  EXPECT_TRUE(plan.is_fast()) << plan.describe();
  std::cout << plan.describe() << plan.pairs() << " pairs\n";
}

TEST(Simd, ReadsTilesOfAnyStrideAndAlignment) {
  const model::Graph graph = test::Axol1tlLike(2).make();
  const auto data = test::hardware_events(300);
  const auto expected = scored(*make_engine(graph, "reference"), data, 300);
  for (const Isa& isa : available_isas()) {
    const SimdEngine engine(Plan(graph), isa);
    const auto stream = engine.stream();
    for (const std::size_t begin : {0, 1, 3, 31, 77}) {
      std::vector<std::int32_t> codes(200 + 1, -7);
      stream->run({data.data() + begin, 300, 200, nullptr}, codes.data());
      EXPECT_TRUE(std::equal(codes.begin(), codes.end() - 1, expected.begin() + static_cast<std::ptrdiff_t>(begin)))
          << isa.name;
      EXPECT_EQ(codes.back(), -7) << "written behind the end";
    }
  }
}

struct Census {
  std::size_t values = 0, zero = 0, at_the_edge = 0, plans = 0, fast = 0;

  /// Codes of a node, feature by feature, of which `part` has a slice as its last node.
  void add(const model::Graph& part, std::span<const std::int32_t> codes) {
    const model::Tensor& tensor = part[part.nodes().size() - 2].output;
    const bool whole = tensor.bits() <= 31 && tensor.fraction == part.output().output.fraction;
    const std::size_t events = codes.size() / tensor.features();
    values += codes.size();
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const model::Range& range = tensor.ranges[i / events];
      zero += codes[i] == 0;
      at_the_edge += whole && codes[i] != 0 && (codes[i] == range.lo || codes[i] == range.hi);
    }
  }
};

TEST(Simd, EveryIntermediateOfRandomGraphsEqualsTheReference) {
  Census census;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const bool wide = seed % 4 == 3;
    const model::Graph graph = test::RandomGraph(seed, wide ? 40 : 24, 24, wide ? 40 : 30).make();
    constexpr std::size_t events = 67;
    const auto data = random_events(graph, events, seed);
    for (model::NodeIndex n = 0; n < graph.nodes().size(); ++n) {
      for (int begin = 0; begin < graph[n].output.bits(); begin += 31) {
        const model::Graph part = slice_of(graph, n, begin);
        const auto expected = scored(*make_engine(part, "reference"), data, events);
        const Plan plan(part);
        for (const Isa& isa : available_isas()) {
          const SimdEngine engine(plan, isa);
          ASSERT_EQ(scored(engine, data, events), expected)
              << isa.name << ", seed " << seed << ", node " << graph[n].name << "\n"
              << engine.plan().describe();
          census.fast += engine.plan().pairs() > 0;
          ++census.plans;
        }
        census.add(part, expected);
      }
    }
  }
  std::cout << census.values << " values, " << census.zero << " of them zero, " << census.at_the_edge
            << " at the edge of their range; " << census.fast << " of " << census.plans << " plans with fast sums\n";
  EXPECT_LT(census.zero + census.at_the_edge, census.values / 2);
  EXPECT_GT(census.fast, census.plans / 5);
}

TEST(Simd, RoundsScaledInputsToEvenAsTheReferenceDoes) {
  using core::Overflow, core::Rounding;
  const core::FixedPoint wide{18, 13, true, Rounding::half_even, Overflow::saturate};
  model::Graph graph;
  auto x = graph.add("x", model::Input{{16, 16, true, Rounding::half_even, Overflow::saturate}, 12}, {});
  model::Constants offset{{}, 0}, gain{{}, 11};
  for (int k = 0; k < 12; ++k) {
    offset.codes.push_back(k * 37 - 200);
    gain.codes.push_back(std::int64_t{1} << k);
  }
  x = graph.add("shifted", model::AddConstant{offset}, {x});
  x = graph.add("wide", model::Quantise{{wide}}, {x});
  x = graph.add("scaled", model::MulConstant{gain}, {x});
  x = graph.add("rounded", model::Quantise{{wide}}, {x});
  x = graph.add("data", model::Quantise{{{14, 6, true, Rounding::half_even, Overflow::saturate}}}, {x});
  model::Dense dense{12, 3, {{}, 3}, {}, {}, {}};
  for (int i = 0; i < 36; ++i) dense.weights.codes.push_back(i * 7 % 31 - 15);
  x = graph.add("dense", dense, {x});
  graph.add("q", model::Quantise{{{16, 9, true, Rounding::floor, Overflow::saturate}}}, {x});
  const Plan plan(graph);
  EXPECT_NE(plan.describe().find("0 by table"), std::string::npos) << plan.describe();
  const auto data = random_events(graph, 20'000, 8);
  const auto expected = scored(*make_engine(graph, "reference"), data, 20'000);
  for (const Isa& isa : available_isas()) EXPECT_EQ(scored(SimdEngine(plan, isa), data, 20'000), expected) << isa.name;
}

TEST(Simd, AccumulatorsThatNeverOverflowCostNothing) {
  using core::Overflow, core::Rounding;
  for (const int width : {24, 12}) {  // wide enough, and one that wraps
    model::Graph graph;
    auto x = graph.add("x", model::Input{{8, 8, true, Rounding::floor, Overflow::saturate}, 6}, {});
    model::Dense dense{6, 4, {{}, 3}, {{1, -2, 3, 4}, 3}, {}, {}};
    for (int i = 0; i < 24; ++i) dense.weights.codes.push_back(i % 7 * 5 - 15);
    dense.product = core::FixedPoint{20, 17, true, Rounding::floor, Overflow::wrap};
    dense.accumulator = core::FixedPoint{width, width - 3, true, Rounding::floor, Overflow::wrap};
    x = graph.add("dense", dense, {x});
    x = graph.add("relu", model::Relu{}, {x});
    graph.add("q", model::Quantise{{{10, 8, false, Rounding::half_even, Overflow::saturate}}}, {x});
    const Plan plan(graph);
    EXPECT_EQ(plan.describe().find("exact    node 1") == std::string::npos, width == 24) << plan.describe();
    const auto data = random_events(graph, 200, 4);
    for (const Isa& isa : available_isas())
      EXPECT_EQ(scored(SimdEngine(plan, isa), data, 200), scored(*make_engine(graph, "reference"), data, 200))
          << isa.name;
  }
}

TEST(Simd, SplitsFeaturesWiderThan16Bits) {
  using core::Overflow, core::Rounding;
  // 12 -> 3 -> 12 without a quantiser between: one matrix would have more weights than the two.
  model::Graph graph;
  auto x = graph.add("x", model::Input{{12, 12, true, Rounding::floor, Overflow::saturate}, 12}, {});
  const auto dense = [&](std::size_t inputs, std::size_t outputs, int step) {
    model::Dense op{inputs, outputs, {{}, 2}, {{}, 2}, {}, {}};
    for (std::size_t i = 0; i < inputs * outputs; ++i) op.weights.codes.push_back(static_cast<int>(i) * step % 23 - 11);
    for (std::size_t o = 0; o < outputs; ++o) op.bias.codes.push_back(static_cast<int>(o) - 5);
    return op;
  };
  x = graph.add("narrow", dense(12, 3, 7), {x});
  EXPECT_GT(graph[x].output.bits(), 16);
  x = graph.add("wide", dense(3, 12, 5), {x});
  graph.add("q", model::Quantise{{{14, 12, true, Rounding::half_even, Overflow::saturate}}}, {x});
  const Plan plan(graph);
  EXPECT_EQ(plan.describe().find("exact"), std::string::npos) << plan.describe();
  bool splits = false;
  for (const Step& step : plan.steps())
    if (const auto* linear = std::get_if<LinearStep>(&step)) splits |= linear->split > 0;
  EXPECT_TRUE(splits) << plan.describe();
  const auto data = random_events(graph, 300, 4);
  const auto expected = scored(*make_engine(graph, "reference"), data, 300);
  for (const Isa& isa : available_isas()) EXPECT_EQ(scored(SimdEngine(plan, isa), data, 300), expected) << isa.name;
}

TEST(Simd, EveryMachineHasVectors) {
#if defined(__aarch64__)
  EXPECT_EQ(available_isas().front().name, "neon");
#else
  EXPECT_NE(available_isas().front().name, "scalar");
#endif
  EXPECT_EQ(available_isas().back().name, "scalar");
}

TEST(Simd, TheForcedInstructionSetRuns) {
  const model::Graph graph = test::Axol1tlLike().make();
  for (const Isa& isa : available_isas()) {
    ::setenv("TRIGLOOP_FORCE_ISA", std::string(isa.name).c_str(), 1);
    EXPECT_EQ(make_engine(graph, "simd")->isa(), isa.name);
  }
  ::setenv("TRIGLOOP_FORCE_ISA", "mmx", 1);
  EXPECT_THROW(make_engine(graph, "simd"), core::Error);
  ::unsetenv("TRIGLOOP_FORCE_ISA");
}

}  // namespace
}  // namespace trigloop::score
