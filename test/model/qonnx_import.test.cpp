#include "model/qonnx_import.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "score/reference.hpp"
#include "test/model/arrays.hpp"
#include "test/support/support.hpp"

namespace trigloop::model {
namespace {

namespace fs = std::filesystem;

/// The values of a graph's last node for a row of numbers.
class Runner {
 public:
  explicit Runner(const Graph& graph) : graph_(graph), engine_(graph), state_(engine_.make_state()) {}

  std::vector<double> operator()(const double* row) {
    const FixedPoint& type = std::get<Input>(graph_.input().operation).type;
    std::vector<std::int64_t> codes;
    for (std::size_t i = 0; i < engine_.features(); ++i) {
      const auto fine = static_cast<Code>(std::llround(std::ldexp(row[i], 20)));
      codes.push_back(static_cast<std::int64_t>(core::quantise(fine, 20, type)));
    }
    engine_.run(codes, state_);
    std::vector<double> out;
    for (std::size_t i = 0; i < graph_.output().output.features(); ++i) {
      out.push_back(engine_.value(state_, graph_.nodes().size() - 1, i));
    }
    return out;
  }

 private:
  const Graph& graph_;
  score::Reference engine_;
  score::Reference::State state_;
};

void compare_cases(const fs::path& folder) {
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    const std::string name = entry.path().stem();
    const auto x = test::read_rows(folder / "cases.npz", name + ".x");
    const auto y = test::read_rows(folder / "cases.npz", name + ".y");
    for (const bool simplified : {false, true}) {
      const Graph graph = import_qonnx(entry.path(), {.output = {}, .input = {}, .simplify = simplified});
      Runner run(graph);
      ASSERT_EQ(y.width, graph.output().output.features()) << name;
      for (std::size_t i = 0; i < x.rows; ++i) {
        const std::vector<double> got = run(x.row(i));
        for (std::size_t k = 0; k < y.width; ++k) {
          ASSERT_EQ(got[k], y.row(i)[k]) << name << " event " << i << " feature " << k << " simplified " << simplified;
        }
      }
    }
    ++cases;
  }
  EXPECT_GE(cases, 20);
}

template <class Operation>
std::size_t count_of(const Graph& graph) {
  return static_cast<std::size_t>(std::ranges::count_if(
      graph.nodes(), [](const Node& n) { return std::holds_alternative<Operation>(n.operation); }));
}

const fs::path cases = test::project_root() / "test/model/qonnx";

TEST(QonnxImport, EveryCaseEqualsWhatQonnxComputed) { compare_cases(cases); }

TEST(QonnxImport, EveryCaseEqualsWhatTheInstalledQonnxComputes) {
  TRIGLOOP_NEEDS_PEERS();
  if (test::run_command({test::peer_python(), "-c", "import qonnx, onnxruntime"}).status != 0) {
    GTEST_SKIP() << "the peers' Python has no qonnx";
  }
  const test::TempDir dir;
  const auto made =
      test::run_command({test::peer_python(), test::project_root() / "test/peers/qonnx_cases.py", dir.path()});
  ASSERT_EQ(made.status, 0) << made.err;
  compare_cases(dir.path());
}

TEST(QonnxImport, RecognisesTheWrapAroundOfHardware) {
  const Graph graph = import_qonnx(cases / "wrap_around.onnx");
  const auto* wrap = std::get_if<Quantise>(&graph.output().operation);
  ASSERT_NE(wrap, nullptr);
  EXPECT_EQ(wrap->types, (std::vector{FixedPoint{14, 10, true, core::Rounding::floor, core::Overflow::wrap}}));
  // Where the floor would saturate it is no wrap, and stays as written.
  EXPECT_TRUE(std::holds_alternative<Subtract>(import_qonnx(cases / "wrap_that_saturates.onnx").output().operation));
}

TEST(QonnxImport, RecognisesProductsTruncatedOneByOne) {
  const Graph graph = import_qonnx(cases / "truncated_products.onnx");
  const auto* dense = std::get_if<Dense>(&graph.output().operation);
  ASSERT_NE(dense, nullptr);
  EXPECT_EQ(dense->inputs, 6u);
  EXPECT_EQ(dense->outputs, 4u);
  EXPECT_EQ(dense->product, (FixedPoint{7, 4, true, core::Rounding::floor, core::Overflow::saturate}));
  EXPECT_EQ(dense->bias.codes.size(), 4u);
}

TEST(QonnxImport, WhatHasNoExactFormIsRefusedByNameWithTheNearestForm) {
  int refused = 0;
  for (const auto& entry : fs::directory_iterator(cases / "refused")) {
    if (entry.path().extension() != ".onnx") continue;
    std::string words = test::read_file(fs::path(entry.path()).replace_extension(".txt"));
    words.pop_back();
    try {
      import_qonnx(entry.path());
      ADD_FAILURE() << entry.path() << " was accepted";
    } catch (const core::Error& e) {
      EXPECT_NE(std::string(e.what()).find(words), std::string::npos) << e.what() << "\nmisses: " << words;
      EXPECT_EQ(e.file_name(), entry.path().native());
    }
    ++refused;
  }
  EXPECT_GE(refused, 10);
}

TEST(QonnxImport, BrokenBytesAreErrorsNeverCrashes) {
  const std::string whole = test::read_file(cases / "layers.onnx");
  const auto import = [](const std::string& bytes) {
    try {
      import_qonnx(std::as_bytes(std::span(bytes)));
    } catch (const core::Error& e) {
      EXPECT_NE(e.code(), core::ErrorCode::internal) << e.what();
    }
  };
  for (std::size_t n = 0; n < whole.size(); n += 3) import(whole.substr(0, n));
  for (std::size_t n = 0; n < whole.size(); ++n) {
    std::string flipped = whole;
    flipped[n] = static_cast<char>(flipped[n] ^ (1 << (n % 8)));
    import(flipped);
  }
}

TEST(QonnxImport, RunsTheNetworkOfTheDetector) {
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5.onnx");
  const fs::path models = test::shared_root() / "models";
  const Graph graph = import_qonnx(models / "axol1tl_v5.onnx");
  EXPECT_EQ(count_of<Dense>(graph), 8u);
  EXPECT_EQ(count_of<Dot>(graph), 1u);
  std::size_t weights = 0, used = 0;
  for (const Node& node : graph.nodes()) {
    if (const auto* dense = std::get_if<Dense>(&node.operation)) {
      weights += dense->weights.codes.size();
      used += dense->weights.codes.size() - static_cast<std::size_t>(std::ranges::count(dense->weights.codes, 0));
    }
  }
  EXPECT_EQ(weights, 2279u);
  EXPECT_EQ(used, 1630u);
  const auto x = test::read_rows(models / "axol1tl_v5_vectors.npz", "inputs");
  const auto y = test::read_rows(models / "axol1tl_v5_vectors.npz", "score16");
  ASSERT_EQ(x.rows, 5000u);
  Runner run(graph);
  for (std::size_t i = 0; i < x.rows; ++i) ASSERT_EQ(run(x.row(i))[0] * 16, y.values[i]) << "event " << i;
}

}  // namespace
}  // namespace trigloop::model
