#pragma once
// Inside the QONNX importer: one member function a kind of node, by subject in
// qonnx_{quant,arithmetic,linear,shape}.cpp.
#include <map>
#include <string>

#include "model/builder.hpp"
#include "model/onnx_file.hpp"
#include "model/qonnx_import.hpp"

namespace trigloop::model::onnx_file {

class Importer {
 public:
  Importer(const Model& model, const QonnxOptions& options) : model_(model), options_(options) {}
  Graph run();

 private:
  using Handler = void (Importer::*)(const Node&);
  static const std::map<std::string, Handler, std::less<>>& handlers();

  // qonnx_import.cpp
  void run_node(const Node& node);
  void make_input(const Node& first_user);
  FixedPoint input_type(const Node& first_user, std::int64_t element_type);
  NodeIndex find_output() const;
  const Value& input(const Node& node, std::size_t k);
  bool has_input(const Node& node, std::size_t k) const { return k < node.inputs.size() && !node.inputs[k].empty(); }
  const Value& constant_input(const Node& node, std::size_t k, const char* what);
  Dyadic scalar_input(const Node& node, std::size_t k, const char* what);
  std::vector<std::int64_t> integers_input(const Node& node, std::size_t k, const char* what);
  std::int64_t integer(const Node& node, const char* attribute, std::int64_t otherwise) const;
  double number(const Node& node, const char* attribute, double otherwise) const;
  std::string text(const Node& node, const char* attribute, const char* otherwise) const;
  std::vector<std::int64_t> integers(const Node& node, const char* attribute) const;
  void output(const Node& node, Value value, std::size_t k = 0);

  // qonnx_quant.cpp
  void quant(const Node& node);
  void bipolar_quant(const Node& node);
  void trunc(const Node& node);
  Value quantised(const Node& node, const Value& x);
  std::vector<FixedPoint> quant_types(const Node& node, const Shape& shape, bool& is_bipolar);
  std::vector<int> quant_exponents(const Node& node, std::size_t input, const Shape& shape);
  Value bipolar(const Value& x, const std::vector<int>& exponents);
  void refuse_zero_point(const Node& node);

  // qonnx_arithmetic.cpp
  void add(const Node& node);
  void subtract(const Node& node);
  void multiply(const Node& node);
  void divide(const Node& node);
  void negate(const Node& node);
  void relu(const Node& node);
  void absolute(const Node& node);
  void power(const Node& node);
  void square_root(const Node& node);
  void clip(const Node& node);
  void minimum(const Node& node);
  void maximum(const Node& node);
  void round_to_integer(const Node& node);
  void cast(const Node& node);
  void batch_normalization(const Node& node);
  Value quotient(const Value& a, const Value& b);

  // qonnx_linear.cpp
  void matmul(const Node& node);
  void gemm(const Node& node);
  void reduce_sum(const Node& node);
  Value product(const Value& a, const Value& b);
  Value reduced(const Node& node, const Value& x);

  // qonnx_shape.cpp
  void identity(const Node& node);
  void constant(const Node& node);
  void reshape(const Node& node);
  void flatten(const Node& node);
  void transpose(const Node& node);
  void squeeze(const Node& node);
  void unsqueeze(const Node& node);
  void slice(const Node& node);
  void split(const Node& node);
  void concat(const Node& node);
  void gather(const Node& node);
  void expand(const Node& node);
  Value permuted(const Value& x, const std::vector<std::size_t>& order);
  /// Elements [begin, begin + step, ...] of one axis.
  Value taken(const Value& x, std::size_t axis, std::span<const std::size_t> positions);
  /// The axis of x.shape that ONNX' axis means; the batch is refused.
  static std::size_t axis_of(const Value& x, std::int64_t axis);
  std::vector<std::int64_t> axes(const Node& node, std::size_t input);

  const Model& model_;
  const QonnxOptions& options_;
  Builder build_;
  std::map<std::string, Value, std::less<>> values_;
};

/// An operation that exact arithmetic cannot do.
[[noreturn]] void refuse(const std::string& reason, const std::string& nearest);

}  // namespace trigloop::model::onnx_file
