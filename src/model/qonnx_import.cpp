// The driver of the QONNX importer: node by node, constants folded on the way.
#include "model/qonnx_import.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/qonnx_importer.hpp"
#include "model/simplify.hpp"

namespace trigloop::model {
namespace onnx_file {
namespace {

using core::ErrorCode;
using core::Overflow;
using core::Rounding;

constexpr FixedPoint hardware_integer{16, 16, true, Rounding::half_even, Overflow::saturate};

/// What to write instead of well-known operators without an exact form.
std::string nearest_form(const std::string& op) {
  static const std::map<std::string, std::string, std::less<>> forms{
      {"Sigmoid", "the value before it (it keeps the order of events), or Clip of a scaled one"},
      {"HardSigmoid", "Clip of a scaled and shifted value"},
      {"Tanh", "Clip to [-1, 1] followed by Quant"},
      {"Softmax", "the values before it"},
      {"LeakyRelu", "Relu followed by Quant"},
      {"PRelu", "Relu followed by Quant"},
      {"Elu", "Relu followed by Quant"},
      {"Gelu", "Relu followed by Quant"},
      {"Selu", "Relu followed by Quant"},
      {"Exp", "the value before it (it keeps the order of events)"},
      {"Log", "the value before it (it keeps the order of events)"},
      {"Conv", "MatMul with the unrolled kernel"},
      {"FloatQuant", "Quant"},
      {"QuantizeLinear", "Quant (qonnx converts QDQ pairs)"},
      {"DequantizeLinear", "Quant (qonnx converts QDQ pairs)"},
      {"MultiThreshold", "Quant"},
      {"ReduceL2", "ReduceSumSquare: both order events alike"},
      {"Dropout", "an export in inference mode, which drops it"}};
  const auto found = forms.find(op);
  return found == forms.end() ? "" : found->second;
}

}  // namespace

void refuse(const std::string& reason, const std::string& nearest) {
  throw core::Error(ErrorCode::unsupported, reason + ", which the exact engine cannot run")
      .remedy("The nearest form that it can: " + nearest);
}

const std::map<std::string, Importer::Handler, std::less<>>& Importer::handlers() {
  static const std::map<std::string, Handler, std::less<>> table{{"Quant", &Importer::quant},
                                                                 {"IntQuant", &Importer::quant},
                                                                 {"BipolarQuant", &Importer::bipolar_quant},
                                                                 {"Trunc", &Importer::trunc},
                                                                 {"Add", &Importer::add},
                                                                 {"Sub", &Importer::subtract},
                                                                 {"Mul", &Importer::multiply},
                                                                 {"Div", &Importer::divide},
                                                                 {"Neg", &Importer::negate},
                                                                 {"Relu", &Importer::relu},
                                                                 {"Abs", &Importer::absolute},
                                                                 {"Pow", &Importer::power},
                                                                 {"Sqrt", &Importer::square_root},
                                                                 {"Clip", &Importer::clip},
                                                                 {"Min", &Importer::minimum},
                                                                 {"Max", &Importer::maximum},
                                                                 {"Floor", &Importer::round_to_integer},
                                                                 {"Ceil", &Importer::round_to_integer},
                                                                 {"Round", &Importer::round_to_integer},
                                                                 {"Cast", &Importer::cast},
                                                                 {"BatchNormalization", &Importer::batch_normalization},
                                                                 {"MatMul", &Importer::matmul},
                                                                 {"Gemm", &Importer::gemm},
                                                                 {"ReduceSum", &Importer::reduce_sum},
                                                                 {"ReduceMean", &Importer::reduce_sum},
                                                                 {"ReduceSumSquare", &Importer::reduce_sum},
                                                                 {"Identity", &Importer::identity},
                                                                 {"Dropout", &Importer::identity},
                                                                 {"Constant", &Importer::constant},
                                                                 {"Reshape", &Importer::reshape},
                                                                 {"Flatten", &Importer::flatten},
                                                                 {"Transpose", &Importer::transpose},
                                                                 {"Squeeze", &Importer::squeeze},
                                                                 {"Unsqueeze", &Importer::unsqueeze},
                                                                 {"Slice", &Importer::slice},
                                                                 {"Split", &Importer::split},
                                                                 {"Concat", &Importer::concat},
                                                                 {"Gather", &Importer::gather},
                                                                 {"Expand", &Importer::expand}};
  return table;
}

const Value& Importer::input(const Node& node, std::size_t k) {
  if (!has_input(node, k)) throw core::Error(ErrorCode::damaged, "misses its input " + std::to_string(k));
  const auto found = values_.find(node.inputs[k]);
  if (found == values_.end())
    throw core::Error(ErrorCode::damaged, "uses '" + node.inputs[k] + "', which nothing made before");
  return found->second;
}

const Value& Importer::constant_input(const Node& node, std::size_t k, const char* what) {
  const Value& value = input(node, k);
  if (!value.is_constant) refuse(std::string("has a ") + what + " that depends on the event", "a constant");
  if (value.constants.empty()) throw core::Error(ErrorCode::damaged, std::string("has an empty ") + what);
  return value;
}

Dyadic Importer::scalar_input(const Node& node, std::size_t k, const char* what) {
  const Value& value = constant_input(node, k, what);
  if (value.constants.size() != 1) refuse(std::string("has several values of its ") + what, "one for all features");
  return value.constants[0];
}

std::vector<std::int64_t> Importer::integers_input(const Node& node, std::size_t k, const char* what) {
  const Value& value = input(node, k);
  if (!value.is_constant) refuse(std::string("has ") + what + " that depend on the event", "constants");
  std::vector<std::int64_t> out;
  for (const Dyadic& d : value.constants) {
    // Exporters write "to the end" as the largest 64-bit integer.
    const auto exact = d.integer();
    if (!exact && d.exponent() < 0) throw core::Error(ErrorCode::damaged, std::string("has broken ") + what);
    out.push_back(exact ? *exact : d.is_negative() ? -(std::int64_t{1} << 62) : std::int64_t{1} << 62);
  }
  return out;
}

std::int64_t Importer::integer(const Node& node, const char* name, std::int64_t otherwise) const {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return otherwise;
  if (const auto* value = std::get_if<std::int64_t>(&found->second)) return *value;
  throw core::Error(ErrorCode::damaged, std::string("attribute '") + name + "' is no integer");
}

double Importer::number(const Node& node, const char* name, double otherwise) const {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return otherwise;
  if (const auto* value = std::get_if<double>(&found->second)) return *value;
  throw core::Error(ErrorCode::damaged, std::string("attribute '") + name + "' is no number");
}

std::string Importer::text(const Node& node, const char* name, const char* otherwise) const {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return otherwise;
  if (const auto* value = std::get_if<std::string>(&found->second)) return *value;
  throw core::Error(ErrorCode::damaged, std::string("attribute '") + name + "' is no text");
}

std::vector<std::int64_t> Importer::integers(const Node& node, const char* name) const {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return {};
  if (const auto* value = std::get_if<std::vector<std::int64_t>>(&found->second)) return *value;
  throw core::Error(ErrorCode::damaged, std::string("attribute '") + name + "' is no list of integers");
}

void Importer::output(const Node& node, Value value, std::size_t k) {
  if (k < node.outputs.size()) values_.insert_or_assign(node.outputs[k], std::move(value));
}

/// The type in which values arrive; see qonnx_import.hpp.
FixedPoint Importer::input_type(const Node& user, std::int64_t element_type) {
  if (options_.input) return *options_.input;
  switch (element_type) {
    case 2:
      return {8, 8, false, Rounding::half_even, Overflow::saturate};
    case 3:
      return {8, 8, true, Rounding::half_even, Overflow::saturate};
    case 4:
      return {16, 16, false, Rounding::half_even, Overflow::saturate};
    case 6:
    case 7:
      return {32, 32, true, Rounding::half_even, Overflow::saturate};
    default:
      break;
  }
  const std::string& name = model_.inputs[0].name;
  const bool by_quant =
      (user.op == "Quant" || user.op == "IntQuant") && user.inputs.size() == 4 && user.inputs[0] == name;
  if (!by_quant) return hardware_integer;
  bool is_bipolar = false;
  Shape shape = model_.inputs[0].shape;
  shape.erase(shape.begin());
  const std::vector<FixedPoint> types = quant_types(user, shape, is_bipolar);
  FixedPoint type = types[0];
  const bool whole_int16 = std::ranges::all_of(
      types, [](const FixedPoint& t) { return t.fraction() <= 0 && t.integer <= (t.is_signed ? 16 : 15); });
  if (is_bipolar || whole_int16) return hardware_integer;
  const auto same = [&](const Node& other) {
    const bool uses = std::ranges::find(other.inputs, name) != other.inputs.end();
    return !uses || (other.op == user.op && other.inputs == user.inputs && other.attributes == user.attributes);
  };
  const bool alone =
      std::ranges::all_of(model_.nodes, same) && std::ranges::all_of(types, [&](const auto& t) { return t == type; });
  if (alone && (type.is_signed || integer(user, "narrow", 0) == 0)) return type;
  // Quantisers differ: a type finer and wider than all of them, so that theirs decide.
  const int fraction = std::ranges::max(types, {}, &FixedPoint::fraction).fraction() + 8;
  const int whole = std::clamp(std::ranges::max(types, {}, &FixedPoint::integer).integer + 2, 2, 40);
  return {std::min(whole + fraction, 60), std::min(whole + fraction, 60) - fraction, true, Rounding::half_even,
          Overflow::saturate};
}

void Importer::make_input(const Node& first_user) {
  const Port& port = model_.inputs[0];
  Shape shape = port.shape;
  shape.erase(shape.begin());
  const FixedPoint type = input_type(first_user, port.element_type);
  build_.set_label(port.name);
  const std::size_t features = count_of(shape);
  values_.insert_or_assign(port.name, build_.input({type, features}, std::move(shape)));
}

void Importer::run_node(const Node& node) {
  const bool uses_input = std::ranges::find(node.inputs, model_.inputs[0].name) != node.inputs.end();
  if (uses_input && !values_.contains(model_.inputs[0].name)) make_input(node);
  build_.set_label(node.outputs.empty() ? node.name : node.outputs[0]);
  const auto handler = handlers().find(node.op);
  if (handler == handlers().end()) {
    std::string form = nearest_form(node.op);
    std::vector<std::string> known;
    for (const auto& [name, h] : handlers()) known.push_back(name);
    if (form.empty()) form = core::nearest(node.op, known);
    refuse("is an operator '" + node.op + "'", form.empty() ? "MatMul, Add, Mul, Relu and Quant" : form);
  }
  (this->*handler->second)(node);
}

NodeIndex Importer::find_output() const {
  std::vector<const Port*> fit;
  std::string names;
  for (const Port& port : model_.outputs) {
    names += (names.empty() ? "'" : ", '") + port.name + "'";
    const auto found = values_.find(port.name);
    if (found == values_.end()) throw core::Error(ErrorCode::damaged, "output '" + port.name + "' is made by no node");
    if (port.name == options_.output) return found->second.node;
    if (!found->second.is_constant && (model_.outputs.size() == 1 || count_of(found->second.shape) == 1))
      fit.push_back(&port);
  }
  if (!options_.output.empty() || fit.size() != 1) {
    throw core::Error(ErrorCode::mismatch, options_.output.empty() ? "has no single score among its outputs"
                                                                   : "has no output '" + options_.output + "'")
        .remedy("Its outputs: " + names);
  }
  return values_.find(fit[0]->name)->second.node;
}

Graph Importer::run() {
  if (model_.inputs.size() != 1) {
    std::string names;
    for (const Port& port : model_.inputs) names += " '" + port.name + "'";
    refuse("has " + std::to_string(model_.inputs.size()) + " inputs:" + names, "one input of all features");
  }
  const Port& port = model_.inputs[0];
  if (!port.has_shape || port.shape.size() < 2 ||
      std::ranges::count(port.shape.begin() + 1, port.shape.end(), -1) > 0) {
    refuse("has an input of unknown shape", "an input (N, features), N free");
  }
  for (const auto& [name, array] : model_.initializers) {
    values_.insert_or_assign(name, Builder::constant(array.shape, array.values));
  }
  for (const Node& node : model_.nodes) {
    try {
      run_node(node);
    } catch (core::Error& e) {
      e.in("node '" + (node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name) + "' (" + node.op +
           ")");
      throw;
    }
  }
  if (!values_.contains(port.name)) throw core::Error(ErrorCode::mismatch, "does not use its input");
  Graph graph =
      options_.simplify ? simplify(build_.graph(), find_output()) : with_output(build_.graph(), find_output());
  graph.name = model_.name;
  return graph;
}

}  // namespace onnx_file

Graph import_qonnx(std::span<const std::byte> bytes, const QonnxOptions& options) {
  const onnx_file::Model model = onnx_file::parse(bytes);
  return onnx_file::Importer(model, options).run();
}

Graph import_qonnx(const std::filesystem::path& path, const QonnxOptions& options) {
  try {
    const std::string bytes = core::read_text(path, 256u << 20);
    return import_qonnx(std::as_bytes(std::span(bytes)), options);
  } catch (core::Error& e) {
    e.file(path.native());
    throw;
  }
}

}  // namespace trigloop::model
