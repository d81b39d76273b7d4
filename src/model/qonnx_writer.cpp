#include "model/qonnx_writer.hpp"

#include <onnx/onnx_pb.h>

#include <cmath>

namespace trigloop::model {
namespace {

constexpr const char* quantisers = "qonnx.custom_op.general";

void add_opset(onnx::ModelProto& model, const char* domain, int version) {
  auto* set = model.add_opset_import();
  set->set_domain(domain);
  set->set_version(version);
}

void describe(onnx::ValueInfoProto& value, const std::string& name, std::size_t features, int type) {
  value.set_name(name);
  auto* tensor = value.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  tensor->mutable_shape()->add_dim()->set_dim_param("N");
  tensor->mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(features));
}

}  // namespace

QonnxWriter::QonnxWriter(const std::string& name, bool wide, bool plain)
    : model_(std::make_unique<onnx::ModelProto>()), wide_(wide), plain_(plain) {
  model_->set_ir_version(8);
  model_->set_producer_name("trigloop");
  add_opset(*model_, "", 13);
  if (!plain_) add_opset(*model_, quantisers, 1);
  model_->mutable_graph()->set_name(name);
}

QonnxWriter::~QonnxWriter() = default;

bool QonnxWriter::set_wide(bool wide) {
  scalars_.clear();  // they have a precision
  return std::exchange(wide_, wide);
}

void QonnxWriter::input(const std::string& name, std::size_t features) {
  describe(*model_->mutable_graph()->add_input(), name, features, onnx::TensorProto::FLOAT);
}

void QonnxWriter::output(const std::string& name, std::size_t features) {
  describe(*model_->mutable_graph()->add_output(), name, features,
           wide_ ? onnx::TensorProto::DOUBLE : onnx::TensorProto::FLOAT);
}

std::string QonnxWriter::fresh(const std::string& prefix, int& number) const {
  std::string name;
  do name = prefix + std::to_string(number++);
  while (reserved_.contains(name));
  return name;
}

std::string QonnxWriter::constant(const std::vector<double>& values, const std::vector<std::int64_t>& shape) {
  auto* tensor = model_->mutable_graph()->add_initializer();
  tensor->set_name(fresh("c", constants_));
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

std::string QonnxWriter::scalar(double value) {
  const auto [at, fresh] = scalars_.try_emplace(value);
  if (fresh) at->second = constant({value}, {});
  return at->second;
}

std::string QonnxWriter::row(const Constants& constants) {
  std::vector<double> values;
  for (const std::int64_t code : constants.codes)
    values.push_back(std::ldexp(static_cast<double>(code), -constants.fraction));
  return constant(values, {static_cast<std::int64_t>(values.size())});
}

std::string QonnxWriter::integers(const std::vector<std::int64_t>& values) {
  auto* tensor = model_->mutable_graph()->add_initializer();
  tensor->set_name(fresh("c", constants_));
  tensor->add_dims(static_cast<std::int64_t>(values.size()));
  tensor->set_data_type(onnx::TensorProto::INT64);
  for (const std::int64_t v : values) tensor->add_int64_data(v);
  return tensor->name();
}

onnx::NodeProto& QonnxWriter::node(const char* kind, const Strings& inputs, Attributes attributes) {
  auto* made = model_->mutable_graph()->add_node();
  made->set_op_type(kind);
  for (const std::string& input : inputs) made->add_input(input);
  // The last tensor of a node of the graph bears its name; see `named`.
  made->add_output(fresh(label_ + ":", tensors_));
  for (const auto& [name, value] : attributes) {
    auto* a = made->add_attribute();
    a->set_name(name);
    a->set_type(onnx::AttributeProto::INT);
    a->set_i(value);
  }
  return *made;
}

std::string QonnxWriter::op(const char* kind, const Strings& inputs, Attributes attributes) {
  return node(kind, inputs, attributes).output(0);
}

std::string QonnxWriter::to_double(const std::string& x) {
  return op("Cast", {x}, {{"to", onnx::TensorProto::DOUBLE}});
}

std::string QonnxWriter::rounded(const std::string& x, std::string_view mode) {
  if (mode == "FLOOR") return op("Floor", {x});
  if (mode == "CEIL") return op("Ceil", {x});
  if (mode == "ROUND") return op("Round", {x});  // half to even
  const std::string size = op("Abs", {x});
  std::string whole;
  if (mode == "DOWN") {
    whole = op("Floor", {size});
  } else if (mode == "UP") {
    whole = op("Ceil", {size});
  } else if (mode == "HALF_UP") {
    whole = op("Floor", {op("Add", {size, scalar(0.5)})});
  } else {
    whole = op("Ceil", {op("Sub", {size, scalar(0.5)})});
  }
  return op("Mul", {op("Sign", {x}), whole});
}

std::string QonnxWriter::quant(const std::string& x, int bits, bool is_signed, bool narrow, const char* rounding,
                               int exponent) {
  if (plain_) {
    // Powers of two: multiplying by them is exact.
    const std::string code = rounded(op("Mul", {x, scalar(std::ldexp(1.0, -exponent))}), rounding);
    const double highest = std::ldexp(1.0, is_signed ? bits - 1 : bits) - 1;
    const double lowest = is_signed ? -highest - (narrow ? 0 : 1) : 0;
    const std::string clipped = op("Min", {op("Max", {code, scalar(lowest)}), scalar(highest)});
    return op("Mul", {clipped, scalar(std::ldexp(1.0, exponent))});
  }
  auto& made = node("Quant", {x, scalar(std::ldexp(1.0, exponent)), scalar(0), scalar(bits)},
                    {{"signed", is_signed ? 1 : 0}, {"narrow", narrow ? 1 : 0}});
  made.set_domain(quantisers);
  auto* mode = made.add_attribute();
  mode->set_name("rounding_mode");
  mode->set_type(onnx::AttributeProto::STRING);
  mode->set_s(rounding);
  // qonnx gives float32 whatever comes in, and ONNX mixes no types.
  return wide_ ? to_double(made.output(0)) : made.output(0);
}

std::string QonnxWriter::named(const std::string& made) {
  auto* graph = model_->mutable_graph();
  const int count = graph->node_size();
  auto* last = count > 0 ? graph->mutable_node(count - 1) : nullptr;
  if (last == nullptr || last->output(0) != made) return named(op("Identity", {made}));
  if (last->op_type() == "Cast") {  // the quantiser before it is what people look for
    graph->mutable_node(count - 2)->set_output(0, label_);
    last->set_input(0, label_);
    return made;
  }
  last->set_output(0, label_);
  last->set_name("n_" + label_);
  return label_;
}

std::string QonnxWriter::gathered(const std::string& x, const std::vector<std::int64_t>& index) {
  return op("Gather", {x, integers(index)}, {{"axis", 1}});
}
std::string QonnxWriter::joined(const Strings& parts) {
  return parts.size() == 1 ? parts[0] : op("Concat", parts, {{"axis", 1}});
}
std::string QonnxWriter::summed(const std::string& x, std::int64_t axis, std::int64_t keepdims) {
  return op("ReduceSum", {x, integers({axis})}, {{"keepdims", keepdims}});
}

std::string QonnxWriter::bytes() const { return model_->SerializeAsString(); }

}  // namespace trigloop::model
