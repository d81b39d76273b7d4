#include "deploy/verilog/specify.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "deploy/verilog/module_writer.hpp"
#include "deploy/verilog/pipeline.hpp"

namespace trigloop::deploy {
namespace {

using model::NodeIndex;

struct NotWritten {};  ///< an operation that has no specification

/// Features of nodes as signed wires, each written when it is first asked for.
class Specifier {
 public:
  Specifier(const model::Graph& graph, const Circuit& circuit, const std::set<SignalId>& inputs)
      : graph_(graph), circuit_(circuit) {
    for (const auto& [node, ids] : circuit.features) {
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (inputs.contains(ids[i])) given_[{node, i}] = ids[i];
      }
    }
  }

  std::string feature(NodeIndex node, std::size_t i) {
    const auto key = std::pair{node, i};
    if (const auto written = names_.find(key); written != names_.end()) return written->second;
    std::string value;
    if (const auto given = given_.find(key); given != given_.end()) {
      const Signal& s = circuit_[given->second];
      value = s.is_signed() ? fmt::format("$signed({})", s.name) : fmt::format("$signed({{1'b0, {}}})", s.name);
    } else {
      value = std::visit([&](const auto& op) { return expression(op, node, i); }, graph_[node].operation);
    }
    return names_[key] = wire(node, value);
  }

  const std::string& text() const { return text_; }

 private:
  /// A wire in which nothing overflows.
  std::string wire(NodeIndex node, const std::string& value) {
    const std::string name = fmt::format("w{}", wires_++);
    text_ += fmt::format("  wire signed [{}:0] {} = {};\n", width(node) - 1, name, value);
    return name;
  }
  int width(NodeIndex node) const {
    int bits = graph_[node].working_bits;
    for (const NodeIndex input : graph_[node].inputs) bits = std::max(bits, graph_[input].working_bits);
    return bits + 3;
  }
  std::string number(NodeIndex node, Code code) const {
    return code < 0 ? fmt::format("-{}'sd{}", width(node), core::to_string(-code))
                    : fmt::format("{}'sd{}", width(node), core::to_string(code));
  }
  std::string input(NodeIndex node, std::size_t k, std::size_t i) { return feature(graph_[node].inputs[k], i); }
  std::string aligned(NodeIndex node, std::size_t k, std::size_t i) {
    const NodeIndex from = graph_[node].inputs[k];
    return scaled(node, feature(from, i), graph_[node].output.fraction - graph_[from].output.fraction);
  }
  std::string scaled(NodeIndex node, const std::string& x, int shift) const {
    return shift == 0 ? x : fmt::format("{} * {}", x, number(node, Code{1} << shift));
  }

  std::string expression(const model::Dense& op, NodeIndex node, std::size_t o) {
    if (op.product || op.accumulator) throw NotWritten{};
    const int fraction = graph_[node].output.fraction;
    const int shift = fraction - op.weights.fraction - graph_[graph_[node].inputs[0]].output.fraction;
    std::string sum = number(node, op.bias.codes.empty() ? 0 : Code{op.bias.codes[o]} << (fraction - op.bias.fraction));
    for (std::size_t i = 0; i < op.inputs; ++i) {
      const Code w = op.weights.codes[o * op.inputs + i];
      if (w != 0) sum += fmt::format(" + {} * {}", input(node, 0, i), number(node, w << shift));
    }
    return sum;
  }
  std::string expression(const model::AddConstant& op, NodeIndex node, std::size_t i) {
    const Code c = op.constant.codes[op.constant.codes.size() == 1 ? 0 : i];
    return fmt::format("{} + {}", aligned(node, 0, i),
                       number(node, c << (graph_[node].output.fraction - op.constant.fraction)));
  }
  std::string expression(const model::MulConstant& op, NodeIndex node, std::size_t i) {
    return fmt::format("{} * {}", input(node, 0, i),
                       number(node, op.constant.codes[op.constant.codes.size() == 1 ? 0 : i]));
  }
  std::string expression(const model::Add&, NodeIndex node, std::size_t i) {
    return fmt::format("{} + {}", aligned(node, 0, i), aligned(node, 1, i));
  }
  std::string expression(const model::Subtract&, NodeIndex node, std::size_t i) {
    return fmt::format("{} - {}", aligned(node, 0, i), aligned(node, 1, i));
  }
  std::string expression(const model::Relu&, NodeIndex node, std::size_t i) {
    const std::string x = input(node, 0, i);
    return fmt::format("{} < 0 ? 0 : {}", x, x);
  }
  std::string expression(const model::Quantise& op, NodeIndex node, std::size_t i) {
    const core::FixedPoint& type = op.types[op.types.size() == 1 ? 0 : i];
    const int drop = graph_[graph_[node].inputs[0]].output.fraction - type.fraction();
    if (type.overflow == core::Overflow::wrap || drop < 0) throw NotWritten{};
    std::string x = input(node, 0, i);
    if (drop > 0) x = wire(node, rounded(node, x, drop, type.rounding));
    const std::string lo = number(node, type.min_code()), hi = number(node, type.max_code());
    const std::string y = wire(node, fmt::format("{0} < {1} ? {1} : {0} > {2} ? {2} : {0}", x, lo, hi));
    return scaled(node, y, graph_[node].output.fraction - type.fraction());
  }
  std::string rounded(NodeIndex node, const std::string& x, int drop, core::Rounding rounding) {
    const std::string floor = wire(node, fmt::format("{} >>> {}", x, drop));
    const std::string rest = wire(node, fmt::format("{} - {} * {}", x, floor, number(node, Code{1} << drop)));
    const std::string half = number(node, Code{1} << (drop - 1));
    switch (rounding) {
      case core::Rounding::floor:
        return floor;
      case core::Rounding::half_up:
        return fmt::format("{} >= {} ? {} + 1 : {}", rest, half, floor, floor);
      case core::Rounding::half_even:
        return fmt::format("({0} > {1} || ({0} == {1} && {2}[0])) ? {2} + 1 : {2}", rest, half, floor);
      default:
        throw NotWritten{};
    }
  }
  template <class Other>
  std::string expression(const Other&, NodeIndex, std::size_t) {
    throw NotWritten{};
  }

  const model::Graph& graph_;
  const Circuit& circuit_;
  std::map<std::pair<NodeIndex, std::size_t>, SignalId> given_;
  std::map<std::pair<NodeIndex, std::size_t>, std::string> names_;
  std::string text_;
  int wires_ = 0;
};

/// Where the value of a signal stands in the model.
std::optional<std::pair<NodeIndex, std::size_t>> origin_of(const Circuit& circuit, SignalId id) {
  for (const auto& [node, ids] : circuit.features) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == id) return std::pair{node, i};
    }
  }
  return {};
}

}  // namespace

std::optional<std::string> specification(const model::Graph& graph, const Circuit& circuit, std::size_t layer,
                                         const std::string& name) {
  TableModules tables(name);
  const Schedule no_registers{0, std::vector<int>(circuit.signals().size(), 0), 0};
  const ModuleWriter ports(circuit, no_registers, layer, tables);
  if (!ports.has_logic()) return {};
  Specifier specifier(graph, circuit, ports.inputs());
  std::vector<std::string> lines;
  std::string results;
  const auto port = [&](const char* direction, SignalId id) {
    lines.push_back(fmt::format("{} wire {}{}", direction, span_text(circuit[id].width()), circuit[id].name));
  };
  try {
    for (const SignalId id : ports.inputs()) port("input", id);
    for (const SignalId id : ports.outputs()) {
      const auto origin = origin_of(circuit, id);
      if (!origin) return {};
      port("output", id);
      results += fmt::format("  assign {} = {};\n", circuit[id].name, specifier.feature(origin->first, origin->second));
    }
  } catch (const NotWritten&) {
    return {};
  }
  return fmt::format("module {} (\n  {}\n);\n{}{}endmodule\n", name, fmt::join(lines, ",\n  "), specifier.text(),
                     results);
}

}  // namespace trigloop::deploy
