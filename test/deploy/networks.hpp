#pragma once
// Networks for products: of the deployed shape, and others that reach what it does not.
#include "core/random.hpp"
#include "test/score/axol1tl_like.hpp"

namespace trigloop::test {

using core::FixedPoint, core::Overflow, core::Rounding;

inline model::Constants constants(core::Philox& random, std::size_t count, int bits, int fraction) {
  model::Constants result{{}, fraction};
  for (std::size_t i = 0; i < count; ++i)
    result.codes.push_back(static_cast<std::int64_t>(random() % (2u << bits)) - (1 << bits));
  return result;
}

/// Small, fast in the vector engine, with gains that are no powers of two.
inline model::Graph odd_gains() {
  core::Philox random(3, 41);
  model::Graph graph;
  auto x = graph.add("hw", model::Input{{16, 16, true, Rounding::half_even, Overflow::saturate}, 7}, {});
  x = graph.add("scaled", model::MulConstant{constants(random, 7, 9, 14)}, {x});
  x = graph.add("in", model::Quantise{{{12, 5, true, Rounding::half_even, Overflow::saturate}}}, {x});
  x = graph.add("dense", model::Dense{7, 5, constants(random, 35, 4, 3), constants(random, 5, 5, 4), {}, {}}, {x});
  x = graph.add("out", model::Quantise{{{14, 7, true, Rounding::half_even, Overflow::saturate}}}, {x});
  x = graph.add("squares", model::Dot{}, {x, x});
  graph.add("score", model::Quantise{{{18, 14, true, Rounding::half_even, Overflow::saturate}}}, {x});
  return graph;
}

/// Takes normalised numbers: codes of <14,6>.
inline model::Graph scaled_input() {
  core::Philox random(4, 41);
  model::Graph graph;
  auto x = graph.add("in", model::Input{{14, 6, true, Rounding::half_even, Overflow::saturate}, 6}, {});
  x = graph.add("dense", model::Dense{6, 4, constants(random, 24, 4, 3), {}, {}, {}}, {x});
  x = graph.add("relu", model::Relu{}, {x});
  x = graph.add("q", model::Quantise{{{10, 6, false, Rounding::half_even, Overflow::saturate}}}, {x});
  x = graph.add("squares", model::Dot{}, {x, x});
  graph.add("score", model::Quantise{{{18, 14, true, Rounding::half_even, Overflow::saturate}}}, {x});
  return graph;
}

/// All operations, roundings that ap_fixed has, overflows, types by feature, truncated products and running sums; three
/// outputs.
inline model::Graph every_operation(std::uint64_t seed) {
  core::Philox random(seed, 43);
  const Rounding roundings[] = {Rounding::floor,     Rounding::toward_zero, Rounding::half_even,   Rounding::half_up,
                                Rounding::half_down, Rounding::half_away,   Rounding::half_to_zero};
  const Overflow overflows[] = {Overflow::saturate, Overflow::wrap, Overflow::symmetric};
  const auto type = [&](int width, int integer) {
    return FixedPoint{width, integer, true, roundings[random() % 7], overflows[random() % 3]};
  };
  model::Graph graph;
  auto x = graph.add("my input", model::Input{{12, 12, true, Rounding::floor, Overflow::wrap}, 6}, {});
  auto y = graph.add("", model::AddConstant{constants(random, 6, 6, 1)}, {x});
  y = graph.add("2nd", model::MulConstant{constants(random, 6, 4, 3)}, {y});
  std::vector<FixedPoint> types;
  for (int k = 0; k < 6; ++k) types.push_back(type(9 + k % 3, 8));
  y = graph.add("by feature", model::Quantise{types}, {y});
  auto z = graph.add("dense",
                     model::Dense{6, 6, constants(random, 36, 3, 2), constants(random, 6, 4, 1), type(12, 9),
                                  FixedPoint{14, 10, true, Rounding::floor, Overflow::wrap}},
                     {y});
  z = graph.add("", model::Relu{}, {z});
  z = graph.add("gathered", model::Gather{{0, 3, 5, 7, 9, 11}}, {z, y});
  z = graph.add("sum", model::Add{}, {z, y});
  auto w = graph.add("difference", model::Subtract{}, {z, y});
  w = graph.add("w", model::Quantise{{type(8, 7)}}, {w});
  z = graph.add("z", model::Quantise{{type(10, 9)}}, {z});
  auto p = graph.add("products", model::Multiply{}, {w, z});
  p = graph.add("pairs", model::Sum{2}, {p});
  const auto d = graph.add("dot", model::Dot{FixedPoint{14, 12, true, Rounding::floor, Overflow::wrap}, {}}, {w, z});
  const auto all = graph.add("all", model::Gather{{0, 3, 1}}, {p, d});
  graph.add("score", model::Quantise{{type(20, 18)}}, {all});
  return graph;
}

}  // namespace trigloop::test
