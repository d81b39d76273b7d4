#include "model/builder.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace trigloop::model {
namespace {

using core::ErrorCode;

[[noreturn]] void fail(const std::string& reason) { throw core::Error(ErrorCode::mismatch, reason); }

std::string text_of(const Shape& shape) {
  std::string text = "(";
  for (std::size_t k = 0; k < shape.size(); ++k) text += (k > 0 ? ", " : "") + std::to_string(shape[k]);
  return text + ")";
}

template <class F>
Value each(Value a, F f) {
  for (Dyadic& value : a.constants) value = f(value);
  return a;
}

/// The shape of a constant beside features: without the dimension that meets the batch.
Shape beside_features(const Value& constant, std::size_t rank) {
  Shape shape = constant.shape;
  while (shape.size() >= rank) {
    if (shape.front() != 1) fail("a constant of shape " + text_of(constant.shape) + " reaches into the batch");
    shape.erase(shape.begin());
  }
  return shape;
}

}  // namespace

std::size_t count_of(const Shape& shape) {
  std::size_t count = 1;
  for (const std::int64_t dim : shape) {
    if (dim < 0) throw core::Error(ErrorCode::damaged, "has the shape " + text_of(shape));
    if (dim != 0 && count > Builder::max_elements / static_cast<std::uint64_t>(dim)) {
      throw core::Error(ErrorCode::limit, "a tensor of shape " + text_of(shape) + " has more than a million elements");
    }
    count *= static_cast<std::size_t>(dim);
  }
  return count;
}

Shape broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape out = longer;
  const std::size_t ahead = longer.size() - shorter.size();
  for (std::size_t k = 0; k < shorter.size(); ++k) {
    std::int64_t& dim = out[ahead + k];
    if (dim == 1) {
      dim = shorter[k];
    } else if (shorter[k] != 1 && shorter[k] != dim) {
      fail("shapes " + text_of(a) + " and " + text_of(b) + " do not fit");
    }
  }
  return out;
}

std::vector<std::uint32_t> broadcast_index(const Shape& from, const Shape& to) {
  std::vector<std::uint32_t> index(count_of(to));
  const std::size_t ahead = to.size() - from.size();
  for (std::size_t k = 0; k < index.size(); ++k) {
    std::size_t rest = k, at = 0, stride = 1;
    for (std::size_t d = to.size(); d-- > 0;) {
      const std::size_t position = rest % static_cast<std::size_t>(to[d]);
      rest /= static_cast<std::size_t>(to[d]);
      if (d < ahead) continue;
      const auto size = static_cast<std::size_t>(from[d - ahead]);
      if (size != 1) at += position * stride;
      stride *= size;
    }
    index[k] = static_cast<std::uint32_t>(at);
  }
  return index;
}

Value Builder::node(Operation op, std::vector<NodeIndex> inputs, Shape shape) {
  return {std::move(shape), false, {}, graph_.add(label_, std::move(op), std::move(inputs))};
}

Value Builder::input(const Input& op, Shape shape) { return node(op, {}, std::move(shape)); }

Value Builder::remap(const Value& x, std::vector<std::uint32_t> index, Shape shape) {
  return gather(std::span(&x, 1), std::move(index), std::move(shape));
}

Value Builder::gather(std::span<const Value> parts, std::vector<std::uint32_t> index, Shape shape) {
  if (parts.front().is_constant) {
    std::vector<Dyadic> all, picked;
    for (const Value& part : parts) all.insert(all.end(), part.constants.begin(), part.constants.end());
    for (const std::uint32_t i : index) picked.push_back(all[i]);
    return constant(std::move(shape), std::move(picked));
  }
  bool in_place = parts.size() == 1 && index.size() == tensor(parts[0]).features();
  for (std::size_t k = 0; in_place && k < index.size(); ++k) in_place = index[k] == k;
  if (in_place) return {std::move(shape), false, {}, parts[0].node};
  std::vector<NodeIndex> inputs;
  for (const Value& part : parts) inputs.push_back(part.node);
  return node(Gather{std::move(index)}, std::move(inputs), std::move(shape));
}

Builder::Pair Builder::matched(const Value& a, const Value& b) {
  if (!a.is_constant && !b.is_constant && a.rank() != b.rank()) {
    fail("two tensors of " + std::to_string(a.rank()) + " and " + std::to_string(b.rank()) + " dimensions mix events");
  }
  const bool folded = a.is_constant && b.is_constant;
  const std::size_t rank = a.is_constant ? b.rank() : a.rank();
  const Shape sa = a.is_constant && !folded ? beside_features(a, rank) : a.shape;
  const Shape sb = b.is_constant && !folded ? beside_features(b, rank) : b.shape;
  Pair pair{a, b, broadcast(sa, sb)};
  const bool one_a = a.is_constant && !folded && a.constants.size() == 1;
  const bool one_b = b.is_constant && !folded && b.constants.size() == 1;
  if (!one_a) pair.a = remap(a, broadcast_index(sa, pair.shape), pair.shape);
  if (!one_b) pair.b = remap(b, broadcast_index(sb, pair.shape), pair.shape);
  return pair;
}

Value Builder::add(const Value& x, const Value& y) {
  auto [a, b, shape] = matched(x, y);
  if (a.is_constant && b.is_constant) {
    for (std::size_t i = 0; i < a.constants.size(); ++i) a.constants[i] = a.constants[i] + b.constants[i];
    return a;
  }
  if (a.is_constant) std::swap(a, b);
  if (b.is_constant) return node(AddConstant{to_constants(b.constants)}, {a.node}, shape);
  return node(Add{}, {a.node, b.node}, shape);
}

Value Builder::subtract(const Value& x, const Value& y) {
  if (x.is_constant || y.is_constant) return add(x, negate(y));
  auto [a, b, shape] = matched(x, y);
  return node(Subtract{}, {a.node, b.node}, shape);
}

Value Builder::multiply(const Value& x, const Value& y) {
  auto [a, b, shape] = matched(x, y);
  if (a.is_constant && b.is_constant) {
    for (std::size_t i = 0; i < a.constants.size(); ++i) a.constants[i] = a.constants[i] * b.constants[i];
    return a;
  }
  if (a.is_constant) std::swap(a, b);
  if (b.is_constant) return node(MulConstant{to_constants(b.constants)}, {a.node}, shape);
  return node(Multiply{}, {a.node, b.node}, shape);
}

Value Builder::negate(const Value& a) {
  if (a.is_constant) return each(a, [](const Dyadic& d) { return -d; });
  return node(MulConstant{{{-1}, 0}}, {a.node}, a.shape);
}

Value Builder::relu(const Value& a) {
  if (a.is_constant) return each(a, [](const Dyadic& d) { return d.is_negative() ? Dyadic() : d; });
  return node(Relu{}, {a.node}, a.shape);
}

Value Builder::at_most(const Value& a, const Value& limit) { return subtract(limit, relu(subtract(limit, a))); }
Value Builder::at_least(const Value& a, const Value& limit) { return add(limit, relu(subtract(a, limit))); }

Value Builder::quantise(const Value& a, const std::vector<FixedPoint>& types) {
  if (a.is_constant) {
    Value out = a;
    for (std::size_t i = 0; i < out.constants.size(); ++i) {
      out.constants[i] = out.constants[i].quantised(types[types.size() == 1 ? 0 : i]);
    }
    return out;
  }
  const bool equal = std::ranges::all_of(types, [&](const FixedPoint& t) { return t == types[0]; });
  return node(Quantise{equal ? std::vector{types[0]} : types}, {a.node}, a.shape);
}

Value Builder::round(const Value& a, int fraction, core::Rounding rounding) {
  const auto type = [&](int width) {
    width = std::clamp(width, 1, 64);
    return FixedPoint{width, width - fraction, true, rounding, core::Overflow::saturate};
  };
  if (a.is_constant) return quantise(a, {type(64)});
  const int finer = std::max(0, fraction - tensor(a).fraction);
  return quantise(a, {type(tensor(a).bits() - std::max(0, tensor(a).fraction - fraction) + finer + 1)});
}

Value Builder::sum(const Value& a, std::size_t group, Shape shape) {
  if (!a.is_constant) return node(Sum{group}, {a.node}, std::move(shape));
  std::vector<Dyadic> sums(a.constants.size() / group);
  for (std::size_t i = 0; i < a.constants.size(); ++i) sums[i / group] = sums[i / group] + a.constants[i];
  return constant(std::move(shape), std::move(sums));
}

Value Builder::dense(const Value& x, std::span<const Dyadic> weights, std::size_t outputs, Shape shape) {
  if (x.is_constant) fail("a product of constant matrices is not folded");
  Dense op{tensor(x).features(), outputs, to_constants(weights), {}, {}, {}};
  return node(std::move(op), {x.node}, std::move(shape));
}

}  // namespace trigloop::model
