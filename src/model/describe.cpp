#include "model/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>

namespace trigloop::model {
namespace {

/// Bits between the highest and the lowest that are set.
std::uint64_t enclosed_bits(std::int64_t code) {
  if (code == 0) return 0;
  const auto magnitude = static_cast<std::uint64_t>(code < 0 ? -code : code);
  return static_cast<std::uint64_t>(std::bit_width(magnitude) - std::countr_zero(magnitude));
}

/// Fractional bits of a feature itself: features of a tensor share its fraction, but not the steps of the quantisers
/// that they came through.
int own_fraction(const Graph& graph, NodeIndex index, std::size_t i) {
  const Node& node = graph[index];
  const auto input = [&] { return own_fraction(graph, node.inputs[0], i); };
  if (const auto* quantise = std::get_if<Quantise>(&node.operation))
    return std::min(input(), quantise->types[quantise->types.size() == 1 ? 0 : i].fraction());
  if (std::holds_alternative<Relu>(node.operation)) return input();
  if (const auto* mul = std::get_if<MulConstant>(&node.operation)) {
    const std::int64_t code = mul->constant.codes[mul->constant.codes.size() == 1 ? 0 : i];
    if (code != 0) return input() + mul->constant.fraction - std::countr_zero(static_cast<std::uint64_t>(code));
  }
  return node.output.fraction;
}

/// Bits of a feature: those of its range, down to its own step; a sign only where it can be negative.
std::uint64_t feature_bits(const Graph& graph, NodeIndex node, std::size_t i) {
  const Tensor& tensor = graph[node].output;
  const Range& range = tensor.ranges[i];
  if (range.lo == 0 && range.hi == 0) return 0;
  const int idle = tensor.fraction - own_fraction(graph, node, i);
  return static_cast<std::uint64_t>(std::max(1, bits_of(range) - (range.lo < 0 ? 0 : 1) - idle));
}

const Constants* constants_of(const Operation& op) {
  if (const auto* dense = std::get_if<Dense>(&op)) return &dense->weights;
  if (const auto* add = std::get_if<AddConstant>(&op)) return &add->constant;
  if (const auto* mul = std::get_if<MulConstant>(&op)) return &mul->constant;
  return nullptr;
}

/// The type that holds every value of a tensor.
std::string holding_type(const Tensor& tensor) {
  if (!tensor.exact) return "float64";
  const bool is_signed = std::ranges::any_of(tensor.ranges, [](const Range& r) { return r.lo < 0; });
  const int width = std::max(1, tensor.bits() - (is_signed ? 0 : 1));
  return fmt::format("{}<{},{}>", is_signed ? "" : "u", width, width - tensor.fraction);
}

std::string type_of(const Node& node) {
  if (const auto* input = std::get_if<Input>(&node.operation)) return core::to_string(input->type);
  if (const auto* quantise = std::get_if<Quantise>(&node.operation)) {
    return core::to_string(quantise->types[0]) + (quantise->types.size() > 1 ? " ..." : "");
  }
  std::string text = holding_type(node.output);
  const auto truncations = [&](const auto& op) {
    if (op.product) text += " products " + core::to_string(*op.product);
    if (op.accumulator) text += " sum " + core::to_string(*op.accumulator);
  };
  if (const auto* dense = std::get_if<Dense>(&node.operation)) truncations(*dense);
  if (const auto* dot = std::get_if<Dot>(&node.operation)) truncations(*dot);
  return text;
}

std::string number(double value) { return fmt::format("{:.6g}", value); }

}  // namespace

std::uint64_t effective_bit_operations(const Graph& graph, NodeIndex index) {
  const Node& node = graph[index];
  std::uint64_t sum = 0;
  const auto x = [&](std::size_t k, std::size_t i) { return feature_bits(graph, node.inputs[k], i); };
  if (const auto* dense = std::get_if<Dense>(&node.operation)) {
    for (std::size_t k = 0; k < dense->weights.codes.size(); ++k) {
      sum += enclosed_bits(dense->weights.codes[k]) * x(0, k % dense->inputs);
    }
  } else if (std::holds_alternative<Multiply>(node.operation) || std::holds_alternative<Dot>(node.operation)) {
    for (std::size_t i = 0; i < graph[node.inputs[0]].output.features(); ++i) sum += x(0, i) * x(1, i);
  } else if (const auto* mul = std::get_if<MulConstant>(&node.operation)) {
    // A power of two is a shift.
    for (std::size_t i = 0; i < node.output.features(); ++i) {
      const std::uint64_t bits = enclosed_bits(mul->constant.codes[mul->constant.codes.size() == 1 ? 0 : i]);
      if (bits > 1) sum += bits * x(0, i);
    }
  }
  return sum;
}

std::vector<Layer> describe(const Graph& graph) {
  std::vector<Layer> layers;
  for (NodeIndex n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph[n];
    Layer layer{node.name,
                std::string(name_of(node.operation)),
                {},
                node.output.features(),
                type_of(node),
                node.output.bits(),
                node.output.fraction,
                node.working_bits,
                0,
                0,
                0,
                0,
                effective_bit_operations(graph, n)};
    for (const NodeIndex input : node.inputs) layer.inputs.push_back(graph[input].name);
    Range whole = node.output.ranges.front();
    for (const Range& r : node.output.ranges) whole = {std::min(whole.lo, r.lo), std::max(whole.hi, r.hi)};
    layer.min = std::ldexp(static_cast<double>(whole.lo), -node.output.fraction);
    layer.max = std::ldexp(static_cast<double>(whole.hi), -node.output.fraction);
    if (const Constants* constants = constants_of(node.operation)) {
      layer.constants = constants->codes.size();
      layer.non_zero = layer.constants - static_cast<std::size_t>(std::ranges::count(constants->codes, 0));
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::string as_table(const Graph& graph) {
  using Row = std::array<std::string, 9>;
  std::vector<Row> rows{{"layer", "operation", "inputs", "features", "type", "range", "bits", "non-zero", "EBOPs"}};
  std::uint64_t constants = 0, non_zero = 0, ebops = 0;
  for (const Layer& layer : describe(graph)) {
    rows.push_back({layer.name, layer.operation, fmt::format("{}", fmt::join(layer.inputs, ", ")),
                    std::to_string(layer.features), layer.type,
                    graph.output().output.exact || layer.name != graph.output().name
                        ? "[" + number(layer.min) + ", " + number(layer.max) + "]"
                        : "float",
                    fmt::format("{}/{}", layer.bits, layer.working_bits),
                    layer.constants > 0 ? fmt::format("{}/{}", layer.non_zero, layer.constants) : "",
                    layer.ebops > 0 ? std::to_string(layer.ebops) : ""});
    ebops += layer.ebops;
    if (layer.operation != "dense") continue;
    constants += layer.constants;
    non_zero += layer.non_zero;
  }
  std::array<std::size_t, 9> widths{};
  for (const Row& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string text = graph.name.empty() ? "" : graph.name + "\n";
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) line += fmt::format("{:<{}}  ", row[c], widths[c]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text + fmt::format(
                    "{} of {} weights of dense layers are not zero; {} EBOPs. Bits: of the values / of the widest "
                    "intermediate, sign included.\n",
                    non_zero, constants, ebops);
}

std::string as_dot(const Graph& graph) {
  std::string text = "digraph model {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (NodeIndex n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph[n];
    const std::string label = node.name + "\n" + std::string(name_of(node.operation)) + " (" +
                              std::to_string(node.output.features()) + ")\n" + type_of(node);
    text += fmt::format("  n{} [label={}];\n", n, core::json_quoted(label));
    for (const NodeIndex input : node.inputs) text += fmt::format("  n{} -> n{};\n", input, n);
  }
  return text + "}\n";
}

void write_json(core::JsonWriter& json, const Graph& graph) {
  std::uint64_t ebops = 0, weights = 0, non_zero = 0;
  json.begin_object()
      .member("name", graph.name)
      .member("exact", graph.output().output.exact)
      .key("layers")
      .begin_array();
  for (const Layer& layer : describe(graph)) {
    json.begin_object().member("name", layer.name).member("operation", layer.operation).key("inputs").begin_array();
    for (const std::string& input : layer.inputs) json.value(input);
    json.end_array().member("features", layer.features).member("type", layer.type).member("bits", layer.bits);
    json.member("fraction", layer.fraction).member("working_bits", layer.working_bits);
    json.member("min", layer.min).member("max", layer.max).member("constants", layer.constants);
    json.member("non_zero", layer.non_zero).member("ebops", layer.ebops).end_object();
    ebops += layer.ebops;
    if (layer.operation == "dense") weights += layer.constants, non_zero += layer.non_zero;
  }
  json.end_array().member("weights", weights).member("non_zero_weights", non_zero).member("ebops", ebops).end_object();
}

}  // namespace trigloop::model
