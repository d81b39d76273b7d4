#include "deploy/cpp/statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "deploy/cpp/conversion.hpp"

namespace trigloop::deploy {

using core::FixedPoint;
using model::Code, model::Node, model::NodeIndex;

namespace {

/// The input of `node` in which feature `k` of all inputs end to end stands, and its feature there.
std::pair<NodeIndex, std::size_t> gathered(const model::Graph& graph, const Node& node, std::size_t k) {
  auto input = node.inputs.begin();
  for (; k >= graph[*input].output.features(); ++input) k -= graph[*input].output.features();
  return {*input, k};
}

/// Calls visit(node, feature) for what feature `k` of node `n` is computed from.
template <class Visit>
void each_operand(const model::Graph& graph, NodeIndex n, std::size_t k, const Visit& visit) {
  const Node& node = graph[n];
  if (const auto* dense = std::get_if<model::Dense>(&node.operation)) {
    for (std::size_t i = 0; i < dense->inputs; ++i)
      if (dense->weights.codes[k * dense->inputs + i] != 0) visit(node.inputs[0], i);
  } else if (const auto* gather = std::get_if<model::Gather>(&node.operation)) {
    const auto [input, feature] = gathered(graph, node, gather->index[k]);
    visit(input, feature);
  } else if (const auto* sum = std::get_if<model::Sum>(&node.operation)) {
    for (std::size_t i = 0; i < sum->group; ++i) visit(node.inputs[0], k * sum->group + i);
  } else if (std::holds_alternative<model::Dot>(node.operation)) {
    for (const NodeIndex input : node.inputs)
      for (std::size_t i = 0; i < graph[input].output.features(); ++i) visit(input, i);
  } else {
    for (const NodeIndex input : node.inputs) visit(input, k);
  }
}

/// Of all that a node's statement holds. Its operands count: a quantiser's are wider than what comes out.
int bits_held(const model::Graph& graph, const Node& node) {
  int bits = std::max(node.working_bits, node.output.bits());
  for (const NodeIndex input : node.inputs) bits = std::max(bits, graph[input].output.bits());
  return bits;
}

/// Breaks a long line behind a space, as a person would.
std::string wrapped(std::string line) {
  constexpr std::size_t width = 118;
  for (std::size_t begin = 0; line.size() - begin > width;) {
    const std::size_t space = line.rfind(' ', begin + width);
    if (space == std::string::npos || space <= begin + 6) break;
    line.replace(space, 1, "\n      ");
    begin = space + 1;
  }
  return line;
}

std::string power(int exponent) { return fmt::format("{}", std::int64_t{1} << exponent); }

}  // namespace

/// The expression for one feature of one node, operation by operation.
class Statement {
 public:
  Statement(Statements& all, NodeIndex n, std::size_t feature)
      : all_(all), graph_(all.network_.graph), node_(graph_[n]), n_(n), k_(feature) {}

  std::string operator()(const model::Input& op, const std::string& event) {
    return converted(fmt::format("{}[{}]", event, k_), 0, op.type, 16);
  }
  std::string operator()(const model::Quantise& op, const std::string&) {
    const FixedPoint& type = op.types.size() == 1 ? op.types[0] : op.types[k_];
    const Node& in = input(0);
    return shifted(converted(operand(0, k_), in.output.fraction, type, in.output.bits()),
                   node_.output.fraction - type.fraction());
  }
  std::string operator()(const model::Dense& op, const std::string&) {
    const bool biased = !op.bias.codes.empty();
    start_sum(op.product, op.accumulator, op.weights.fraction + input(0).output.fraction,
              biased ? std::optional(op.bias.fraction) : std::nullopt);
    std::string sum = started(biased ? Code{op.bias.codes[k_]} << bias_shift_ : Code{0});
    for (std::size_t i = 0; i < op.inputs; ++i) {
      const std::int64_t w = op.weights.codes[k_ * op.inputs + i];
      if (w != 0) add_term(sum, operand(0, i), w);
    }
    return sum;
  }
  std::string operator()(const model::AddConstant& op, const std::string&) {
    const Code c = Code{constant(op.constant)} << (node_.output.fraction - op.constant.fraction);
    return fmt::format("{} + {}", aligned(0, k_), core::to_string(c));
  }
  std::string operator()(const model::MulConstant& op, const std::string&) {
    return fmt::format("{} * {}", operand(0, k_), constant(op.constant));
  }
  std::string operator()(const model::Add&, const std::string&) { return aligned(0, k_) + " + " + aligned(1, k_); }
  std::string operator()(const model::Subtract&, const std::string&) { return aligned(0, k_) + " - " + aligned(1, k_); }
  std::string operator()(const model::Multiply&, const std::string&) { return operand(0, k_) + " * " + operand(1, k_); }
  std::string operator()(const model::Relu&, const std::string&) {
    return fmt::format("{0} > 0 ? {0} : 0", operand(0, k_));
  }
  std::string operator()(const model::Gather& op, const std::string&) {
    const auto [from, feature] = gathered(graph_, node_, op.index[k_]);
    return shifted(variable(from, feature), node_.output.fraction - graph_[from].output.fraction);
  }
  std::string operator()(const model::Sum& op, const std::string&) {
    std::string sum;
    for (std::size_t i = 0; i < op.group; ++i) sum += (i == 0 ? "" : " + ") + operand(0, k_ * op.group + i);
    return sum;
  }
  std::string operator()(const model::Dot& op, const std::string&) {
    start_sum(op.product, op.accumulator, input(0).output.fraction + input(1).output.fraction, {});
    std::string sum = started(0);
    for (std::size_t i = 0; i < input(0).output.features(); ++i)
      add_term(sum, operand(0, i) + " * " + operand(1, i), 1);
    return sum;
  }
  std::string operator()(const model::MixtureDistance&, const std::string&) { return "0"; }  // refused by prepare

 private:
  const Node& input(std::size_t i) const { return graph_[node_.inputs[i]]; }

  /// A value of another node in this node's type.
  std::string variable(NodeIndex node, std::size_t feature) const {
    const std::string name = all_.variable(node, feature);
    return std::string_view(all_.type(node)) == all_.type(n_) ? name
                                                              : fmt::format("static_cast<{}>({})", all_.type(n_), name);
  }
  std::string operand(std::size_t i, std::size_t feature) const { return variable(node_.inputs[i], feature); }
  std::string aligned(std::size_t i, std::size_t feature) const {
    return shifted(operand(i, feature), node_.output.fraction - input(i).output.fraction);
  }
  static std::string shifted(const std::string& x, int by) { return by == 0 ? x : x + " * " + power(by); }
  std::string converted(const std::string& x, int fraction, const FixedPoint& type, int bits) {
    return fmt::format("static_cast<{}>(fixed::{}({}))", all_.type(n_), all_.conversion(fraction, type, bits), x);
  }
  std::int64_t constant(const model::Constants& c) const { return c.codes[c.codes.size() == 1 ? 0 : k_]; }

  // A sum whose terms and itself may be quantised as it runs; the shifts are those of score/steps.hpp.
  void start_sum(const std::optional<FixedPoint>& product, const std::optional<FixedPoint>& accumulator,
                 int term_fraction, std::optional<int> bias_fraction) {
    product_ = product;
    accumulator_ = accumulator;
    term_fraction_ = term_fraction;
    const int after = product ? product->fraction() : term_fraction;
    sum_fraction_ = std::max(after, bias_fraction.value_or(after));
    if (accumulator) sum_fraction_ = std::max(sum_fraction_, accumulator->fraction());
    sum_shift_ = accumulator ? sum_fraction_ - accumulator->fraction() : 0;
    term_shift_ = sum_fraction_ - after;
    bias_shift_ = sum_fraction_ - bias_fraction.value_or(after);
  }
  std::string started(Code bias) {
    const std::string code = core::to_string(bias);
    return accumulator_ ? converted(code, sum_fraction_, *accumulator_, node_.working_bits) : code;
  }
  void add_term(std::string& sum, const std::string& x, std::int64_t weight) {
    if (!product_ && !accumulator_) {
      const std::int64_t w = weight * (std::int64_t{1} << term_shift_);
      sum +=
          fmt::format(" {} {}{}", w < 0 ? '-' : '+', w == 1 || w == -1 ? "" : fmt::format("{} * ", w < 0 ? -w : w), x);
      return;
    }
    std::string term = weight == 1 ? x : fmt::format("{} * {}", x, weight);
    if (product_) term = converted(term, term_fraction_, *product_, node_.working_bits);
    sum = fmt::format("{} + {}", shifted(sum_shift_ == 0 ? sum : "(" + sum + ")", sum_shift_),
                      shifted(term, term_shift_));
    if (accumulator_) sum = converted(sum, sum_fraction_, *accumulator_, node_.working_bits);
  }

  Statements& all_;
  const model::Graph& graph_;
  const Node& node_;
  NodeIndex n_;
  std::size_t k_;
  std::optional<FixedPoint> product_, accumulator_;
  int term_fraction_ = 0, sum_fraction_ = 0, sum_shift_ = 0, term_shift_ = 0, bias_shift_ = 0;
};

Statements::Statements(const Network& network, std::string qualifiers)
    : network_(network), qualifiers_(std::move(qualifiers)) {}

std::string Statements::variable(NodeIndex node, std::size_t feature) const {
  return fmt::format("{}_{}", network_.nodes[node], feature);
}

const char* Statements::type(NodeIndex node) const {
  return bits_held(network_.graph, network_.graph[node]) <= 31 ? "std::int32_t" : "std::int64_t";
}

Statements::Values Statements::needed(Values wanted) const {
  for (auto value = wanted.rbegin(); value != wanted.rend(); ++value)  // operands come before, so none is missed
    each_operand(network_.graph, value->first, value->second,
                 [&](NodeIndex node, std::size_t feature) { wanted.emplace(node, feature); });
  return wanted;
}

std::string Statements::compute(const Values& wanted, const std::string& event) {
  std::string text;
  for (const auto& [n, k] : needed(wanted)) {
    Statement statement(*this, n, k);
    const std::string value =
        std::visit([&](const auto& op) { return statement(op, event); }, network_.graph[n].operation);
    text += wrapped(fmt::format("  const {} {} = {};", type(n), variable(n, k), value)) + '\n';
  }
  return text;
}

std::string Statements::conversion(int fraction, const FixedPoint& to, int bits) {
  const bool narrow = bits <= 29 && to.width <= 29;
  const std::string integer = narrow ? "std::int32_t" : "std::int64_t";
  const std::string body = fmt::format("{} {{}}({} x) {{ {} }}\n", integer, integer,
                                       conversion_body(fraction, to, integer, narrow ? 32 : 64));
  const auto [at, fresh] = functions_.try_emplace(body, fmt::format("to_{}", functions_.size() + 1));
  return at->second;
}

std::string Statements::conversions() const {
  std::string text = "namespace fixed {\n";
  for (const auto& [body, name] : functions_) {
    const std::size_t hole = body.find("{}");
    text += qualifiers_ + " " + body.substr(0, hole) + name + body.substr(hole + 2);
  }
  return text + "}  // namespace fixed\n";
}

}  // namespace trigloop::deploy
