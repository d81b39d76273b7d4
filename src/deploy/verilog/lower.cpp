#include "deploy/verilog/lower.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "deploy/verilog/arithmetic.hpp"

namespace trigloop::deploy {
namespace {

using core::Error;
using core::ErrorCode;
using model::NodeIndex;
using Features = std::vector<Linear>;

template <class List>
const auto& one_of(const List& list, std::size_t feature) {
  return list[list.size() == 1 ? 0 : feature];
}

/// The smallest k for which any |x| >= 2^k has a square that the quantiser takes to its largest code.
std::optional<int> saturating_width(int fraction, const core::FixedPoint& type) {
  if (type.overflow == core::Overflow::wrap) return {};
  for (int k = 0; k < 60; ++k) {
    if (core::quantise(Code{1} << 2 * k, fraction, type) == type.max_code()) return k;
  }
  return {};
}

class Lowering {
 public:
  Lowering(const model::Graph& graph, const LowerOptions& options) : graph_(graph), users_(graph.nodes().size(), 0) {
    for (const model::Node& node : graph.nodes()) {
      for (const NodeIndex input : node.inputs) ++users_[input];
      if (const auto* dense = std::get_if<model::Dense>(&node.operation)) digits_ += weight_of(*dense);
    }
    budget_ = options.budget;
    circuit_.name = options.name;
  }

  Circuit run(const std::vector<Code>& thresholds) {
    for (node_ = 0; node_ < graph_.nodes().size(); ++node_) {
      const model::Node& node = graph_[node_];
      try {
        begin_layer(node);
        values_.push_back(std::visit([&](const auto& op) { return lowered(op); }, node.operation));
        if (users_[node_] > 1) compute_all(node_, "value");
      } catch (Error& e) {
        e.in(std::string(name_of(node.operation)) + " '" + node.name + "'");
        throw;
      }
    }
    node_ = graph_.nodes().size() - 1;
    compute_all(node_, "score");
    circuit_.outputs = circuit_.features.back().second;
    circuit_.output_fraction = graph_.output().output.fraction;
    for (const Code limit : thresholds) {
      circuit_.decisions.push_back(circuit_.add(AtLeast{circuit_.outputs.front(), limit}, "decision"));
    }
    return std::move(circuit_);
  }

 private:
  static double weight_of(const model::Dense& dense) {
    return 1 + static_cast<double>(std::ranges::count_if(dense.weights.codes, [](auto w) { return w != 0; }));
  }

  const model::Node& input_node(std::size_t k) const { return graph_[graph_[node_].inputs[k]]; }
  Features& input(std::size_t k = 0) { return values_[graph_[node_].inputs[k]]; }
  int fraction() const { return graph_[node_].output.fraction; }
  int input_fraction(std::size_t k = 0) const { return input_node(k).output.fraction; }
  std::size_t features() const { return graph_[node_].output.features(); }
  /// Feature i of input k at the output's fraction.
  Linear aligned(std::size_t k, std::size_t i) { return shifted(input(k)[i], fraction() - input_fraction(k)); }

  /// Makes all features of a node signals.
  void compute_all(NodeIndex node, const std::string& role) {
    std::vector<SignalId> ids;
    for (Linear& x : values_[node]) {
      ids.push_back(compute(circuit_, x, role));
      x = {{{ids.back(), 0, false}}, 0};
    }
    circuit_.features.emplace_back(node, std::move(ids));
  }
  void compute_inputs(const std::string& role) {
    for (const NodeIndex input : graph_[node_].inputs) compute_all(input, role);
  }

  /// A module for each matrix and each dot product, with what comes behind it; one for all in front of the first.
  void begin_layer(const model::Node& node) {
    const bool heavy =
        std::holds_alternative<model::Dense>(node.operation) || std::holds_alternative<model::Dot>(node.operation);
    if (node_ > 1 && !heavy) return;
    compute_inputs("value");
    if (node_ == 1 && !heavy) {
      circuit_.begin_layer("input_scaling", "from the event's integers to what the first layer takes");
    } else {
      circuit_.begin_layer(node.name, std::string(name_of(node.operation)));
    }
  }

  Features lowered(const model::Input& op) {
    Features out;
    for (std::size_t i = 0; i < op.features; ++i) {
      circuit_.inputs.push_back(circuit_.add(InputBits{i}, "x", Range{op.type.min_code(), op.type.max_code()}));
      out.push_back({{{circuit_.inputs.back(), 0, false}}, 0});
    }
    return out;
  }

  Features lowered(const model::Quantise& op) {
    Features out;
    for (std::size_t i = 0; i < features(); ++i) {
      const core::FixedPoint& type = one_of(op.types, i);
      const bool positive = input_node(0).output.ranges[i].lo >= 0 && !reads_past_relu();
      const Linear y = quantise(circuit_, input()[i], input_fraction(), type, saturated_, positive);
      out.push_back(shifted(y, fraction() - type.fraction()));
    }
    saturated_.reset();
    return out;
  }

  Features lowered(const model::Dense& op) {
    if (op.product || op.accumulator) return truncated_dense(op);
    MatrixProduct matrix;
    std::vector<SignalId> ids;
    for (const Linear& x : input()) {
      ids.push_back(*x.alone());
      matrix.inputs.push_back(circuit_[ids.back()].range);
    }
    const int shift = fraction() - op.weights.fraction - input_fraction();
    for (std::size_t o = 0; o < op.outputs; ++o) {
      const Code bias = op.bias.codes.empty() ? 0 : op.bias.codes[o];
      matrix.bias.push_back(op.bias.codes.empty() ? 0 : bias << (fraction() - op.bias.fraction));
      for (std::size_t i = 0; i < op.inputs; ++i) {
        matrix.weights.push_back(op.weights.codes[o * op.inputs + i] * (std::int64_t{1} << shift));
      }
    }
    return shared_sums(optimise(matrix, {budget_ * weight_of(op) / digits_}), ids);
  }

  Features shared_sums(const SumGraph& sums, std::vector<SignalId> ids) {
    const auto renamed = [&](std::vector<Term> terms) {
      for (Term& t : terms) t.value = ids[t.value];
      return terms;
    };
    for (const auto& terms : sums.sums) ids.push_back(circuit_.add(SumOf{renamed(terms), 0}, "shared"));
    Features out;
    for (std::size_t o = 0; o < sums.outputs.size(); ++o) {
      out.push_back({renamed(sums.outputs[o]), sums.constants[o]});
    }
    return out;
  }

  /// As hardware whose products and running sum are cut: one after the other.
  Features truncated_dense(const model::Dense& op) {
    Features out;
    const int term = op.weights.fraction + input_fraction();
    for (std::size_t o = 0; o < op.outputs; ++o) {
      RunningSum sum(*this, op.product, op.accumulator, term,
                     op.bias.codes.empty() ? std::optional<int>() : op.bias.fraction);
      sum.start({{}, op.bias.codes.empty() ? 0 : Code{op.bias.codes[o]}});
      for (std::size_t i = 0; i < op.inputs; ++i) {
        const std::int64_t w = op.weights.codes[o * op.inputs + i];
        if (w != 0) sum.add(times(input()[i], w));
      }
      out.push_back(sum.total());
    }
    return out;
  }

  Features lowered(const model::AddConstant& op) {
    return each([&](std::size_t i) {
      const Code c = one_of(op.constant.codes, i);
      return plus(aligned(0, i), {{}, c << (fraction() - op.constant.fraction)});
    });
  }
  Features lowered(const model::MulConstant& op) {
    return each([&](std::size_t i) { return times(input()[i], one_of(op.constant.codes, i)); });
  }
  Features lowered(const model::Add&) {
    return each([&](std::size_t i) { return plus(aligned(0, i), aligned(1, i)); });
  }
  Features lowered(const model::Subtract&) {
    return each([&](std::size_t i) { return plus(aligned(0, i), negated(aligned(1, i))); });
  }
  Features lowered(const model::Multiply&) {
    compute_inputs("factor");
    return each([&](std::size_t i) { return product_of(i); });
  }
  Features lowered(const model::Relu&) {
    if (limits_follow()) return input();
    compute_inputs("sum");
    return each([&](std::size_t i) {
      const Range r = range_of(circuit_, input()[i]);
      if (r.lo >= 0) return input()[i];
      return Linear{{{circuit_.add(Clamp{*input()[i].alone(), 0, std::max(r.hi, Code{0})}, "relu"), 0, false}}, 0};
    });
  }
  Features lowered(const model::Gather& op) {
    Features all;
    compute_inputs("value");  // a feature may be gathered often
    for (std::size_t k = 0; k < graph_[node_].inputs.size(); ++k) {
      for (std::size_t i = 0; i < input(k).size(); ++i) all.push_back(aligned(k, i));
    }
    return each([&](std::size_t i) { return all[op.index[i]]; });
  }
  Features lowered(const model::Sum& op) {
    return each([&](std::size_t o) {
      Linear sum;
      for (std::size_t i = 0; i < op.group; ++i) sum = plus(std::move(sum), input()[o * op.group + i]);
      return sum;
    });
  }
  Features lowered(const model::Dot& op) {
    if (!op.product && !op.accumulator && squares_are_cut()) return {dot()};
    RunningSum sum(*this, op.product, op.accumulator, input_fraction(0) + input_fraction(1), {});
    sum.start({});
    for (std::size_t i = 0; i < input(0).size(); ++i) sum.add(product_of(i));
    return {sum.total()};
  }
  Features lowered(const model::MixtureDistance&) {
    throw Error(ErrorCode::unsupported, "has real exponents, for which there is no exact circuit")
        .remedy("Deploy a network whose score is a sum of squares, or leave the mixture to software");
  }

  template <class F>
  Features each(F&& f) {
    Features out;
    for (std::size_t i = 0; i < features(); ++i) out.push_back(f(i));
    return out;
  }

  Linear product_of(std::size_t i) {
    const SignalId a = *input(0)[i].alone(), b = *input(1)[i].alone();
    return a == b ? square(circuit_, a) : product(circuit_, a, b);
  }

  const model::Quantise* sole_quantiser() const {
    if (users_[node_] != 1) return nullptr;
    for (NodeIndex n = node_ + 1; n < graph_.nodes().size(); ++n) {
      if (std::ranges::count(graph_[n].inputs, node_) > 0) return std::get_if<model::Quantise>(&graph_[n].operation);
    }
    return nullptr;
  }

  /// A quantiser that saturates at 0 makes the ReLU in front of it needless: rounding is monotone and keeps 0.
  bool limits_follow() const {
    const model::Quantise* next = sole_quantiser();
    return next != nullptr && std::ranges::all_of(next->types, [](const core::FixedPoint& t) {
             return !t.is_signed && t.overflow != core::Overflow::wrap;
           });
  }

  /// The input is a ReLU that was left to this quantiser: what comes is not limited yet.
  bool reads_past_relu() const { return std::holds_alternative<model::Relu>(input_node(0).operation); }

  /// In a sum of squares that is quantised next, a term that alone saturates the score may be anything, if it is told.
  bool squares_are_cut() {
    const model::Quantise* next = sole_quantiser();
    if (next == nullptr || input_node(0).name != input_node(1).name || node_ + 1 >= graph_.nodes().size() ||
        !std::holds_alternative<model::Quantise>(graph_[node_ + 1].operation)) {
      return false;
    }
    cut_ = saturating_width(fraction(), next->types.front());
    return cut_.has_value();
  }

  Linear dot() {
    Linear sum;
    AnyOf beyond;
    for (const Linear& x : input()) {
      SignalId id = *x.alone();
      const bool is_signed = circuit_[id].is_signed();
      const int width = *cut_ + (is_signed ? 1 : 0);
      if (circuit_[id].width() > width) {
        const Code top = (Code{1} << *cut_) - 1;
        beyond.of.push_back(circuit_.add(Outside{id, {is_signed ? -top - 1 : Code{0}, top}}, "beyond"));
        id = circuit_.add(Field{id, 0, width, is_signed}, "cut");
      }
      sum = plus(std::move(sum), square(circuit_, id));
    }
    if (!beyond.of.empty()) saturated_ = circuit_.add(std::move(beyond), "saturated");
    return sum;
  }

  /// A sum whose terms and running value may be cut; where nothing is lost, it stays one sum.
  class RunningSum {
   public:
    RunningSum(Lowering& in, const std::optional<core::FixedPoint>& product,
               const std::optional<core::FixedPoint>& accumulator, int term, std::optional<int> bias)
        : circuit_(in.circuit_), product_(product), accumulator_(accumulator), term_(term) {
      product_fraction_ = product ? product->fraction() : term;
      bias_ = bias.value_or(product_fraction_);
      fraction_ = std::max(product_fraction_, bias_);
      if (accumulator) fraction_ = std::max(fraction_, accumulator->fraction());
    }
    void start(const Linear& bias) {
      total_ = shifted(bias, fraction_ - bias_);
      cut();
    }
    void add(Linear term) {
      if (product_) term = quantise(circuit_, term, term_, *product_);
      if (accumulator_) total_ = shifted(total_, fraction_ - accumulator_->fraction());
      total_ = plus(std::move(total_), shifted(term, fraction_ - product_fraction_));
      cut();
    }
    Linear total() const { return total_; }

   private:
    void cut() {
      if (accumulator_) total_ = quantise(circuit_, total_, fraction_, *accumulator_);
    }
    Circuit& circuit_;
    const std::optional<core::FixedPoint>&product_, &accumulator_;
    int term_, product_fraction_ = 0, bias_ = 0, fraction_ = 0;
    Linear total_;
  };

  const model::Graph& graph_;
  std::vector<int> users_;
  double budget_ = 0, digits_ = 0;
  Circuit circuit_;
  std::vector<Features> values_;
  NodeIndex node_ = 0;
  std::optional<int> cut_;
  std::optional<SignalId> saturated_;
};

}  // namespace

Circuit lower(const model::Graph& graph, const LowerOptions& options) {
  if (graph.nodes().empty()) throw Error(ErrorCode::mismatch, "the model is empty");
  return Lowering(graph, options).run(options.thresholds);
}

}  // namespace trigloop::deploy
