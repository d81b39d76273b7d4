#pragma once
// A small network of the kind that is deployed: two layers, and the squared distance from a target.
#include "core/random.hpp"
#include "model/graph.hpp"

namespace trigloop::test {

inline model::Graph small_network(int score_width = 12) {
  using core::FixedPoint;
  constexpr auto even = core::Rounding::half_even;
  constexpr auto saturate = core::Overflow::saturate;
  model::Graph graph;
  core::Philox random(9, 9);
  const auto dense = [&](std::size_t inputs, std::size_t outputs) {
    model::Dense op;
    op.inputs = inputs;
    op.outputs = outputs;
    op.weights.fraction = 3;
    for (std::size_t k = 0; k < inputs * outputs; ++k) op.weights.codes.push_back(static_cast<int>(random() % 16) - 8);
    op.bias = {std::vector<std::int64_t>(outputs, 5), 2};
    return op;
  };
  const auto x = graph.add("x", model::Input{{10, 6, true, even, saturate}, 6}, {});
  const auto hidden = graph.add("hidden", dense(6, 5), {x});
  const auto relu = graph.add("relu", model::Relu{}, {hidden});
  const auto latent = graph.add("latent", model::Quantise{{FixedPoint{8, 5, false, even, saturate}}}, {relu});
  const auto decoded = graph.add("decoded", dense(5, 5), {latent});
  const auto difference = graph.add("difference", model::Subtract{}, {decoded, latent});
  const auto distance = graph.add("distance", model::Dot{}, {difference, difference});
  graph.add("score", model::Quantise{{FixedPoint{score_width, 9, false, even, saturate}}}, {distance});
  return graph;
}

}  // namespace trigloop::test
