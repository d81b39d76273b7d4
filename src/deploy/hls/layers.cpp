#include "deploy/hls/layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "deploy/network/ap_type.hpp"

namespace trigloop::deploy {
namespace {

using core::FixedPoint;
using model::Constants, model::Node, model::NodeIndex;

/// The exact decimal of code x 2^-fraction: a double has it as long as the code has 53 bits.
std::string decimal(std::int64_t code, int fraction) {
  return fmt::format("{:.17g}", std::ldexp(static_cast<double>(code), -fraction));
}

/// The type that holds the constants.
FixedPoint type_of(const Constants& constants) {
  const auto [low, high] = std::ranges::minmax(constants.codes);
  return holding({constants.fraction, {{low, high}}, true});
}

/// Exact values of `fraction` with `bits` bits.
FixedPoint exact(int fraction, int bits) { return {bits, bits - fraction, true}; }

class Layers {
 public:
  explicit Layers(const Network& network) : network_(network), graph_(network.graph) {}

  HlsNetwork operator()() {
    // A network of scaled numbers takes values; the node that makes values of codes is then the input itself.
    const NodeIndex first = network_.input_fraction == 0 ? 0 : 1;
    out_.types += fmt::format("typedef {} input_t;\n", ap_type(network_.value_type()));
    out_.sizes += fmt::format("static const int N_INPUT_1_1 = {};\n", network_.features());
    for (NodeIndex n = first; n < graph_.nodes().size(); ++n) {
      try {
        add(n, n == first);
      } catch (core::Error& e) {
        e.in("node '" + graph_[n].name + "'");
        throw;
      }
    }
    out_.output = array(graph_.nodes().size() - 1);
    out_.types += fmt::format("typedef layer{}_t result_t;\n", graph_.nodes().size());
    return std::move(out_);
  }

 private:
  static std::string array(NodeIndex n) { return fmt::format("layer{}_out", n + 1); }
  static std::string type(NodeIndex n) { return fmt::format("layer{}_t", n + 1); }
  static std::string size(NodeIndex n) { return fmt::format("N_LAYER_{}", n + 1); }
  std::string in(NodeIndex n, std::size_t i = 0) const { return array(graph_[n].inputs[i]); }
  std::string in_type(NodeIndex n, std::size_t i = 0) const { return type(graph_[n].inputs[i]); }

  void add(NodeIndex n, bool is_input) {
    const Node& node = graph_[n];
    out_.sizes += fmt::format("static const int {} = {};  // {}\n", size(n), node.output.features(), network_.nodes[n]);
    out_.types += fmt::format("typedef {} {};\n", is_input ? "input_t" : ap_type(output_type(node)), type(n));
    out_.layers +=
        fmt::format("\n    // {}: {}\n    {} {}[{}];\n#pragma HLS ARRAY_PARTITION variable = {} complete dim = 0\n",
                    network_.nodes[n], model::name_of(node.operation), type(n), array(n), size(n), array(n));
    if (is_input) {
      call("copy", {"input_t", type(n), size(n)}, {"input_1", array(n)});
    } else {
      std::visit([&](const auto& op) { emit(op, n); }, node.operation);
    }
    out_.layers += fmt::format("#ifndef __SYNTHESIS__\n    nnet::save_layer_output<{}>({}, \"{}\", {});\n#endif\n",
                               type(n), array(n), network_.nodes[n], size(n));
    out_.trace += fmt::format(
        "    nnet::trace_outputs->insert(std::pair<std::string, void *>(\"{}\", (void *)malloc({} * element_size)));\n",
        network_.nodes[n], node.output.features());
  }

  static FixedPoint output_type(const Node& node) {
    const auto* quantise = std::get_if<model::Quantise>(&node.operation);
    if (quantise != nullptr && quantise->types.size() == 1) return quantise->types[0];
    if (const auto* input = std::get_if<model::Input>(&node.operation)) return input->type;
    return holding(node.output);
  }

  void call(const char* function, const std::vector<std::string>& types, const std::vector<std::string>& arguments) {
    out_.layers += fmt::format("    nnet::{}<{}>({});\n", function, fmt::join(types, ", "), fmt::join(arguments, ", "));
  }
  void assign(NodeIndex n, std::size_t k, const std::string& value) {
    out_.layers += fmt::format("    {}[{}] = {};\n", array(n), k, value);
  }

  /// A file of weights; returns the name of its array.
  std::string weights(NodeIndex n, char kind, const Constants& constants, const std::vector<std::int64_t>& codes) {
    const std::string name = fmt::format("{}{}", kind, n + 1),
                      type = fmt::format("{}{}_t", kind == 'w' ? "weight" : "bias", n + 1);
    std::vector<std::string> values;
    for (const std::int64_t code : codes) values.push_back(decimal(code, constants.fraction));
    const std::string list = fmt::format("{}", fmt::join(values, ", "));
    out_.types += fmt::format("typedef {} {};\n", ap_type(type_of(constants)), type);
    out_.weights += fmt::format("#include \"weights/{}.h\"\n", name);
    out_.files[fmt::format("firmware/weights/{}.txt", name)] = list + "\n";
    out_.files[fmt::format("firmware/weights/{}.h", name)] = fmt::format(
        "#ifndef {0}_H_\n#define {0}_H_\n\nnamespace {1} {{\nstatic const {2} {3}[{4}] = {{{5}}};\n}}\n\n#endif\n",
        kind == 'w' ? "W" + std::to_string(n + 1) : "B" + std::to_string(n + 1), network_.name, type, name,
        codes.size(), list);
    return name;
  }

  /// Types of a running sum: those of the model, or exact ones.
  void sum_config(NodeIndex n, const std::optional<FixedPoint>& product, const std::optional<FixedPoint>& accumulator,
                  int term_fraction, int sum_fraction, const std::string& sizes) {
    const int bits = graph_[n].working_bits;
    out_.types += fmt::format("typedef {} layer{}_product_t;\ntypedef {} layer{}_accum_t;\n",
                              ap_type(product.value_or(exact(term_fraction, bits))), n + 1,
                              ap_type(accumulator.value_or(exact(sum_fraction, bits))), n + 1);
    out_.configs += fmt::format(
        "struct config{0} {{\n{1}    typedef layer{0}_product_t product_t;\n    typedef layer{0}_accum_t "
        "accum_t;\n}};\n",
        n + 1, sizes);
  }

  void emit(const model::Input&, NodeIndex) {}
  void emit(const model::Quantise& op, NodeIndex n) {
    if (op.types.size() == 1) return call("copy", {in_type(n), type(n), size(n)}, {in(n), array(n)});
    for (std::size_t k = 0; k < op.types.size(); ++k)
      assign(n, k, fmt::format("{}({}[{}])", ap_type(op.types[k]), in(n), k));
  }
  void emit(const model::Dense& op, NodeIndex n) {
    std::vector<std::int64_t> by_input;  // hls4ml's order
    for (std::size_t i = 0; i < op.inputs; ++i)
      for (std::size_t o = 0; o < op.outputs; ++o) by_input.push_back(op.weights.codes[o * op.inputs + i]);
    const Constants none{std::vector<std::int64_t>(op.outputs), 0};
    const Constants& bias = op.bias.codes.empty() ? none : op.bias;
    const int term = op.weights.fraction + graph_[graph_[n].inputs[0]].output.fraction;
    sum_config(n, op.product, op.accumulator, term, std::max(term, op.bias.codes.empty() ? term : bias.fraction),
               fmt::format("    static const unsigned n_in = {};\n    static const unsigned n_out = {};\n", op.inputs,
                           op.outputs));
    const std::string w = weights(n, 'w', op.weights, by_input), b = weights(n, 'b', bias, bias.codes);
    call("dense", {in_type(n), type(n), fmt::format("config{}", n + 1)}, {in(n), array(n), w, b});
  }
  void emit(const model::AddConstant& op, NodeIndex n) { constant("add_constant", op.constant, n); }
  void emit(const model::MulConstant& op, NodeIndex n) { constant("multiply_constant", op.constant, n); }
  void constant(const char* function, const Constants& constants, NodeIndex n) {
    std::vector<std::int64_t> codes;
    for (std::size_t k = 0; k < graph_[n].output.features(); ++k)
      codes.push_back(constants.codes[constants.codes.size() == 1 ? 0 : k]);
    call(function, {in_type(n), type(n), size(n)}, {in(n), array(n), weights(n, 'b', constants, codes)});
  }
  void emit(const model::Add&, NodeIndex n) { binary("add", n); }
  void emit(const model::Subtract&, NodeIndex n) { binary("subtract", n); }
  void emit(const model::Multiply&, NodeIndex n) { binary("multiply", n); }
  void binary(const char* function, NodeIndex n) {
    call(function, {in_type(n, 0), in_type(n, 1), type(n), size(n)}, {in(n, 0), in(n, 1), array(n)});
  }
  void emit(const model::Relu&, NodeIndex n) { call("relu", {in_type(n), type(n), size(n)}, {in(n), array(n)}); }
  void emit(const model::Gather& op, NodeIndex n) {
    for (std::size_t k = 0; k < op.index.size(); ++k) {
      std::size_t from = op.index[k], i = 0;
      while (from >= graph_[graph_[n].inputs[i]].output.features())
        from -= graph_[graph_[n].inputs[i++]].output.features();
      assign(n, k, fmt::format("{}[{}]", in(n, i), from));
    }
  }
  void emit(const model::Sum& op, NodeIndex n) {
    call("sum", {in_type(n), type(n), size(n), std::to_string(op.group)}, {in(n), array(n)});
  }
  void emit(const model::Dot& op, NodeIndex n) {
    const Node &a = graph_[graph_[n].inputs[0]], &b = graph_[graph_[n].inputs[1]];
    const int term = a.output.fraction + b.output.fraction;
    sum_config(n, op.product, op.accumulator, term, term,
               fmt::format("    static const unsigned n_in = {};\n", a.output.features()));
    call("dot", {in_type(n, 0), in_type(n, 1), type(n), fmt::format("config{}", n + 1)},
         {in(n, 0), in(n, 1), array(n)});
  }
  void emit(const model::MixtureDistance&, NodeIndex) {}  // refused by prepare

  const Network& network_;
  const model::Graph& graph_;
  HlsNetwork out_;
};

}  // namespace

HlsNetwork hls_network(const Network& network) { return Layers(network)(); }

}  // namespace trigloop::deploy
