// Matrix products and sums.
#include <algorithm>

#include "core/error.hpp"
#include "model/qonnx_importer.hpp"

namespace trigloop::model::onnx_file {
namespace {

std::size_t size_at(const Shape& shape, std::size_t from_end) {
  return static_cast<std::size_t>(shape[shape.size() - from_end]);
}

/// Index lists that repeat rows of an (a, k) and columns of a (k, b) matrix, so that element-wise products can be
/// summed.
std::vector<std::uint32_t> repeated_rows(std::size_t a, std::size_t b, std::size_t k) {
  std::vector<std::uint32_t> index;
  for (std::size_t i = 0; i < a * b * k; ++i) index.push_back(static_cast<std::uint32_t>(i / (b * k) * k + i % k));
  return index;
}
std::vector<std::uint32_t> repeated_columns(std::size_t a, std::size_t b, std::size_t k) {
  std::vector<std::uint32_t> index;
  for (std::size_t i = 0; i < a * b * k; ++i) index.push_back(static_cast<std::uint32_t>(i % k * b + i / k % b));
  return index;
}

}  // namespace

/// a (..., k) times b (k, n), or both with the batch in front.
Value Importer::product(const Value& x, const Value& w) {
  Value a = x, b = w;
  for (Value* v : {&a, &b}) {
    while (v->is_constant && v->shape.size() > 2 && v->shape.front() == 1) v->shape.erase(v->shape.begin());
    if (v->shape.empty() || (v->is_constant && v->shape.size() > 2))
      refuse("multiplies stacks of matrices", "one MatMul each");
  }
  if (!a.is_constant && b.is_constant) {
    const std::size_t k = size_at(a.shape, 1), rows = count_of(a.shape) / std::max<std::size_t>(k, 1);
    const std::size_t n = b.shape.size() == 2 ? size_at(b.shape, 1) : 1;
    if (static_cast<std::size_t>(b.shape[0]) != k)
      throw core::Error(core::ErrorCode::damaged, "its matrices do not fit");
    Shape shape = a.shape;
    shape.pop_back();
    if (b.shape.size() == 2) shape.push_back(static_cast<std::int64_t>(n));
    count_of({static_cast<std::int64_t>(rows * k), static_cast<std::int64_t>(rows * n)});
    std::vector<Dyadic> weights(rows * n * rows * k);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t o = 0; o < n; ++o) {
        for (std::size_t i = 0; i < k; ++i) weights[(r * n + o) * rows * k + r * k + i] = b.constants[i * n + o];
      }
    }
    return build_.dense(a, weights, rows * n, std::move(shape));
  }
  if (a.shape.size() != 2 || b.shape.size() != 2 || b.is_constant) {
    refuse("multiplies matrices across events", "features (N, k) times constants (k, n)");
  }
  const std::size_t rows = size_at(a.shape, 2), k = size_at(a.shape, 1), n = size_at(b.shape, 1);
  if (size_at(b.shape, 2) != k) throw core::Error(core::ErrorCode::damaged, "its matrices do not fit");
  const Shape shape{a.shape[0], b.shape[1]};
  const Shape terms{a.shape[0], b.shape[1], a.shape[1]};
  count_of(terms);
  const Value left = build_.remap(a, repeated_rows(rows, n, k), terms);
  const Value right = build_.remap(b, repeated_columns(rows, n, k), terms);
  return build_.sum(build_.multiply(left, right), k, shape);
}

void Importer::matmul(const Node& node) { output(node, product(input(node, 0), input(node, 1))); }

void Importer::gemm(const Node& node) {
  if (integer(node, "transA", 0) != 0) refuse("has transA", "a Gemm of the features as they are");
  Value weights = constant_input(node, 1, "weights");
  if (weights.shape.size() != 2) throw core::Error(core::ErrorCode::damaged, "its weights are no matrix");
  if (integer(node, "transB", 0) != 0) weights = permuted(weights, {1, 0});
  const Value alpha = Builder::constant(Dyadic::from_double(number(node, "alpha", 1)));
  Value y = product(input(node, 0), build_.multiply(weights, alpha));
  if (has_input(node, 2)) {
    const Value beta = Builder::constant(Dyadic::from_double(number(node, "beta", 1)));
    y = build_.add(y, build_.multiply(input(node, 2), beta));
  }
  output(node, std::move(y));
}

/// Sum over the node's axes, for ReduceSum and its relatives.
Value Importer::reduced(const Node& node, const Value& x) {
  std::vector<std::size_t> gone;
  const std::vector<std::int64_t> named = axes(node, 1);
  for (const std::int64_t axis : named) gone.push_back(axis_of(x, axis));
  if (named.empty() && integer(node, "noop_with_empty_axes", 0) != 0) return x;
  if (named.empty()) refuse("sums over the batch too", "axes that name the features");
  std::vector<std::size_t> order;
  Shape shape, kept;
  for (std::size_t d = 0; d < x.shape.size(); ++d) {
    const bool is_gone = std::ranges::find(gone, d) != gone.end();
    if (!is_gone) order.push_back(d), kept.push_back(x.shape[d]);
    if (!is_gone) shape.push_back(x.shape[d]);
    if (is_gone && integer(node, "keepdims", 1) != 0) shape.push_back(1);
  }
  for (std::size_t d = 0; d < x.shape.size(); ++d) {
    if (std::ranges::find(gone, d) != gone.end()) order.push_back(d);
  }
  const std::size_t outputs = count_of(kept), group = outputs == 0 ? 0 : count_of(x.shape) / outputs;
  if (group == 0) refuse("sums nothing", "a tensor with elements");
  return build_.sum(permuted(x, order), group, std::move(shape));
}

void Importer::reduce_sum(const Node& node) {
  Value x = input(node, 0);
  if (node.op == "ReduceSumSquare") x = build_.multiply(x, x);
  const std::size_t before = count_of(x.shape);
  Value y = reduced(node, x);
  if (node.op == "ReduceMean") {
    const auto group = static_cast<std::int64_t>(before / std::max<std::size_t>(count_of(y.shape), 1));
    y = quotient(y, Builder::constant(Dyadic(Code{group})));
  }
  output(node, std::move(y));
}

}  // namespace trigloop::model::onnx_file
