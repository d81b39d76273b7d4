#include "model/qonnx_export.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/error.hpp"

namespace trigloop::model {
namespace {

using core::Overflow;
using core::Rounding;
using Strings = std::vector<std::string>;

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

/// Writes nodes one after the other; every method returns the name of the tensor that it made.
class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {
    model_.set_ir_version(8);
    model_.set_producer_name("trigloop");
    add_opset("", 13);
    add_opset("qonnx.custom_op.general", 1);
    out_ = model_.mutable_graph();
    out_->set_name(graph.name.empty() ? "model" : graph.name);
    for (const Node& node : graph.nodes()) wide_ = wide_ || node.working_bits > 24;
  }

  std::string write() {
    for (const Node& node : graph_.nodes()) {
      label_ = node.name;
      try {
        names_.push_back(std::visit([&](const auto& op) { return emit(op, node); }, node.operation));
      } catch (core::Error& e) {
        e.in("node '" + node.name + "'");
        throw;
      }
    }
    port(*out_->add_output(), names_.back(), graph_.output().output.features(),
         wide_ ? onnx::TensorProto::DOUBLE : onnx::TensorProto::FLOAT);
    return model_.SerializeAsString();
  }

 private:
  void add_opset(const char* domain, int version) {
    auto* set = model_.add_opset_import();
    set->set_domain(domain);
    set->set_version(version);
  }

  static void port(onnx::ValueInfoProto& value, const std::string& name, std::size_t features, int type) {
    value.set_name(name);
    auto* tensor = value.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    tensor->mutable_shape()->add_dim()->set_dim_param("N");
    tensor->mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(features));
  }

  // ---- constants and nodes

  std::string constant(const std::vector<double>& values, const std::vector<std::int64_t>& shape) {
    auto* tensor = out_->add_initializer();
    tensor->set_name("c" + std::to_string(constants_++));
    for (const std::int64_t dim : shape) tensor->add_dims(dim);
    tensor->set_data_type(wide_ ? onnx::TensorProto::DOUBLE : onnx::TensorProto::FLOAT);
    for (const double v : values) {
      if (wide_) {
        tensor->add_double_data(v);
      } else {
        tensor->add_float_data(static_cast<float>(v));
      }
    }
    return tensor->name();
  }
  std::string scalar(double value) {
    const auto [at, fresh] = scalars_.try_emplace(value);
    if (fresh) at->second = constant({value}, {});
    return at->second;
  }
  std::string row(const Constants& c) {
    std::vector<double> values;
    for (const std::int64_t code : c.codes) values.push_back(std::ldexp(static_cast<double>(code), -c.fraction));
    return constant(values, {static_cast<std::int64_t>(values.size())});
  }
  std::string integers(const std::vector<std::int64_t>& values) {
    auto* tensor = out_->add_initializer();
    tensor->set_name("c" + std::to_string(constants_++));
    tensor->add_dims(static_cast<std::int64_t>(values.size()));
    tensor->set_data_type(onnx::TensorProto::INT64);
    for (const std::int64_t v : values) tensor->add_int64_data(v);
    return tensor->name();
  }

  onnx::NodeProto* node(const char* op, const Strings& inputs) {
    auto* made = out_->add_node();
    made->set_op_type(op);
    for (const std::string& input : inputs) made->add_input(input);
    // The last tensor of a node of the graph bears its name; see `named`.
    made->add_output(label_ + ":" + std::to_string(tensors_++));
    return made;
  }
  std::string op(const char* kind, const Strings& inputs) { return node(kind, inputs)->output(0); }
  static void attribute(onnx::NodeProto* to, const char* name, std::int64_t value) {
    auto* a = to->add_attribute();
    a->set_name(name);
    a->set_type(onnx::AttributeProto::INT);
    a->set_i(value);
  }
  /// Gives the tensor that was just made the graph node's own name.
  std::string named(const std::string& made) {
    auto* last = out_->node_size() > 0 ? out_->mutable_node(out_->node_size() - 1) : nullptr;
    if (last == nullptr || last->output(0) != made) return op_named("Identity", {made});
    if (last->op_type() == "Cast") {  // the quantiser before it is what people look for
      out_->mutable_node(out_->node_size() - 2)->set_output(0, label_);
      last->set_input(0, label_);
      return made;
    }
    last->set_output(0, label_);
    last->set_name("n_" + label_);
    return label_;
  }
  std::string op_named(const char* kind, const Strings& inputs) { return named(op(kind, inputs)); }

  // ---- quantisers

  std::string quant(const std::string& x, int bits, bool is_signed, bool narrow, const char* rounding, int exponent) {
    auto* made = node("Quant", {x, scalar(std::ldexp(1.0, exponent)), scalar(0), scalar(bits)});
    made->set_domain("qonnx.custom_op.general");
    attribute(made, "signed", is_signed ? 1 : 0);
    attribute(made, "narrow", narrow ? 1 : 0);
    auto* a = made->add_attribute();
    a->set_name("rounding_mode");
    a->set_type(onnx::AttributeProto::STRING);
    a->set_s(rounding);
    if (!wide_) return made->output(0);
    // qonnx gives float32 whatever comes in, and ONNX mixes no types.
    auto* cast = node("Cast", {made->output(0)});
    attribute(cast, "to", onnx::TensorProto::DOUBLE);
    return cast->output(0);
  }

  /// x, whose codes of `fraction` have `bits` bits, in `type`.
  std::string quantised(std::string x, int bits, int fraction, const FixedPoint& type) {
    const double half = std::ldexp(0.5, -type.fraction());
    const bool rounds = type.fraction() < fraction;
    if (rounds && type.rounding == Rounding::half_up) x = op("Add", {x, scalar(half)});
    if (rounds && type.rounding == Rounding::half_down) x = op("Sub", {x, scalar(half)});
    const char* rounding = name_of(type.rounding);
    const int exponent = -type.fraction();
    if (type.overflow == Overflow::wrap) {
      const int free = std::clamp(bits + std::max(0, type.fraction() - fraction) + 2, 2, 63);
      if (rounds) x = quant(x, free, true, false, rounding, exponent);
      const std::string up = type.is_signed ? op("Add", {x, scalar(std::ldexp(1.0, type.integer - 1))}) : x;
      return op("Sub", {x, quant(up, free + 1, true, false, "FLOOR", type.integer)});
    }
    const bool narrow = type.is_signed && type.overflow == Overflow::symmetric;
    if (type.width > 1 || !type.is_signed) return quant(x, type.width, type.is_signed, narrow, rounding, exponent);
    if (narrow) return op("Mul", {x, scalar(0)});
    // One signed bit, -1 or 0: QONNX' own is +1 or -1. It is the smaller half of two bits, as min(y, 0) = -relu(-y).
    return op("Neg", {op("Relu", {op("Neg", {quant(op("Max", {x, scalar(-std::ldexp(1.0, exponent))}), 3, true, false,
                                                   rounding, exponent)})})});
  }

  // ---- nodes of the graph

  const std::string& in(const Node& node, std::size_t k = 0) const { return names_[node.inputs[k]]; }
  const Tensor& tensor(const Node& node, std::size_t k = 0) const { return graph_[node.inputs[k]].output; }

  std::string emit(const Input& op_, const Node& node) {
    port(*out_->add_input(), label_, op_.features, onnx::TensorProto::FLOAT);
    std::string x = label_;
    label_ += "_typed";
    if (!(op_.type.width == 16 && op_.type.integer == 16 && op_.type.is_signed)) {
      const bool wide = std::exchange(wide_, false);
      x = quantised(x, 32, node.output.fraction, op_.type);
      scalars_.clear();
      wide_ = wide;
    }
    if (!wide_) return x;
    auto* cast = this->node("Cast", {x});
    attribute(cast, "to", onnx::TensorProto::DOUBLE);
    return cast->output(0);
  }

  std::string emit(const Quantise& op_, const Node& node) {
    const Tensor& x = tensor(node);
    if (op_.types.size() == 1) return named(quantised(in(node), x.bits(), x.fraction, op_.types[0]));
    // Features of one type go through one Quant; then they find their places again.
    std::map<std::string, std::vector<std::int64_t>> groups;
    for (std::size_t i = 0; i < op_.types.size(); ++i)
      groups[core::to_string(op_.types[i])].push_back(static_cast<std::int64_t>(i));
    Strings parts;
    std::vector<std::int64_t> place(op_.types.size());
    std::int64_t at = 0;
    for (const auto& [text, features] : groups) {
      for (const std::int64_t i : features) place[static_cast<std::size_t>(i)] = at++;
      const FixedPoint& type = op_.types[static_cast<std::size_t>(features[0])];
      parts.push_back(quantised(gathered(in(node), features), x.bits(), x.fraction, type));
    }
    return named(gathered(joined(parts), place));
  }

  std::string emit(const Dense& op_, const Node& node) {
    if (op_.accumulator) refuse("a running sum that is truncated", "Keep the model in its own file");
    std::vector<double> weights(op_.weights.codes.size());
    for (std::size_t k = 0; k < weights.size(); ++k) {
      weights[k % op_.inputs * op_.outputs + k / op_.inputs] =
          std::ldexp(static_cast<double>(op_.weights.codes[k]), -op_.weights.fraction);
    }
    const std::string w =
        constant(weights, {static_cast<std::int64_t>(op_.inputs), static_cast<std::int64_t>(op_.outputs)});
    std::string y;
    if (op_.product) {
      const std::string terms = op("Mul", {op("Unsqueeze", {in(node), integers({2})}), w});
      int weight_bits = 1;
      for (const std::int64_t code : op_.weights.codes) weight_bits = std::max(weight_bits, bits_of({code, code}));
      y = summed(quantised(terms, tensor(node).bits() + weight_bits, tensor(node).fraction + op_.weights.fraction,
                           *op_.product),
                 1, 0);
    } else {
      y = op("MatMul", {in(node), w});
    }
    return named(op_.bias.codes.empty() ? y : op("Add", {y, row(op_.bias)}));
  }

  std::string emit(const AddConstant& op_, const Node& node) { return op_named("Add", {in(node), row(op_.constant)}); }
  std::string emit(const MulConstant& op_, const Node& node) { return op_named("Mul", {in(node), row(op_.constant)}); }
  std::string emit(const Add&, const Node& node) { return op_named("Add", {in(node), in(node, 1)}); }
  std::string emit(const Subtract&, const Node& node) { return op_named("Sub", {in(node), in(node, 1)}); }
  std::string emit(const Multiply&, const Node& node) { return op_named("Mul", {in(node), in(node, 1)}); }
  std::string emit(const Relu&, const Node& node) { return op_named("Relu", {in(node)}); }

  std::string emit(const Gather& op_, const Node& node) {
    Strings parts;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) parts.push_back(in(node, k));
    return named(gathered(joined(parts), {op_.index.begin(), op_.index.end()}));
  }

  std::string emit(const Sum& op_, const Node& node) {
    const auto groups = static_cast<std::int64_t>(node.output.features());
    const std::string blocks = op("Reshape", {in(node), integers({0, groups, static_cast<std::int64_t>(op_.group)})});
    return named(summed(blocks, 2, 0));
  }

  std::string emit(const Dot& op_, const Node& node) {
    if (op_.accumulator) refuse("a running sum that is truncated", "Keep the model in its own file");
    std::string terms = op("Mul", {in(node), in(node, 1)});
    if (op_.product) {
      const int bits = tensor(node).bits() + tensor(node, 1).bits();
      terms = quantised(terms, bits, tensor(node).fraction + tensor(node, 1).fraction, *op_.product);
    }
    return named(summed(terms, 1, 1));
  }

  std::string emit(const MixtureDistance&, const Node&) {
    refuse("a Gaussian mixture", "Export the network before it");
  }

  std::string gathered(const std::string& x, const std::vector<std::int64_t>& index) {
    auto* made = node("Gather", {x, integers(index)});
    attribute(made, "axis", 1);
    return made->output(0);
  }
  std::string joined(const Strings& parts) {
    if (parts.size() == 1) return parts[0];
    auto* made = node("Concat", parts);
    attribute(made, "axis", 1);
    return made->output(0);
  }
  std::string summed(const std::string& x, std::int64_t axis, std::int64_t keepdims) {
    auto* made = node("ReduceSum", {x, integers({axis})});
    attribute(made, "keepdims", keepdims);
    return made->output(0);
  }

  const Graph& graph_;
  onnx::ModelProto model_;
  onnx::GraphProto* out_ = nullptr;
  bool wide_ = false;  ///< compute in double precision
  std::string label_;
  Strings names_;
  std::map<double, std::string> scalars_;
  int constants_ = 0, tensors_ = 0;
};

}  // namespace

std::string export_qonnx(const Graph& graph) { return Writer(graph).write(); }

}  // namespace trigloop::model
