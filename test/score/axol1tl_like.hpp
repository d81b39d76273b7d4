#pragma once
// A network of the deployed one's shape and types (57-29-10 encoder, 9-6-4-6-9-10 autoencoder, score = sum of squared
// differences), with random weights of the same sparsity, written as its exporter writes it: the input's wrap-around as
// x - quantise_floor(x + half).
#include <algorithm>

#include "core/random.hpp"
#include "model/graph.hpp"

namespace trigloop::test {

class Axol1tlLike {
 public:
  explicit Axol1tlLike(std::uint64_t seed = 1) : random_(seed, 5) {}

  model::Graph make() {
    using core::Overflow;
    using core::Rounding;
    const auto in = graph_.add("hw", model::Input{{16, 16, true, Rounding::floor, Overflow::wrap}, 57}, {});
    auto x = quantise(in, {13, 13, true, Rounding::half_even, Overflow::saturate});
    x = wrap(graph_.add("", model::AddConstant{offsets()}, {x}));
    x = wrap(graph_.add("", model::MulConstant{gains()}, {x}));
    x = quantise(x, {18, 13, true, Rounding::floor, Overflow::saturate});
    x = quantise(x, {14, 6, true, Rounding::half_even, Overflow::saturate});
    x = activation(dense(x, 57, 29, 4, 0.67));
    const auto z = activation(dense(x, 29, 10, 4, 0.81));
    auto y = activation(dense(z, 10, 9, 5, 0.86));
    y = activation(dense(y, 9, 6, 5, 0.96));
    y = dense(y, 6, 4, 5, 0.85);
    y = activation(dense(y, 4, 6, 4, 0.92));
    y = activation(dense(y, 6, 9, 5, 0.85));
    y = dense(y, 9, 10, 5, 0.8);
    const auto d = graph_.add("", model::Subtract{}, {y, z});
    const auto s = graph_.add("", model::Dot{}, {d, d});
    quantise(s, {18, 14, true, Rounding::half_even, Overflow::saturate});
    return graph_;
  }

 private:
  using Node = model::NodeIndex;
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  Node quantise(Node x, core::FixedPoint type) { return graph_.add("", model::Quantise{{type}}, {x}); }
  Node activation(Node x) {
    x = graph_.add("", model::Relu{}, {x});
    return quantise(x, {10, 6, false, core::Rounding::half_even, core::Overflow::saturate});
  }

  /// Into 13 integer bits, as hardware wraps.
  Node wrap(Node x) {
    const auto shifted = graph_.add("", model::AddConstant{{{4096}, 0}}, {x});
    const auto turns = quantise(shifted, {2, 15, true, core::Rounding::floor, core::Overflow::saturate});
    return graph_.add("", model::Subtract{}, {x, turns});
  }

  model::Constants offsets() {
    model::Constants c;
    for (int k = 0; k < 57; ++k)
      c.codes.push_back(-(k % 3 == 0 ? below(30) : k % 3 == 1 ? -below(3) : 72 + below(220)));
    return c;
  }
  model::Constants gains() {
    model::Constants c{{}, 8};
    for (int k = 0; k < 57; ++k) c.codes.push_back(k % 3 == 0 ? 16 << below(6) : 1 << below(4));
    return c;
  }

  Node dense(Node x, std::size_t inputs, std::size_t outputs, int bits, double density) {
    model::Dense op;
    op.inputs = inputs;
    op.outputs = outputs;
    op.weights.fraction = op.bias.fraction = 3;
    for (std::size_t i = 0; i < inputs * outputs; ++i)
      op.weights.codes.push_back(random_.uniform() < density ? weight(bits) : 0);
    for (std::size_t o = 0; o < outputs; ++o) op.bias.codes.push_back(below(8) - 3);
    return graph_.add("", std::move(op), {x});
  }
  std::int64_t weight(int bits) {
    const int w = below((1 << bits) - 1) - (1 << (bits - 1)) + 1;
    return w == 0 ? 1 : w / 2 == 0 ? w : w / 2;
  }

  core::Philox random_;
  model::Graph graph_;
};

/// Feature-major events: mostly realistic sizes, some anywhere in 16 bits.
inline std::vector<std::int16_t> hardware_events(std::size_t events, std::uint64_t seed = 3) {
  core::Philox random(seed, 9);
  std::vector<std::int16_t> data(57 * events);
  for (std::size_t k = 0; k < 57; ++k) {
    for (std::size_t e = 0; e < events; ++e) {
      const auto draw = static_cast<int>(random() >> 16);
      const int largest = k % 3 == 0 ? 256 : k % 3 == 1 ? 200 : 576;
      const int typical = k % 3 == 1 ? draw % largest - largest / 2 : draw % largest;
      data[k * events + e] = static_cast<std::int16_t>(random() % 64 == 0 ? draw - 32768 : typical);
    }
  }
  return data;
}

}  // namespace trigloop::test
