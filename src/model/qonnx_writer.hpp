#pragma once
// A QONNX file under construction (or one of plain ONNX): constants and nodes, one after the other. Every function that
// makes a node returns the name of its tensor. Used by qonnx_export.cpp alone; protobuf stays in the .cpp file.
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/graph.hpp"

namespace onnx {
class ModelProto;
class NodeProto;
}  // namespace onnx

namespace trigloop::model {

class QonnxWriter {
 public:
  using Strings = std::vector<std::string>;
  using Attributes = std::initializer_list<std::pair<const char*, std::int64_t>>;

  /// `wide`: computes in double precision. `plain`: quantisers become operators of ONNX itself.
  QonnxWriter(const std::string& name, bool wide, bool plain = false);
  ~QonnxWriter();
  QonnxWriter(const QonnxWriter&) = delete;
  QonnxWriter& operator=(const QonnxWriter&) = delete;

  /// Nothing that comes by itself gets this name. Files that were exported come back with nodes named as tensors were.
  void reserve(const std::string& name) { reserved_.insert(name); }

  bool wide() const noexcept { return wide_; }
  /// For a part of the file; returns how it was.
  bool set_wide(bool wide);
  /// Tensors are named after the node of the graph that they belong to.
  void begin(const std::string& node_name) { label_ = node_name; }

  void input(const std::string& name, std::size_t features);
  void output(const std::string& name, std::size_t features);

  std::string constant(const std::vector<double>& values, const std::vector<std::int64_t>& shape);
  std::string scalar(double value);
  std::string row(const Constants& constants);
  std::string integers(const std::vector<std::int64_t>& values);

  std::string op(const char* kind, const Strings& inputs, Attributes attributes = {});
  std::string quant(const std::string& x, int bits, bool is_signed, bool narrow, const char* rounding, int exponent);
  std::string to_double(const std::string& x);
  /// Gives the tensor that was just made the graph node's own name.
  std::string named(const std::string& made);

  /// Features by number, tensors end to end, sums over an axis.
  std::string gathered(const std::string& x, const std::vector<std::int64_t>& index);
  std::string joined(const Strings& parts);
  std::string summed(const std::string& x, std::int64_t axis, std::int64_t keepdims);

  /// The bytes of the file.
  std::string bytes() const;

 private:
  onnx::NodeProto& node(const char* kind, const Strings& inputs, Attributes attributes);
  std::string rounded(const std::string& x, std::string_view mode);
  /// prefix0, prefix1, ...
  std::string fresh(const std::string& prefix, int& number) const;

  std::unique_ptr<onnx::ModelProto> model_;
  bool wide_, plain_;
  std::string label_;
  std::set<std::string> reserved_;
  std::map<double, std::string> scalars_;
  int constants_ = 0, tensors_ = 0;
};

}  // namespace trigloop::model
