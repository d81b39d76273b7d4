// Scoring events from C++: a network, an engine, a tile. A network from a file comes by model::import_qonnx.
#include <iostream>

#include "model/graph.hpp"
#include "score/engine.hpp"

int main() {
  using namespace trigloop;
  using core::Overflow, core::Rounding;

  // score = round(relu(x0 - 0.5 x1)) in u<8,6>: 6 integer bits, 2 fractional ones.
  model::Graph graph;
  const auto x = graph.add("x", model::Input{{16, 16, true, Rounding::floor, Overflow::saturate}, 2}, {});
  const auto sum = graph.add("sum", model::Dense{2, 1, {{2, -1}, 1}, {}, {}, {}}, {x});
  const auto relu = graph.add("relu", model::Relu{}, {sum});
  graph.add("score", model::Quantise{{{8, 6, false, Rounding::half_even, Overflow::saturate}}}, {relu});

  const auto engine = score::make_engine(graph);  // immutable, for all threads
  const auto stream = engine->stream();           // one a thread
  // Three events, feature-major: x0 of all, then x1 of all.
  const std::int16_t tile[] = {3, 1, 500, /**/ 1, 9, 0};
  std::int32_t codes[3] = {};
  stream->run({.data = tile, .stride = 3, .lanes = 3}, codes);

  for (const std::int32_t code : codes) std::cout << code << " x 2^-" << engine->fraction() << '\n';
  const std::int32_t expected[] = {10, 0, 255};  // 2.5, 0, and the largest that the type holds
  return std::equal(codes, codes + 3, expected) ? 0 : 1;
}
