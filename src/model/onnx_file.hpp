#pragma once
// An ONNX file without protobuf: nodes, attributes and constants as plain structs. The only code that sees the
// library's own types is onnx_file.cpp. Sizes that the file states are checked before memory is asked for.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "model/dyadic.hpp"

namespace trigloop::model::onnx_file {

/// A constant tensor, row-major.
struct Array {
  std::vector<std::int64_t> shape;
  std::vector<Dyadic> values;
  bool operator==(const Array&) const = default;
};

using Attribute =
    std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>, Array>;

struct Node {
  std::string name, domain, op;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, Attribute> attributes;
};

/// A graph input or output. A dimension is -1 where it is symbolic or missing.
struct Port {
  std::string name;
  std::int64_t element_type = 0;  ///< ONNX' number: 1 is float32, 5 int16, ...
  bool has_shape = false;
  std::vector<std::int64_t> shape;
};

struct Model {
  std::string name, producer;
  std::vector<Node> nodes;  ///< in the file's order, which is topological
  std::map<std::string, Array> initializers;
  std::vector<Port> inputs, outputs;  ///< inputs without those that are initialisers
};

/// Errors: damaged, if the bytes are no ONNX model or contradict themselves; unsupported, if it needs what is not read
/// (external data, sub-graphs, functions, sparse tensors, strings); limit, beyond 4 million constants.
Model parse(std::span<const std::byte> bytes);

}  // namespace trigloop::model::onnx_file
