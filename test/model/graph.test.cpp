#include "model/graph.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "core/error.hpp"

namespace trigloop::model {
namespace {

using core::ErrorCode;
using core::Overflow;
using core::Rounding;

constexpr FixedPoint int4{4, 4, true, Rounding::floor, Overflow::saturate};

Graph with_input(std::size_t features, FixedPoint type = int4) {
  Graph graph;
  graph.add("x", Input{type, features}, {});
  return graph;
}

ErrorCode code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const core::Error& e) {
    return e.code();
  }
  return ErrorCode::internal;
}

TEST(Graph, DenseRangesAreTheTightestIntervals) {
  Graph graph = with_input(2);
  // y = 0.5 x0 - 0.25 x1 + 1 with x in [-8, 7]
  graph.add("d", Dense{2, 1, {{2, -1}, 2}, {{1}, 0}, {}, {}}, {0});
  const Tensor& y = graph.output().output;
  EXPECT_EQ(y.fraction, 2);
  EXPECT_EQ(y.ranges[0], (Range{2 * -8 - 7 + 4, 2 * 7 + 8 + 4}));
  EXPECT_EQ(y.bits(), 6);
  EXPECT_EQ(graph.output().working_bits, 6);
}

TEST(Graph, ASumOfSquaresIsNeverNegative) {
  Graph graph = with_input(3);
  graph.add("s", Dot{}, {0, 0});
  EXPECT_EQ(graph.output().output.ranges[0], (Range{0, 3 * 64}));
  graph.add("m", Multiply{}, {0, 0});
  EXPECT_EQ(graph.output().output.ranges[0], (Range{0, 64}));
}

TEST(Graph, AWrapThatCannotHappenKeepsTheRange) {
  Graph graph = with_input(1);
  graph.add("q", Quantise{{{5, 5, true, Rounding::floor, Overflow::wrap}}}, {0});
  EXPECT_EQ(graph.output().output.ranges[0], (Range{-8, 7}));
  graph.add("w", Quantise{{{3, 3, true, Rounding::floor, Overflow::wrap}}}, {0});
  EXPECT_EQ(graph.output().output.ranges[0], (Range{-4, 3}));
  graph.add("u", Quantise{{{5, 5, false, Rounding::floor, Overflow::wrap}}}, {0});
  EXPECT_EQ(graph.output().output.ranges[0], (Range{0, 31}));
}

TEST(Graph, TypesOfSeveralFractionsMeetAtTheFinest) {
  Graph graph = with_input(2);
  graph.add(
      "q",
      Quantise{{{3, 3, true, Rounding::floor, Overflow::saturate}, {6, 3, true, Rounding::floor, Overflow::saturate}}},
      {0});
  EXPECT_EQ(graph.output().output.fraction, 3);
  EXPECT_EQ(graph.output().output.ranges[0], (Range{-32, 24}));
  EXPECT_EQ(graph.output().output.ranges[1], (Range{-32, 31}));
}

TEST(Graph, AGatherJoinsInputsOfDifferentFractions) {
  Graph graph = with_input(2);
  graph.add("half", MulConstant{{{1}, 1}}, {0});
  graph.add("g", Gather{{3, 0}}, {0, 1});
  EXPECT_EQ(graph.output().output.fraction, 1);
  EXPECT_EQ(graph.output().output.ranges[0], (Range{-8, 7}));
  EXPECT_EQ(graph.output().output.ranges[1], (Range{-16, 14}));
}

TEST(Graph, NamesBecomeUnique) {
  Graph graph = with_input(1);
  graph.add("x", Relu{}, {0});
  graph.add("", Relu{}, {0});
  EXPECT_EQ(graph[1].name, "x_2");
  EXPECT_EQ(graph[2].name, "relu");
}

TEST(Graph, RefusesWhatDoesNotFit) {
  Graph graph = with_input(2);
  EXPECT_EQ(code_of([&] { graph.add("d", Dense{3, 1, {{1, 1, 1}, 0}, {}, {}, {}}, {0}); }), ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { graph.add("d", Dense{2, 1, {{1}, 0}, {}, {}, {}}, {0}); }), ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { graph.add("a", Add{}, {0}); }), ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { graph.add("a", Relu{}, {1}); }), ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { graph.add("a", Input{int4, 1}, {}); }), ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { graph.add("g", Gather{{2}}, {0}); }), ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { graph.add("s", Sum{3}, {0}); }), ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { graph.add("q", Quantise{{FixedPoint{65, 1}}}, {0}); }), ErrorCode::mismatch);
  EXPECT_EQ(graph.nodes().size(), 1u);
}

TEST(Graph, RefusesValuesBeyondItsBitsAndNamesTheNode) {
  Graph graph = with_input(1);
  NodeIndex last = 0;
  try {
    for (int k = 0; k < 10; ++k) last = graph.add("square", Multiply{}, {last, last});
    FAIL() << "2^1024 was accepted";
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::limit);
    EXPECT_NE(std::string(e.what()).find("square_6"), std::string::npos) << e.what();
  }
  EXPECT_EQ(code_of([&] { graph.add("far", AddConstant{{{1}, 2000}}, {0}); }), ErrorCode::limit);
}

TEST(Graph, NothingFollowsAFloatScore) {
  Graph graph = with_input(1);
  graph.add("m", MixtureDistance{1, 1, {0}, {1}, {1}}, {0});
  EXPECT_FALSE(graph.output().output.exact);
  EXPECT_EQ(code_of([&] { graph.add("r", Relu{}, {1}); }), ErrorCode::mismatch);
}

}  // namespace
}  // namespace trigloop::model
