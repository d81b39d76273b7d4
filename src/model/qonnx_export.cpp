#include "model/qonnx_export.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/error.hpp"
#include "model/qonnx_writer.hpp"

namespace trigloop::model {
namespace {

using core::Overflow;
using core::Rounding;
using Strings = QonnxWriter::Strings;

[[noreturn]] void refuse(const std::string& what, const std::string& nearest) {
  throw core::Error(core::ErrorCode::unsupported, what + " has no form in QONNX").remedy(nearest);
}

const char* name_of(Rounding rounding) {
  switch (rounding) {
    case Rounding::ceil:
    case Rounding::half_down:
      return "CEIL";
    case Rounding::toward_zero:
      return "DOWN";
    case Rounding::away_from_zero:
      return "UP";
    case Rounding::half_even:
      return "ROUND";
    case Rounding::half_away:
      return "HALF_UP";
    case Rounding::half_to_zero:
      return "HALF_DOWN";
    default:
      return "FLOOR";
  }
}

/// Writes the nodes of a graph one after the other; `emit` returns the name of the tensor that a node yields.
class Exporter {
 public:
  Exporter(const Graph& graph, bool plain)
      : graph_(graph), out_(graph.name.empty() ? "model" : graph.name, plain || needs_double(graph), plain) {}

  std::string run() {
    for (const Node& node : graph_.nodes()) out_.reserve(node.name);
    for (const Node& node : graph_.nodes()) {
      out_.begin(node.name);
      try {
        names_.push_back(std::visit([&](const auto& op) { return emit(op, node); }, node.operation));
      } catch (core::Error& e) {
        e.in("node '" + node.name + "'");
        throw;
      }
    }
    out_.output(names_.back(), graph_.output().output.features());
    return out_.bytes();
  }

 private:
  static bool needs_double(const Graph& graph) {
    return std::ranges::any_of(graph.nodes(), [](const Node& node) { return node.working_bits > 24; });
  }

  std::string op_named(const char* kind, const Strings& inputs) { return out_.named(out_.op(kind, inputs)); }

  /// x, whose codes of `fraction` have `bits` bits, in `type`.
  std::string quantised(std::string x, int bits, int fraction, const FixedPoint& type) {
    const double half = std::ldexp(0.5, -type.fraction());
    const bool rounds = type.fraction() < fraction;
    if (rounds && type.rounding == Rounding::half_up) x = out_.op("Add", {x, out_.scalar(half)});
    if (rounds && type.rounding == Rounding::half_down) x = out_.op("Sub", {x, out_.scalar(half)});
    const char* rounding = name_of(type.rounding);
    const int exponent = -type.fraction();
    if (type.overflow == Overflow::wrap) {
      const int free = std::clamp(bits + std::max(0, type.fraction() - fraction) + 2, 2, 63);
      if (rounds) x = out_.quant(x, free, true, false, rounding, exponent);
      const std::string up = type.is_signed ? out_.op("Add", {x, out_.scalar(std::ldexp(1.0, type.integer - 1))}) : x;
      return out_.op("Sub", {x, out_.quant(up, free + 1, true, false, "FLOOR", type.integer)});
    }
    const bool narrow = type.is_signed && type.overflow == Overflow::symmetric;
    if (type.width > 1 || !type.is_signed) return out_.quant(x, type.width, type.is_signed, narrow, rounding, exponent);
    if (narrow) return out_.op("Mul", {x, out_.scalar(0)});
    // One signed bit, -1 or 0: QONNX' own is +1 or -1. It is the smaller half of two bits, as min(y, 0) = -relu(-y).
    return out_.op(
        "Neg",
        {out_.op("Relu", {out_.op("Neg", {out_.quant(out_.op("Max", {x, out_.scalar(-std::ldexp(1.0, exponent))}), 3,
                                                     true, false, rounding, exponent)})})});
  }

  // ---- nodes of the graph

  const std::string& in(const Node& node, std::size_t k = 0) const { return names_[node.inputs[k]]; }
  const Tensor& tensor(const Node& node, std::size_t k = 0) const { return graph_[node.inputs[k]].output; }

  std::string emit(const Input& op, const Node& node) {
    out_.input(node.name, op.features);
    std::string x = node.name;
    out_.begin(node.name + "_typed");
    if (!(op.type.width == 16 && op.type.integer == 16 && op.type.is_signed)) {
      const bool wide = out_.set_wide(false);
      x = quantised(x, 32, node.output.fraction, op.type);
      out_.set_wide(wide);
    }
    return out_.wide() ? out_.to_double(x) : x;
  }

  std::string emit(const Quantise& op, const Node& node) {
    const Tensor& x = tensor(node);
    if (op.types.size() == 1) return out_.named(quantised(in(node), x.bits(), x.fraction, op.types[0]));
    // Features of one type go through one Quant; then they find their places again.
    std::map<std::string, std::vector<std::int64_t>> groups;
    for (std::size_t i = 0; i < op.types.size(); ++i)
      groups[core::to_string(op.types[i])].push_back(static_cast<std::int64_t>(i));
    Strings parts;
    std::vector<std::int64_t> place(op.types.size());
    std::int64_t at = 0;
    for (const auto& [text, features] : groups) {
      for (const std::int64_t i : features) place[static_cast<std::size_t>(i)] = at++;
      const FixedPoint& type = op.types[static_cast<std::size_t>(features[0])];
      parts.push_back(quantised(out_.gathered(in(node), features), x.bits(), x.fraction, type));
    }
    return out_.named(picked(parts, op.types.size(), place));
  }

  /// Features of several tensors, `features` together, in the order of `index`.
  std::string picked(const Strings& parts, std::size_t features, const std::vector<std::int64_t>& index) {
    const std::string all = out_.joined(parts);
    bool as_they_are = parts.size() > 1 && index.size() == features;
    for (std::size_t k = 0; as_they_are && k < features; ++k) as_they_are = index[k] == static_cast<std::int64_t>(k);
    return as_they_are ? all : out_.gathered(all, index);
  }

  std::string emit(const Dense& op, const Node& node) {
    if (op.accumulator) return out_.named(running_sum(op, node));
    std::vector<double> weights(op.weights.codes.size());
    for (std::size_t k = 0; k < weights.size(); ++k)
      weights[k % op.inputs * op.outputs + k / op.inputs] = weight(op, k);
    const std::string w =
        out_.constant(weights, {static_cast<std::int64_t>(op.inputs), static_cast<std::int64_t>(op.outputs)});
    std::string y;
    if (op.product) {
      const std::string terms = out_.op("Mul", {out_.op("Unsqueeze", {in(node), out_.integers({2})}), w});
      y = out_.summed(product(terms, op, node), 1, 0);
    } else {
      y = out_.op("MatMul", {in(node), w});
    }
    return out_.named(op.bias.codes.empty() ? y : out_.op("Add", {y, out_.row(op.bias)}));
  }

  static double weight(const Dense& op, std::size_t k) {
    return std::ldexp(static_cast<double>(op.weights.codes[k]), -op.weights.fraction);
  }

  static int product_bits(const Tensor& x, const Dense& op) {
    int weight_bits = 1;
    for (const std::int64_t code : op.weights.codes) weight_bits = std::max(weight_bits, bits_of({code, code}));
    return x.bits() + weight_bits;
  }

  std::string product(const std::string& terms, const Dense& op, const Node& node) {
    const Tensor& x = tensor(node);
    return op.product ? quantised(terms, product_bits(x, op), x.fraction + op.weights.fraction, *op.product) : terms;
  }

  /// A matrix whose sums are truncated as they run: input by input, all outputs at once.
  std::string running_sum(const Dense& op, const Node& node) {
    Constants start{{}, op.accumulator->fraction()};
    for (std::size_t o = 0; o < op.outputs; ++o) {
      const Code bias = op.bias.codes.empty() ? 0 : op.bias.codes[o];
      start.codes.push_back(static_cast<std::int64_t>(core::quantise(bias, op.bias.fraction, *op.accumulator)));
    }
    std::string sum = out_.row(start);
    for (std::size_t i = 0; i < op.inputs; ++i) {
      std::vector<double> weights(op.outputs);
      for (std::size_t o = 0; o < op.outputs; ++o) weights[o] = weight(op, o * op.inputs + i);
      const bool adds_nothing = std::ranges::all_of(weights, [](double w) { return w == 0; });
      if (i > 0 && adds_nothing) continue;  // the first makes a row for each event of the constant
      const std::string w = out_.constant(weights, {static_cast<std::int64_t>(op.outputs)});
      const std::string x = out_.gathered(in(node), {static_cast<std::int64_t>(i)});
      const int fraction = tensor(node).fraction + op.weights.fraction;
      sum = step(sum, product(out_.op("Mul", {x, w}), op, node), product_bits(tensor(node), op), fraction, op);
    }
    return sum;
  }

  /// sum + term, of `bits` bits and `fraction` before it was quantised to a product, in the type of the accumulator.
  template <class Op>
  std::string step(const std::string& sum, const std::string& term, int bits, int fraction, const Op& op) {
    if (op.product) {
      bits = op.product->width;
      fraction = op.product->fraction();
    }
    const FixedPoint& type = *op.accumulator;
    const int finest = std::max(fraction, type.fraction());
    const int most = std::max(bits + finest - fraction, type.width + finest - type.fraction()) + 1;
    return quantised(out_.op("Add", {sum, term}), most, finest, type);
  }

  std::string emit(const AddConstant& op, const Node& node) {
    return op_named("Add", {in(node), out_.row(op.constant)});
  }
  std::string emit(const MulConstant& op, const Node& node) {
    return op_named("Mul", {in(node), out_.row(op.constant)});
  }
  std::string emit(const Add&, const Node& node) { return op_named("Add", {in(node), in(node, 1)}); }
  std::string emit(const Subtract&, const Node& node) { return op_named("Sub", {in(node), in(node, 1)}); }
  std::string emit(const Multiply&, const Node& node) { return op_named("Mul", {in(node), in(node, 1)}); }
  std::string emit(const Relu&, const Node& node) { return op_named("Relu", {in(node)}); }

  std::string emit(const Gather& op, const Node& node) {
    Strings parts;
    std::size_t features = 0;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      parts.push_back(in(node, k));
      features += tensor(node, k).features();
    }
    return out_.named(picked(parts, features, {op.index.begin(), op.index.end()}));
  }

  std::string emit(const Sum& op, const Node& node) {
    const auto groups = static_cast<std::int64_t>(node.output.features());
    const std::string blocks =
        out_.op("Reshape", {in(node), out_.integers({0, groups, static_cast<std::int64_t>(op.group)})});
    return out_.named(out_.summed(blocks, 2, 0));
  }

  std::string emit(const Dot& op, const Node& node) {
    std::string terms = out_.op("Mul", {in(node), in(node, 1)});
    const int bits = tensor(node).bits() + tensor(node, 1).bits();
    const int fraction = tensor(node).fraction + tensor(node, 1).fraction;
    if (op.product) terms = quantised(terms, bits, fraction, *op.product);
    if (!op.accumulator) return out_.named(out_.summed(terms, 1, 1));
    std::string sum = out_.scalar(0);
    for (std::size_t i = 0; i < tensor(node).features(); ++i)
      sum = step(sum, out_.gathered(terms, {static_cast<std::int64_t>(i)}), bits, fraction, op);
    return out_.named(sum);
  }

  std::string emit(const MixtureDistance&, const Node&) {
    refuse("a Gaussian mixture", "Export the network before it");
  }

  const Graph& graph_;
  QonnxWriter out_;
  Strings names_;
};

}  // namespace

std::string export_qonnx(const Graph& graph) { return Exporter(graph, false).run(); }

std::string export_onnx(const Graph& graph) {
  constexpr int exact_bits = 54;  // of a double, sign included
  for (const Node& node : graph.nodes()) {
    if (node.working_bits > exact_bits)
      throw core::Error(
          core::ErrorCode::unsupported,
          "node '" + node.name + "' needs more than the 53 bits of a double, so plain ONNX has no exact form");
  }
  return Exporter(graph, true).run();
}

}  // namespace trigloop::model
