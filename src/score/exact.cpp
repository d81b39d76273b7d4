#include "score/exact.hpp"

#include <algorithm>
#include <cassert>
#include <span>

#include "core/quantiser.hpp"

namespace trigloop::score {
namespace {

using core::Quantiser;
using model::Code;
using model::Graph;
using model::NodeIndex;

constexpr std::size_t lanes = Exact::lanes;

/// A node's codes in the arena: feature k at row(k).
template <class Int>
struct Planes {
  Int* data;
  int fraction;
  std::size_t features;
  Int* row(std::size_t k) const { return data + k * lanes; }
};

template <class Int>
Int power_of_two(int exponent) {
  assert(exponent >= 0);
  return static_cast<Int>(Int{1} << std::min<int>(exponent, 8 * sizeof(Int) - 2));
}

/// A constant at `shift` more fractional bits; where that leaves Int, range analysis has shown that only 0 occurs.
template <class Int>
Int scaled(std::int64_t code, int shift) {
  return code == 0 ? Int{0} : static_cast<Int>(static_cast<Int>(code) * power_of_two<Int>(shift));
}

std::int64_t element(const model::Constants& constants, std::size_t k) {
  return constants.codes[constants.codes.size() == 1 ? 0 : k];
}

/// A running sum as the hardware keeps it: terms quantised to `product`, the sum to `accumulator`, where there are
/// such.
template <class Int>
class Accumulator {
 public:
  Accumulator(const std::optional<core::FixedPoint>& product, const std::optional<core::FixedPoint>& accumulator,
              int term_fraction, std::optional<int> bias_fraction, int out_fraction, std::size_t count)
      : count_(count) {
    const int term = product ? product->fraction() : term_fraction;
    int sum = std::max(term, bias_fraction.value_or(term));
    if (accumulator) sum = std::max(sum, accumulator->fraction());
    if (product) product_.emplace(term_fraction, *product);
    if (accumulator) accumulator_.emplace(sum, *accumulator);
    term_scale_ = power_of_two<Int>(sum - term);
    sum_scale_ = power_of_two<Int>(sum - out_fraction);
    bias_shift_ = sum - bias_fraction.value_or(sum);
  }

  void start(Int* y, std::int64_t bias) const {
    Int first = scaled<Int>(bias, bias_shift_);
    if (accumulator_) first = (*accumulator_)(first);
    std::fill_n(y, count_, first);
  }

  /// y += term(e) for each event e.
  template <class Term>
  void add(Int* __restrict y, const Term& term) const {
    if (!product_ && !accumulator_) {
      for (std::size_t e = 0; e < count_; ++e) y[e] += term(e) * term_scale_;
      return;
    }
    for (std::size_t e = 0; e < count_; ++e) {
      const Int t = product_ ? (*product_)(term(e)) : term(e);
      const Int sum = y[e] * sum_scale_ + t * term_scale_;
      y[e] = accumulator_ ? (*accumulator_)(sum) : sum;
    }
  }

 private:
  std::size_t count_;
  std::optional<Quantiser<Int>> product_, accumulator_;
  Int term_scale_ = 1, sum_scale_ = 1;
  int bias_shift_ = 0;
};

template <class Int>
class Evaluator {
 public:
  Evaluator(std::vector<Planes<Int>> inputs, Planes<Int> output, std::size_t count)
      : in_(std::move(inputs)), out_(output), count_(count) {}

  void operator()(const model::Input&) { assert(false); }

  void operator()(const model::Quantise& op) {
    for (std::size_t k = 0; k < out_.features; ++k) {
      const core::FixedPoint& type = op.types[op.types.size() == 1 ? 0 : k];
      const Quantiser<Int> quantiser(in_[0].fraction, type);
      const Int scale = power_of_two<Int>(out_.fraction - type.fraction());
      quantiser(in_[0].row(k), out_.row(k), count_);
      if (scale != 1) each(k, [&, y = out_.row(k)](std::size_t e) { return y[e] * scale; });
    }
  }

  void operator()(const model::Dense& op) {
    const bool has_bias = !op.bias.codes.empty();
    const Accumulator<Int> sum(op.product, op.accumulator, op.weights.fraction + in_[0].fraction,
                               has_bias ? std::optional<int>(op.bias.fraction) : std::nullopt, out_.fraction, count_);
    for (std::size_t o = 0; o < op.outputs; ++o) {
      sum.start(out_.row(o), has_bias ? op.bias.codes[o] : 0);
      for (std::size_t i = 0; i < op.inputs; ++i) {
        const Int w = static_cast<Int>(op.weights.codes[o * op.inputs + i]);
        if (w != 0) sum.add(out_.row(o), [x = in_[0].row(i), w](std::size_t e) { return x[e] * w; });
      }
    }
  }

  void operator()(const model::AddConstant& op) {
    const Int scale = power_of_two<Int>(out_.fraction - in_[0].fraction);
    for (std::size_t k = 0; k < out_.features; ++k) {
      const Int c = scaled<Int>(element(op.constant, k), out_.fraction - op.constant.fraction);
      each(k, [&, x = in_[0].row(k)](std::size_t e) { return x[e] * scale + c; });
    }
  }

  void operator()(const model::MulConstant& op) {
    for (std::size_t k = 0; k < out_.features; ++k) {
      const Int c = static_cast<Int>(element(op.constant, k));
      each(k, [&, x = in_[0].row(k)](std::size_t e) { return x[e] * c; });
    }
  }

  void operator()(const model::Add&) {
    aligned_pairs([](Int a, Int b) { return a + b; });
  }
  void operator()(const model::Subtract&) {
    aligned_pairs([](Int a, Int b) { return a - b; });
  }

  void operator()(const model::Multiply&) {
    for (std::size_t k = 0; k < out_.features; ++k)
      each(k, [a = in_[0].row(k), b = in_[1].row(k)](std::size_t e) { return a[e] * b[e]; });
  }

  void operator()(const model::Relu&) {
    for (std::size_t k = 0; k < out_.features; ++k)
      each(k, [x = in_[0].row(k)](std::size_t e) { return std::max(x[e], Int{0}); });
  }

  void operator()(const model::Gather& op) {
    for (std::size_t k = 0; k < out_.features; ++k) {
      std::size_t i = op.index[k];
      auto part = in_.begin();
      for (; i >= part->features; ++part) i -= part->features;
      const Int scale = power_of_two<Int>(out_.fraction - part->fraction);
      each(k, [&, x = part->row(i)](std::size_t e) { return x[e] * scale; });
    }
  }

  void operator()(const model::Sum& op) {
    for (std::size_t k = 0; k < out_.features; ++k) {
      std::fill_n(out_.row(k), count_, Int{0});
      for (std::size_t i = 0; i < op.group; ++i)
        each(k, [&, x = in_[0].row(k * op.group + i), y = out_.row(k)](std::size_t e) { return y[e] + x[e]; });
    }
  }

  void operator()(const model::Dot& op) {
    const Accumulator<Int> sum(op.product, op.accumulator, in_[0].fraction + in_[1].fraction, std::nullopt,
                               out_.fraction, count_);
    sum.start(out_.row(0), 0);
    for (std::size_t i = 0; i < in_[0].features; ++i)
      sum.add(out_.row(0), [a = in_[0].row(i), b = in_[1].row(i)](std::size_t e) { return a[e] * b[e]; });
  }

  void operator()(const model::MixtureDistance&) { assert(false); }

 private:
  template <class Function>
  void each(std::size_t k, const Function& function) {
    Int* y = out_.row(k);
    for (std::size_t e = 0; e < count_; ++e) y[e] = static_cast<Int>(function(e));
  }

  template <class Function>
  void aligned_pairs(const Function& function) {
    const Int scale_a = power_of_two<Int>(out_.fraction - in_[0].fraction);
    const Int scale_b = power_of_two<Int>(out_.fraction - in_[1].fraction);
    for (std::size_t k = 0; k < out_.features; ++k)
      each(k, [&, a = in_[0].row(k), b = in_[1].row(k)](std::size_t e) {
        return function(static_cast<Int>(a[e] * scale_a), static_cast<Int>(b[e] * scale_b));
      });
  }

  std::vector<Planes<Int>> in_;
  Planes<Int> out_;
  std::size_t count_;
};

template <class Int>
void evaluate(const Graph& graph, NodeIndex node, const std::vector<std::size_t>& offsets, Int* arena,
              std::size_t count) {
  const auto planes = [&](NodeIndex n) {
    const model::Tensor& tensor = graph[n].output;
    return Planes<Int>{arena + offsets[n], tensor.fraction, tensor.features()};
  };
  std::vector<Planes<Int>> inputs;
  for (const NodeIndex i : graph[node].inputs) inputs.push_back(planes(i));
  std::visit(Evaluator<Int>(std::move(inputs), planes(node), count), graph[node].operation);
}

template <class Int>
void fill_input(const Graph& graph, const TileView& tile, Int* codes) {
  const Quantiser<Int> quantiser(0, std::get<model::Input>(graph.input().operation).type);
  for (std::size_t k = 0; k < graph.input().output.features(); ++k) {
    Int* row = codes + k * lanes;
    for (std::size_t e = 0; e < tile.lanes; ++e) row[e] = static_cast<Int>(tile.data[k * tile.stride + e]);
    quantiser(row, row, tile.lanes);
  }
}

}  // namespace

std::vector<NodeIndex> needed_nodes(const Graph& graph, NodeIndex node) {
  std::vector<bool> needed(graph.nodes().size());
  needed[node] = true;
  std::vector<NodeIndex> nodes;
  for (NodeIndex n = node + 1; n-- > 0;) {
    if (!needed[n]) continue;
    nodes.push_back(n);
    for (const NodeIndex i : graph[n].inputs) needed[i] = true;
  }
  std::ranges::reverse(nodes);
  return nodes;
}

Exact::Exact(const Graph& graph, std::vector<NodeIndex> nodes)
    : graph_(graph), nodes_(std::move(nodes)), offsets_(graph.nodes().size()) {
  constexpr int narrow_bits = 61;  // Quantiser wants three to spare
  for (const NodeIndex n : nodes_) {
    offsets_[n] = size_;
    size_ += graph[n].output.features() * lanes;
    is_wide_ = is_wide_ || graph[n].working_bits > narrow_bits;
    for (const NodeIndex i : graph[n].inputs) is_wide_ = is_wide_ || graph[i].working_bits > narrow_bits;
  }
}

Exact::Arena Exact::arena() const {
  Arena arena;
  if (is_wide_) {
    arena.wide_.resize(size_);
  } else {
    arena.narrow_.resize(size_);
  }
  return arena;
}

void Exact::load(const TileView& tile, Arena& arena) const {
  if (is_wide_) {
    fill_input(graph_, tile, arena.wide_.data() + offsets_[0]);
  } else {
    fill_input(graph_, tile, arena.narrow_.data() + offsets_[0]);
  }
}

void Exact::run(NodeIndex node, Arena& arena, std::size_t count) const {
  if (is_wide_) {
    evaluate(graph_, node, offsets_, arena.wide_.data(), count);
  } else {
    evaluate(graph_, node, offsets_, arena.narrow_.data(), count);
  }
}

void Exact::run(Arena& arena, std::size_t count) const {
  for (const NodeIndex n : nodes_)
    if (n != 0) run(n, arena, count);
}

}  // namespace trigloop::score
