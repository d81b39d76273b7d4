#include "score/reference.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "test/model/naive_run.hpp"
#include "test/model/random_graph.hpp"

namespace trigloop::score {
namespace {

struct Census {
  std::uint64_t values = 0, zero = 0, at_the_edge = 0;
  double live() const {
    return 1 - static_cast<double>(zero + at_the_edge) / static_cast<double>(std::max<std::uint64_t>(values, 1));
  }
};

/// Compares every value of every node with the naive evaluation, and with the range that the graph promises.
void compare(const model::Graph& graph, const Reference& engine, Reference::State& state,
             const std::vector<std::int64_t>& event, Census& census) {
  engine.run(event, state);
  const test::Values expected = test::naive_run(graph, event);
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const model::Tensor& tensor = graph[n].output;
    ASSERT_EQ(expected[n].size(), tensor.features());
    for (std::size_t i = 0; i < tensor.features(); ++i) {
      const model::Code code = engine.code(state, n, i);
      ASSERT_EQ(code, test::code_at(expected[n][i], tensor.fraction)) << graph[n].name << " feature " << i;
      ASSERT_LE(tensor.ranges[i].lo, code) << graph[n].name;
      ASSERT_GE(tensor.ranges[i].hi, code) << graph[n].name;
      ++census.values;
      census.zero += code == 0 ? 1 : 0;
      census.at_the_edge += code != 0 && (code == tensor.ranges[i].lo || code == tensor.ranges[i].hi) ? 1 : 0;
    }
  }
}

TEST(Reference, EveryIntermediateOfRandomGraphsEqualsRationalArithmetic) {
  Census census;
  int narrow = 0, graphs = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    // Every third graph is so wide that int64 does not do.
    const bool wide = seed % 3 == 2;
    const model::Graph graph = test::RandomGraph(seed, wide ? 40 : 24, 24, wide ? 40 : 30).make();
    const Reference engine(graph);
    Reference::State state = engine.make_state();
    core::Philox random(seed, 5);
    for (int k = 0; k < 8; ++k) {
      compare(graph, engine, state, test::random_event(graph, random), census);
      if (HasFatalFailure()) {
        FAIL() << "seed " << seed;
      }
    }
    narrow += engine.is_narrow() ? 1 : 0;
    ++graphs;
  }
  RecordProperty("values", std::to_string(census.values));
  std::cout << census.values << " values of " << graphs << " graphs, " << narrow << " of them in int64; "
            << 100 * census.live() << " % neither zero nor at the edge of their range\n";
  EXPECT_GT(census.values, 500'000u);
  EXPECT_GT(census.live(), 0.5);
  EXPECT_GT(narrow, graphs / 4);
  EXPECT_LT(narrow, graphs - 20) << "the 128-bit form was never tried";
}

TEST(Reference, AnEventOfTheMixtureIsAFloat) {
  model::Graph graph;
  graph.add("x", model::Input{{16, 16, true, core::Rounding::half_even, core::Overflow::saturate}, 2}, {});
  graph.add("m", model::MixtureDistance{2, 2, {0, 0, 1, 1}, {1, 0, 0, 1, 2, 0.5, 0.5, 1}, {0.5, 0.25}}, {0});
  const Reference engine(graph);
  Reference::State state = engine.make_state();
  engine.run(std::vector<std::int64_t>{3, 4}, state);
  EXPECT_DOUBLE_EQ(engine.score(state), std::sqrt(25.0) * std::pow(2 * 4 + 2 * 0.5 * 6 + 9, 0.25));
  EXPECT_EQ(engine.code(state, 1, 0), 0);
}

TEST(Reference, AnEmptyModelIsRefused) { EXPECT_THROW(Reference{model::Graph{}}, core::Error); }

}  // namespace
}  // namespace trigloop::score
