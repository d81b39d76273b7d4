#pragma once
// Random quantised networks: any widths, roundings, overflows, sparsity, truncated products, accumulators that wrap.
// Types are drawn around the ranges that reach them, so that most values are neither zero nor saturated.
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "model/graph.hpp"

namespace trigloop::test {

class RandomGraph {
 public:
  /// Widths of types are at most `max_width`, sizes of layers at most `max_features`; what has more than `max_bits` is
  /// quantised before anything else happens to it.
  explicit RandomGraph(std::uint64_t seed, int max_width = 24, int max_features = 24, int max_bits = 30)
      : random_(seed, 77), max_width_(max_width), max_features_(max_features), max_bits_(max_bits) {}

  model::Graph make() {
    graph_ = {};
    const int width = 2 + below(std::min(max_width_, 18) - 1);
    graph_.add(
        "x",
        model::Input{{width, width - below(6), below(4) != 0, core::Rounding::half_even, core::Overflow::saturate},
                     1 + static_cast<std::size_t>(below(max_features_))},
        {});
    const int nodes = 3 + below(10);
    for (int k = 0; k < nodes; ++k) grow();
    return std::move(graph_);
  }

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

 private:
  const model::Tensor& tensor(model::NodeIndex n) const { return graph_[n].output; }

  void grow() {
    // Mostly the newest node, so that graphs are deep.
    const std::size_t count = graph_.nodes().size();
    const model::NodeIndex x =
        below(3) != 0 ? count - 1 : static_cast<model::NodeIndex>(below(static_cast<int>(count)));
    if (tensor(x).bits() > max_bits_) {
      quantise(x);
      return;
    }
    switch (below(12)) {
      case 0:
      case 1:
        return quantise(x);
      case 2:
      case 3:
      case 4:
        return dense(x);
      case 5:
        return add("", model::AddConstant{constants(one_or_all(x), 8)}, {x});
      case 6:
        return add("", model::MulConstant{constants(one_or_all(x), 6)}, {x});
      case 7:
        return add("", model::Relu{}, {x});
      case 8:
        return gather(x);
      case 9:
        return binary(x);
      case 10:
        return sum(x);
      default:
        return dot(x);
    }
  }

  template <class Operation>
  void add(const char* name, Operation op, std::vector<model::NodeIndex> inputs) {
    try {
      graph_.add(name, std::move(op), std::move(inputs));
    } catch (const core::Error& e) {
      if (e.code() != core::ErrorCode::limit) throw;  // fractions far apart may need more than 100 bits: left out
    }
  }

  std::size_t one_or_all(model::NodeIndex x) { return below(2) == 0 ? 1 : tensor(x).features(); }

  model::Constants constants(std::size_t count, int bits) {
    model::Constants c;
    c.fraction = below(6);
    const int zeros = below(10);  // of ten
    for (std::size_t i = 0; i < count; ++i)
      c.codes.push_back(below(10) < zeros ? 0 : below(1 << bits) - (1 << (bits - 1)));
    return c;
  }

  /// A type near the codes of `bits` bits and `fraction`.
  core::FixedPoint near(int bits, int fraction) {
    const int kept_fraction = fraction - below(4) + (below(6) == 0 ? 2 : 0);
    const int integer = bits - fraction - below(3);
    const int width = std::clamp(integer + kept_fraction, 1, max_width_);
    return {width, integer, below(3) != 0, static_cast<core::Rounding>(below(9)),
            static_cast<core::Overflow>(below(3))};
  }

  void quantise(model::NodeIndex x) {
    model::Quantise op;
    const std::size_t count = one_or_all(x);
    for (std::size_t i = 0; i < count; ++i) {
      op.types.push_back(near(count == 1 ? tensor(x).bits() : model::bits_of(tensor(x).ranges[i]), tensor(x).fraction));
    }
    add("", std::move(op), {x});
  }

  void dense(model::NodeIndex x) {
    model::Dense op;
    op.inputs = tensor(x).features();
    op.outputs = 1 + static_cast<std::size_t>(below(max_features_));
    op.weights = constants(op.inputs * op.outputs, 1 + below(8));
    if (below(3) != 0) op.bias = constants(op.outputs, 6);
    truncate(op.product, op.accumulator, tensor(x).bits() + 3, tensor(x).fraction + op.weights.fraction);
    add("", std::move(op), {x});
  }

  void truncate(std::optional<core::FixedPoint>& product, std::optional<core::FixedPoint>& accumulator, int bits,
                int fraction) {
    if (below(3) == 0) product = near(bits, fraction);
    if (below(3) == 0) accumulator = near(bits + 2, fraction);
  }

  void gather(model::NodeIndex x) {
    const auto other = static_cast<model::NodeIndex>(below(static_cast<int>(graph_.nodes().size())));
    const bool two = below(2) == 0;
    const int from = static_cast<int>(tensor(x).features() + (two ? tensor(other).features() : 0));
    model::Gather op;
    const int count = 1 + below(max_features_);
    for (int i = 0; i < count; ++i) op.index.push_back(static_cast<std::uint32_t>(below(from)));
    add("", std::move(op), two ? std::vector{x, other} : std::vector{x});
  }

  /// Another node of the same size, or x itself.
  model::NodeIndex partner(model::NodeIndex x) {
    std::vector<model::NodeIndex> fit;
    for (model::NodeIndex n = 0; n < graph_.nodes().size(); ++n) {
      if (tensor(n).features() == tensor(x).features() && tensor(n).bits() <= max_bits_) fit.push_back(n);
    }
    return fit[static_cast<std::size_t>(below(static_cast<int>(fit.size())))];
  }

  void binary(model::NodeIndex x) {
    const model::NodeIndex other = partner(x);
    switch (below(3)) {
      case 0:
        return add("", model::Add{}, {x, other});
      case 1:
        return add("", model::Subtract{}, {x, other});
      default:
        return add("", model::Multiply{}, {x, other});
    }
  }

  void sum(model::NodeIndex x) {
    std::size_t group = 1 + static_cast<std::size_t>(below(4));
    while (tensor(x).features() % group != 0) --group;
    add("", model::Sum{group}, {x});
  }

  void dot(model::NodeIndex x) {
    model::Dot op;
    const model::NodeIndex other = partner(x);
    truncate(op.product, op.accumulator, tensor(x).bits() + tensor(other).bits() - 2,
             tensor(x).fraction + tensor(other).fraction);
    add("", std::move(op), {x, other});
  }

  core::Philox random_;
  int max_width_, max_features_, max_bits_;
  model::Graph graph_;
};

/// Codes of the graph's input; one in eight at the edge of its type.
inline std::vector<std::int64_t> random_event(const model::Graph& graph, core::Philox& random) {
  std::vector<std::int64_t> event;
  for (const model::Range& range : graph.input().output.ranges) {
    const auto lo = static_cast<std::int64_t>(range.lo), hi = static_cast<std::int64_t>(range.hi);
    const std::uint32_t kind = random() % 16;
    const std::uint64_t span = static_cast<std::uint64_t>(hi - lo) + 1;
    const std::uint64_t draw = (std::uint64_t{random()} << 32 | random()) % span;
    event.push_back(kind == 0 ? lo : kind == 1 ? hi : lo + static_cast<std::int64_t>(draw));
  }
  return event;
}

}  // namespace trigloop::test
