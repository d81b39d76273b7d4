#include "model/onnx_file.hpp"

#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/bytes.hpp"
#include "core/error.hpp"

namespace trigloop::model::onnx_file {
namespace {

using core::ErrorCode;

constexpr std::uint64_t max_constants = 4u << 20;

[[noreturn]] void fail(ErrorCode code, const std::string& reason) { throw core::Error(code, reason); }

double half_to_double(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const double sign = (bits >> 15) != 0 ? -1 : 1;
  if (exponent == 31) return fraction == 0 ? sign * HUGE_VAL : std::nan("");
  return exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024 + fraction, exponent - 25);
}

double brain_to_double(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

std::uint64_t count_of(const onnx::TensorProto& tensor) {
  std::uint64_t count = 1;
  for (const std::int64_t dim : tensor.dims()) {
    if (dim < 0) fail(ErrorCode::damaged, "has a negative dimension");
    if (dim != 0 && count > max_constants / static_cast<std::uint64_t>(dim)) {
      fail(ErrorCode::limit, "holds more than 4 million numbers");
    }
    count *= static_cast<std::uint64_t>(dim);
  }
  return count;
}

/// The values as T, from raw bytes or from the list of their kind.
template <class T, class List>
std::vector<T> values_of(const onnx::TensorProto& tensor, const List& list) {
  const std::uint64_t count = count_of(tensor);
  const std::string& raw = tensor.raw_data();
  const std::uint64_t stored = tensor.has_raw_data() ? raw.size() / sizeof(T) : static_cast<std::uint64_t>(list.size());
  if (stored != count || (tensor.has_raw_data() && raw.size() % sizeof(T) != 0)) {
    fail(ErrorCode::damaged,
         "holds " + std::to_string(stored) + " numbers where its shape asks for " + std::to_string(count));
  }
  std::vector<T> values;
  values.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    values.push_back(tensor.has_raw_data()
                         ? core::load_le<T>(reinterpret_cast<const std::byte*>(raw.data()) + i * sizeof(T))
                         : static_cast<T>(list[static_cast<int>(i)]));
  }
  return values;
}

template <class T>
std::vector<Dyadic> dyadics(const std::vector<T>& values) {
  std::vector<Dyadic> out;
  out.reserve(values.size());
  for (const T value : values) {
    if constexpr (std::is_floating_point_v<T>) {
      out.push_back(Dyadic::from_double(static_cast<double>(value)));
    } else {
      out.emplace_back(Code{value});
    }
  }
  return out;
}

template <double (*Decode)(std::uint16_t)>
std::vector<Dyadic> sixteen_bit_floats(const onnx::TensorProto& t) {
  std::vector<double> values;
  for (const std::uint16_t bits : values_of<std::uint16_t>(t, t.int32_data())) values.push_back(Decode(bits));
  return dyadics(values);
}

std::vector<Dyadic> numbers(const onnx::TensorProto& t) {
  using Proto = onnx::TensorProto;
  switch (t.data_type()) {
    case Proto::FLOAT:
      return dyadics(values_of<float>(t, t.float_data()));
    case Proto::DOUBLE:
      return dyadics(values_of<double>(t, t.double_data()));
    case Proto::FLOAT16:
      return sixteen_bit_floats<half_to_double>(t);
    case Proto::BFLOAT16:
      return sixteen_bit_floats<brain_to_double>(t);
    case Proto::INT64:
      return dyadics(values_of<std::int64_t>(t, t.int64_data()));
    case Proto::UINT64:
      return dyadics(values_of<std::uint64_t>(t, t.uint64_data()));
    case Proto::UINT32:
      return dyadics(values_of<std::uint32_t>(t, t.uint64_data()));
    case Proto::INT32:
      return dyadics(values_of<std::int32_t>(t, t.int32_data()));
    case Proto::INT16:
      return dyadics(values_of<std::int16_t>(t, t.int32_data()));
    case Proto::UINT16:
      return dyadics(values_of<std::uint16_t>(t, t.int32_data()));
    case Proto::INT8:
      return dyadics(values_of<std::int8_t>(t, t.int32_data()));
    case Proto::UINT8:
    case Proto::BOOL:
      return dyadics(values_of<std::uint8_t>(t, t.int32_data()));
    default:
      fail(ErrorCode::unsupported,
           "holds something that is not a number (ONNX type " + std::to_string(t.data_type()) + ")");
  }
}

class Parser {
 public:
  Array array(const onnx::TensorProto& tensor) {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
      throw core::Error(ErrorCode::unsupported, "keeps its numbers in another file")
          .remedy("Save the model with its data inside (onnx.save without save_as_external_data)");
    }
    constants_ += count_of(tensor);
    if (constants_ > max_constants) fail(ErrorCode::limit, "the model holds more than 4 million numbers");
    return {{tensor.dims().begin(), tensor.dims().end()}, numbers(tensor)};
  }

  Attribute attribute(const onnx::AttributeProto& a) {
    using Proto = onnx::AttributeProto;
    switch (a.type()) {
      case Proto::INT:
        return a.i();
      case Proto::FLOAT:
        return static_cast<double>(a.f());
      case Proto::STRING:
        return a.s();
      case Proto::INTS:
        return std::vector<std::int64_t>(a.ints().begin(), a.ints().end());
      case Proto::FLOATS:
        return std::vector<double>(a.floats().begin(), a.floats().end());
      case Proto::TENSOR:
        return array(a.t());
      default:
        fail(ErrorCode::unsupported,
             "attribute '" + a.name() + "' is of a kind that is not read (graph, sparse tensor)");
    }
  }

  Node node(const onnx::NodeProto& n) {
    Node out{
        n.name(), n.domain(), n.op_type(), {n.input().begin(), n.input().end()}, {n.output().begin(), n.output().end()},
        {}};
    try {
      for (const auto& a : n.attribute()) out.attributes.insert_or_assign(a.name(), attribute(a));
    } catch (core::Error& e) {
      e.in("node '" + n.name() + "' (" + n.op_type() + ")");
      throw;
    }
    return out;
  }

 private:
  std::uint64_t constants_ = 0;
};

Port port(const onnx::ValueInfoProto& value) {
  const auto& type = value.type().tensor_type();
  Port out{value.name(), type.elem_type(), type.has_shape(), {}};
  for (const auto& dim : type.shape().dim()) out.shape.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
  return out;
}

}  // namespace

Model parse(std::span<const std::byte> bytes) {
  onnx::ModelProto proto;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !proto.has_graph()) {
    throw core::Error(ErrorCode::damaged, "is not an ONNX model, or is cut short").remedy("Export or copy it again");
  }
  if (proto.functions_size() > 0) fail(ErrorCode::unsupported, "defines functions of its own");
  const auto& graph = proto.graph();
  if (graph.sparse_initializer_size() > 0) fail(ErrorCode::unsupported, "holds sparse constants");
  Model model{graph.name(), proto.producer_name(), {}, {}, {}, {}};
  Parser parser;
  for (const auto& tensor : graph.initializer()) {
    try {
      model.initializers.insert_or_assign(tensor.name(), parser.array(tensor));
    } catch (core::Error& e) {
      e.in("constant '" + tensor.name() + "'");
      throw;
    }
  }
  for (const auto& node : graph.node()) model.nodes.push_back(parser.node(node));
  for (const auto& value : graph.input()) {
    if (!model.initializers.contains(value.name())) model.inputs.push_back(port(value));
  }
  for (const auto& value : graph.output()) model.outputs.push_back(port(value));
  return model;
}

}  // namespace trigloop::model::onnx_file
