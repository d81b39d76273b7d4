#include "model/qonnx_export.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "io/npy/npy.hpp"
#include "model/load.hpp"
#include "model/qonnx_import.hpp"
#include "score/reference.hpp"
#include "test/model/arrays.hpp"
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
  std::size_t truncated = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Graph graph = test::RandomGraph(seed).make();
    ASSERT_GE(graph.input().output.fraction, 0) << "it would have no type in ONNX";
    expect_equal(graph, round_trip(graph), seed);
    if (HasFatalFailure()) return;
    for (const Node& node : graph.nodes()) {
      const auto* dense = std::get_if<Dense>(&node.operation);
      truncated += dense != nullptr && dense->accumulator;
    }
  }
  EXPECT_GT(truncated, 100u) << "running sums";
}

TEST(QonnxExport, TheNetworkOfTheDetectorComesBack) {
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5.onnx");
  const Graph graph = import_qonnx(test::shared_root() / "models/axol1tl_v5.onnx");
  const Graph again = round_trip(graph);
  expect_equal(graph, again, 1);
  EXPECT_EQ(again.nodes().size(), graph.nodes().size());
  EXPECT_EQ(again.output().name, "score");
}

TEST(QonnxExport, ASecondRoundChangesNoInteger) {
  int equal = 0, grown = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Graph once = round_trip(test::RandomGraph(seed).make()), twice = round_trip(once);
    expect_equal(once, twice, seed);
    equal += export_qonnx(twice) == export_qonnx(once) ? 1 : 0;
    grown += twice.nodes().size() > once.nodes().size() ? 1 : 0;
  }
  EXPECT_GE(equal, 350) << "others have nodes with other names, or say otherwise what has nothing to round";
  EXPECT_LE(grown, 4) << "a quantiser that wraps is seldom two";
}

TEST(QonnxExport, ANetworkOfScaledNumbersComesBackNodeByNode) {
  TRIGLOOP_NEEDS_SHARED("models/seed_build.h5");
  const Graph graph = load(test::shared_root() / "models/seed_build.h5");
  const Graph again = round_trip(graph);
  expect_equal(graph, again, 1);
  EXPECT_EQ(again.nodes().size(), graph.nodes().size());
  EXPECT_EQ(export_qonnx(again), export_qonnx(graph));
}

/// Exported models, events for them, and what the reference engine gives; to be run by qonnx.
class Exports {
 public:
  /// `codes`: events of the graph's input, one after the other.
  void add(const Graph& graph, const std::vector<std::int64_t>& codes) {
    const std::string name = dir_ / std::to_string(expected_.size());
    test::write_file(name + ".onnx", export_qonnx(graph));
    const score::Reference engine(graph);
    auto state = engine.make_state();
    std::vector<float> x;
    std::vector<double> y;
    for (std::size_t begin = 0; begin < codes.size(); begin += engine.features()) {
      const auto event = std::span(codes).subspan(begin, engine.features());
      for (const std::int64_t code : event)
        x.push_back(std::ldexp(static_cast<float>(code), -graph.input().output.fraction));
      engine.run(event, state);
      for (std::size_t i = 0; i < graph.output().output.features(); ++i)
        y.push_back(engine.value(state, graph.nodes().size() - 1, i));
    }
    io::npy::write_npy(
        name + ".x.npy",
        {event::Type::float32, {x.size() / engine.features(), engine.features()}, std::as_bytes(std::span(x))});
    command_.insert(command_.end(), {name + ".onnx", name + ".x.npy", name + ".y.npy"});
    expected_.push_back(std::move(y));
  }

  void expect_equal() {
    const auto done = test::run_command(command_);
    ASSERT_EQ(done.status, 0) << done.err;
    for (std::size_t k = 0; k < expected_.size(); ++k) {
      const auto found = test::read_rows(command_[4 + 3 * k], std::to_string(k) + ".y").values;
      EXPECT_EQ(found, expected_[k]) << "model " << k;
    }
  }
  std::size_t size() const { return expected_.size(); }

 private:
  test::TempDir dir_;
  std::vector<std::string> command_{test::peer_python(), test::project_root() / "test/peers/qonnx_run.py"};
  std::vector<std::vector<double>> expected_;
};

#define NEEDS_QONNX()                                                                          \
  TRIGLOOP_NEEDS_PEERS();                                                                      \
  if (test::run_command({test::peer_python(), "-c", "import qonnx, onnxruntime"}).status != 0) \
  GTEST_SKIP() << "the peers' Python has no qonnx"

TEST(QonnxExport, QonnxComputesTheSameIntegersForRandomGraphs) {
  NEEDS_QONNX();
  Exports exports;
  // Quantisers of qonnx give float32, so none here has more than 24 bits; what lies between is computed in double.
  std::size_t doubles = 0;
  for (std::uint64_t seed = 0; exports.size() < 25; ++seed) {
    const Graph graph = test::RandomGraph(seed, 14, 10, 20).make();
    doubles += std::ranges::any_of(graph.nodes(), [](const Node& node) { return node.working_bits > 24; });
    core::Philox random(seed, 11);
    std::vector<std::int64_t> codes;
    for (int k = 0; k < 20; ++k) std::ranges::copy(test::random_event(graph, random), std::back_inserter(codes));
    exports.add(graph, codes);
  }
  EXPECT_GT(doubles, 5u);
  exports.expect_equal();
}

TEST(QonnxExport, QonnxComputesTheDetectorsScores) {
  NEEDS_QONNX();
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5.onnx");
  const auto inputs = test::read_rows(test::shared_root() / "models/axol1tl_v5_vectors.npz", "inputs").values;
  const std::vector<std::int64_t> codes(inputs.begin(), inputs.end());
  Exports exports;
  exports.add(import_qonnx(test::shared_root() / "models/axol1tl_v5.onnx"), codes);
  exports.expect_equal();
}

TEST(QonnxExport, AFloatScoreIsRefused) {
  Graph graph;
  graph.add("x", Input{{16, 16, true, core::Rounding::half_even, core::Overflow::saturate}, 1}, {});
  graph.add("m", MixtureDistance{1, 1, {0}, {1}, {1}}, {0});
  EXPECT_THROW(export_qonnx(graph), core::Error);
}

}  // namespace
}  // namespace trigloop::model
