#include "model/graph.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "model/derive.hpp"

namespace trigloop::model {
namespace {

std::string unique_name(std::string name, std::string_view kind, const std::vector<Node>& nodes) {
  const auto used = [&](const std::string& n) { return std::ranges::find(nodes, n, &Node::name) != nodes.end(); };
  if (name.empty()) name = kind;
  if (!used(name)) return name;
  for (std::size_t k = 2;; ++k) {
    if (std::string numbered = name + "_" + std::to_string(k); !used(numbered)) return numbered;
  }
}

}  // namespace

std::string_view name_of(const Operation& operation) noexcept {
  static constexpr std::array<std::string_view, std::variant_size_v<Operation>> names{
      "input", "quantise", "dense", "add_constant", "mul_constant",    "add", "subtract", "multiply",
      "relu",  "gather",   "sum",   "dot",          "mixture_distance"};
  return names[operation.index()];
}

NodeIndex Graph::add(std::string node_name, Operation operation, std::vector<NodeIndex> inputs) {
  Node node{
      unique_name(std::move(node_name), name_of(operation), nodes_), std::move(operation), std::move(inputs), {}, 0};
  try {
    if (nodes_.empty() != std::holds_alternative<Input>(node.operation)) {
      throw core::Error(core::ErrorCode::mismatch, "a graph has one input, and it comes first");
    }
    std::vector<const Tensor*> tensors;
    for (const NodeIndex input : node.inputs) {
      if (input >= nodes_.size()) throw core::Error(core::ErrorCode::mismatch, "uses a node that is not there yet");
      tensors.push_back(&nodes_[input].output);
    }
    Derived derived = derive(node.operation, tensors);
    node.output = std::move(derived.output);
    node.working_bits = derived.working_bits;
  } catch (core::Error& e) {
    e.in(std::string(name_of(node.operation)) + " '" + node.name + "'");
    throw;
  }
  nodes_.push_back(std::move(node));
  return nodes_.size() - 1;
}

}  // namespace trigloop::model
