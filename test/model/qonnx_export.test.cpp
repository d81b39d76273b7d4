#include "model/qonnx_export.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "model/qonnx_import.hpp"
#include "score/reference.hpp"
#include "test/model/random_graph.hpp"
#include "test/support/support.hpp"

namespace trigloop::model {
namespace {

/// Both graphs give the same values for random events.
void expect_equal(const Graph& a, const Graph& b, std::uint64_t seed) {
  const score::Reference first(a), second(b);
  auto x = first.make_state();
  auto y = second.make_state();
  core::Philox random(seed, 9);
  const int fraction = std::get<Input>(a.input().operation).type.fraction();
  const FixedPoint& other = std::get<Input>(b.input().operation).type;
  for (int k = 0; k < 20; ++k) {
    const auto event = test::random_event(a, random);
    std::vector<std::int64_t> again;
    for (const std::int64_t code : event)
      again.push_back(static_cast<std::int64_t>(core::quantise(code, fraction, other)));
    first.run(event, x);
    second.run(again, y);
    for (std::size_t i = 0; i < a.output().output.features(); ++i) {
      ASSERT_EQ(first.value(x, a.nodes().size() - 1, i), second.value(y, b.nodes().size() - 1, i)) << "seed " << seed;
    }
  }
}

Graph round_trip(const Graph& graph) {
  const std::string bytes = export_qonnx(graph);
  return import_qonnx(std::as_bytes(std::span(bytes)));
}

TEST(QonnxExport, RandomGraphsComeBackWithTheSameIntegers) {
  int exported = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Graph graph = test::RandomGraph(seed).make();
    // An input of whole numbers beyond int16, or finer than its first quantiser, has no type in ONNX.
    if (graph.input().output.fraction < 0) continue;
    try {
      const Graph again = round_trip(graph);
      expect_equal(graph, again, seed);
      if (HasFatalFailure()) return;
      ++exported;
    } catch (const core::Error& e) {
      if (e.code() != core::ErrorCode::unsupported && e.code() != core::ErrorCode::limit) {
        FAIL() << "seed " << seed << ": " << e.what();
      }
    }
  }
  EXPECT_GT(exported, 100);
}

TEST(QonnxExport, TheNetworkOfTheDetectorComesBack) {
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5.onnx");
  const Graph graph = import_qonnx(test::shared_root() / "models/axol1tl_v5.onnx");
  const Graph again = round_trip(graph);
  expect_equal(graph, again, 1);
  EXPECT_EQ(again.nodes().size(), graph.nodes().size());
  EXPECT_EQ(again.output().name, "score");
}

TEST(QonnxExport, AFloatScoreIsRefused) {
  Graph graph;
  graph.add("x", Input{{16, 16, true, core::Rounding::half_even, core::Overflow::saturate}, 1}, {});
  graph.add("m", MixtureDistance{1, 1, {0}, {1}, {1}}, {0});
  EXPECT_THROW(export_qonnx(graph), core::Error);
}

}  // namespace
}  // namespace trigloop::model
