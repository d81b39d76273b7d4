#pragma once
// Tensors while a graph is imported: shaped values that are constants or features of the graph under construction, and
// the operations on them. Operations on constants alone are folded exactly, so an importer need not tell the two apart.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/dyadic.hpp"

namespace trigloop::model {

using Shape = std::vector<std::int64_t>;

/// Elements of a shape. Error: limit, beyond `Builder::max_elements`; damaged, if a dimension is negative.
std::size_t count_of(const Shape& shape);
/// The shape that two shapes broadcast to, aligned at their ends as NumPy does. Error: mismatch.
Shape broadcast(const Shape& a, const Shape& b);
/// For each element of `to` the element of `from` that it is a copy of.
std::vector<std::uint32_t> broadcast_index(const Shape& from, const Shape& to);

struct Value {
  Shape shape;  ///< of features: without the batch
  bool is_constant = false;
  std::vector<Dyadic> constants;  ///< row-major
  NodeIndex node = 0;             ///< the node whose features these are, row-major

  /// Dimensions in the file, the batch included.
  std::size_t rank() const noexcept { return shape.size() + (is_constant ? 0 : 1); }
};

class Builder {
 public:
  static constexpr std::size_t max_elements = 1u << 20;

  /// The name of nodes made from now on.
  void set_label(std::string label) { label_ = std::move(label); }

  static Value constant(Shape shape, std::vector<Dyadic> values) {
    return {std::move(shape), true, std::move(values), 0};
  }
  static Value constant(Dyadic value) { return constant({}, {value}); }
  Value input(const Input& op, Shape shape);

  /// y[k] = x[index[k]].
  Value remap(const Value& x, std::vector<std::uint32_t> index, Shape shape);
  /// Values end to end (all of them features, or all constants), then remapped.
  Value gather(std::span<const Value> parts, std::vector<std::uint32_t> index, Shape shape);

  Value add(const Value& a, const Value& b);
  Value subtract(const Value& a, const Value& b);
  Value multiply(const Value& a, const Value& b);
  Value negate(const Value& a);
  Value relu(const Value& a);
  /// min(a, limit) and max(a, limit), from ReLUs.
  Value at_most(const Value& a, const Value& limit);
  Value at_least(const Value& a, const Value& limit);
  /// One type, or one an element.
  Value quantise(const Value& a, const std::vector<FixedPoint>& types);
  /// Multiples of 2^-fraction, without a limit.
  Value round(const Value& a, int fraction, core::Rounding rounding);
  /// Sums of `group` consecutive elements.
  Value sum(const Value& a, std::size_t group, Shape shape);
  /// Weights (outputs x inputs) times all elements of x.
  Value dense(const Value& x, std::span<const Dyadic> weights, std::size_t outputs, Shape shape);

  const Graph& graph() const noexcept { return graph_; }
  const Tensor& tensor(const Value& x) const { return graph_[x.node].output; }

 private:
  struct Pair {
    Value a, b;
    Shape shape;
  };
  Pair matched(const Value& a, const Value& b);
  Value node(Operation op, std::vector<NodeIndex> inputs, Shape shape);

  Graph graph_;
  std::string label_;
};

}  // namespace trigloop::model
