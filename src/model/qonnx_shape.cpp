// Nodes that move, repeat or pick elements: all of them are index lists.
#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "model/qonnx_importer.hpp"

namespace trigloop::model::onnx_file {

std::size_t Importer::axis_of(const Value& x, std::int64_t axis) {
  const auto rank = static_cast<std::int64_t>(x.rank());
  if (axis < -rank || axis >= rank) {
    throw core::Error(core::ErrorCode::damaged,
                      "axis " + std::to_string(axis) + " of " + std::to_string(rank) + " dimensions");
  }
  if (axis < 0) axis += rank;
  if (x.is_constant) return static_cast<std::size_t>(axis);
  if (axis == 0) refuse("works along the batch", "one that works on each event alone");
  return static_cast<std::size_t>(axis - 1);
}

std::vector<std::int64_t> Importer::axes(const Node& node, std::size_t k) {
  return has_input(node, k) ? integers_input(node, k, "axes") : integers(node, "axes");
}

Value Importer::permuted(const Value& x, const std::vector<std::size_t>& order) {
  Shape shape;
  for (const std::size_t axis : order) shape.push_back(x.shape[axis]);
  std::vector<std::size_t> strides(x.shape.size(), 1);
  for (std::size_t d = x.shape.size(); d-- > 1;) strides[d - 1] = strides[d] * static_cast<std::size_t>(x.shape[d]);
  std::vector<std::uint32_t> index(count_of(shape));
  for (std::size_t k = 0; k < index.size(); ++k) {
    std::size_t rest = k, at = 0;
    for (std::size_t d = shape.size(); d-- > 0;) {
      at += rest % static_cast<std::size_t>(shape[d]) * strides[order[d]];
      rest /= static_cast<std::size_t>(shape[d]);
    }
    index[k] = static_cast<std::uint32_t>(at);
  }
  return build_.remap(x, std::move(index), std::move(shape));
}

Value Importer::taken(const Value& x, std::size_t axis, std::span<const std::size_t> positions) {
  Shape shape = x.shape;
  const auto size = static_cast<std::size_t>(shape[axis]);
  shape[axis] = static_cast<std::int64_t>(positions.size());
  std::size_t inner = 1;
  for (std::size_t d = axis + 1; d < shape.size(); ++d) inner *= static_cast<std::size_t>(shape[d]);
  const std::size_t total = count_of(shape);
  std::vector<std::uint32_t> index;
  for (std::size_t outer = 0; index.size() < total; ++outer) {
    for (const std::size_t p : positions) {
      for (std::size_t i = 0; i < inner; ++i)
        index.push_back(static_cast<std::uint32_t>((outer * size + p) * inner + i));
    }
  }
  return build_.remap(x, std::move(index), std::move(shape));
}

void Importer::identity(const Node& node) { output(node, input(node, 0)); }

void Importer::constant(const Node& node) {
  for (const auto& [name, attribute] : node.attributes) {
    if (const auto* array = std::get_if<Array>(&attribute))
      return output(node, Builder::constant(array->shape, array->values));
    if (const auto* i = std::get_if<std::int64_t>(&attribute)) return output(node, Builder::constant(Dyadic(Code{*i})));
    if (const auto* d = std::get_if<double>(&attribute))
      return output(node, Builder::constant(Dyadic::from_double(*d)));
    std::vector<Dyadic> values;
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute)) {
      for (const std::int64_t i : *list) values.emplace_back(Code{i});
    } else if (const auto* doubles = std::get_if<std::vector<double>>(&attribute)) {
      for (const double d : *doubles) values.push_back(Dyadic::from_double(d));
    } else {
      continue;
    }
    const auto size = static_cast<std::int64_t>(values.size());
    return output(node, Builder::constant({size}, std::move(values)));
  }
  refuse("holds no number", "a Constant with 'value'");
}

void Importer::reshape(const Node& node) {
  Value x = input(node, 0);
  std::vector<std::int64_t> target = integers_input(node, 1, "shape");
  Shape old = x.shape;
  if (!x.is_constant) {
    // The batch stays in front: as 0 (copy), as -1 (inferred) or as whatever size the exporter saw.
    if (target.empty()) refuse("drops the batch", "a shape that starts with the batch");
    const bool inferred = std::ranges::count(target, -1) == (target[0] == -1 ? 1 : 0);
    target.erase(target.begin());
    if (inferred && std::ranges::find(target, -1) == target.end() && std::ranges::find(target, 0) == target.end() &&
        count_of(target) != count_of(old)) {
      refuse("mixes events", "a shape that keeps the features of an event together");
    }
    old.insert(old.begin(), 1);
  }
  const std::size_t ahead = x.is_constant ? 0 : 1;
  std::int64_t known = 1;
  for (std::size_t d = 0; d < target.size(); ++d) {
    if (target[d] == 0 && d + ahead < old.size() && integer(node, "allowzero", 0) == 0) target[d] = old[d + ahead];
    if (target[d] >= 0) known *= std::max<std::int64_t>(target[d], 0);
    if (target[d] < -1 || known > static_cast<std::int64_t>(Builder::max_elements))
      refuse("has a strange shape", "whole dimensions");
  }
  const auto total = static_cast<std::int64_t>(count_of(x.shape));
  for (std::int64_t& dim : target) {
    if (dim == -1) dim = known > 0 ? total / known : 0;
  }
  if (static_cast<std::int64_t>(count_of(target)) != total)
    refuse("changes the number of features", "a shape of as many");
  x.shape = std::move(target);
  output(node, std::move(x));
}

void Importer::flatten(const Node& node) {
  Value x = input(node, 0);
  if (x.is_constant || integer(node, "axis", 1) != 1) refuse("flattens other than (N, rest)", "Flatten with axis 1");
  x.shape = {static_cast<std::int64_t>(count_of(x.shape))};
  output(node, std::move(x));
}

void Importer::transpose(const Node& node) {
  const Value& x = input(node, 0);
  std::vector<std::int64_t> order = integers(node, "perm");
  if (order.empty()) {
    for (std::size_t d = x.rank(); d-- > 0;) order.push_back(static_cast<std::int64_t>(d));
  }
  std::vector<std::int64_t> sorted = order;
  std::ranges::sort(sorted);
  for (std::size_t d = 0; d < sorted.size(); ++d) {
    if (sorted[d] != static_cast<std::int64_t>(d) || sorted.size() != x.rank()) {
      throw core::Error(core::ErrorCode::damaged, "its 'perm' is no permutation");
    }
  }
  std::vector<std::size_t> features;
  for (std::size_t d = x.is_constant ? 0 : 1; d < order.size(); ++d) features.push_back(axis_of(x, order[d]));
  output(node, permuted(x, features));
}

void Importer::squeeze(const Node& node) {
  Value x = input(node, 0);
  std::vector<std::size_t> gone;
  for (const std::int64_t axis : axes(node, 1)) gone.push_back(axis_of(x, axis));
  Shape shape;
  for (std::size_t d = 0; d < x.shape.size(); ++d) {
    const bool named = gone.empty() ? x.shape[d] == 1 : std::ranges::find(gone, d) != gone.end();
    if (named && x.shape[d] != 1) throw core::Error(core::ErrorCode::damaged, "squeezes a dimension that is not 1");
    if (!named) shape.push_back(x.shape[d]);
  }
  x.shape = std::move(shape);
  output(node, std::move(x));
}

void Importer::unsqueeze(const Node& node) {
  Value x = input(node, 0);
  std::vector<std::int64_t> places = axes(node, 1);
  const auto rank = static_cast<std::int64_t>(x.rank() + places.size());
  for (std::int64_t& axis : places) {
    if (axis < -rank || axis >= rank) throw core::Error(core::ErrorCode::damaged, "its axes are out of range");
    if (axis < 0) axis += rank;
    if (!x.is_constant && axis == 0) refuse("puts a dimension before the batch", "one behind it");
  }
  std::ranges::sort(places);
  for (const std::int64_t axis : places) {
    const auto at = std::min<std::int64_t>(axis - (x.is_constant ? 0 : 1), static_cast<std::int64_t>(x.shape.size()));
    x.shape.insert(x.shape.begin() + at, 1);
  }
  output(node, std::move(x));
}

void Importer::slice(const Node& node) {
  Value x = input(node, 0);
  const bool as_inputs = has_input(node, 1);
  const auto starts = as_inputs ? integers_input(node, 1, "starts") : integers(node, "starts");
  const auto ends = as_inputs ? integers_input(node, 2, "ends") : integers(node, "ends");
  auto along = as_inputs && has_input(node, 3) ? integers_input(node, 3, "axes") : integers(node, "axes");
  const auto steps =
      has_input(node, 4) ? integers_input(node, 4, "steps") : std::vector<std::int64_t>(starts.size(), 1);
  if (along.empty()) {
    along.resize(starts.size());
    std::iota(along.begin(), along.end(), 0);
  }
  if (ends.size() != starts.size() || along.size() != starts.size() || steps.size() != starts.size()) {
    throw core::Error(core::ErrorCode::damaged, "its starts, ends, axes and steps differ in number");
  }
  for (std::size_t k = 0; k < starts.size(); ++k) {
    const std::size_t axis = axis_of(x, along[k]);
    const std::int64_t size = x.shape[axis], step = steps[k];
    if (step == 0) throw core::Error(core::ErrorCode::damaged, "its step is 0");
    const auto place = [&](std::int64_t p, std::int64_t lo, std::int64_t hi) {
      return std::clamp(p < 0 ? std::max(p, -size - 1) + size : p, lo, hi);
    };
    const std::int64_t begin = step > 0 ? place(starts[k], 0, size) : place(starts[k], -1, size - 1);
    const std::int64_t end = step > 0 ? place(ends[k], 0, size) : ends[k] < -size ? -1 : place(ends[k], -1, size - 1);
    std::vector<std::size_t> positions;
    for (std::int64_t p = begin; step > 0 ? p < end : p > end; p += std::clamp(step, -size, size)) {
      positions.push_back(static_cast<std::size_t>(p));
    }
    if (positions.empty()) refuse("takes nothing", "a slice of at least one element");
    x = taken(x, axis, positions);
  }
  output(node, std::move(x));
}

void Importer::split(const Node& node) {
  const Value x = input(node, 0);
  const std::size_t axis = axis_of(x, integer(node, "axis", 0));
  auto sizes = has_input(node, 1) ? integers_input(node, 1, "split") : integers(node, "split");
  const auto parts = static_cast<std::int64_t>(node.outputs.size());
  for (std::int64_t k = 0; sizes.empty() && k < parts; ++k) {
    if (x.shape[axis] % parts != 0) refuse("splits unevenly", "a Split with sizes");
    sizes.assign(node.outputs.size(), x.shape[axis] / parts);
  }
  std::int64_t begin = 0;
  for (std::size_t k = 0; k < node.outputs.size(); ++k) {
    if (k >= sizes.size() || sizes[k] <= 0 || sizes[k] > x.shape[axis] - begin) {
      throw core::Error(core::ErrorCode::damaged, "its parts do not add up");
    }
    std::vector<std::size_t> positions(static_cast<std::size_t>(sizes[k]));
    std::iota(positions.begin(), positions.end(), static_cast<std::size_t>(begin));
    begin += sizes[k];
    output(node, taken(x, axis, positions), k);
  }
}

void Importer::concat(const Node& node) {
  std::vector<Value> parts;
  for (std::size_t k = 0; k < node.inputs.size(); ++k) parts.push_back(input(node, k));
  if (parts.empty()) throw core::Error(core::ErrorCode::damaged, "has no inputs");
  for (const Value& part : parts) {
    if (part.is_constant != parts[0].is_constant)
      refuse("joins features with constants", "Add of a constant to a zero-padded tensor");
    if (part.shape.size() != parts[0].shape.size())
      throw core::Error(core::ErrorCode::damaged, "its inputs differ in dimensions");
  }
  const std::size_t axis = axis_of(parts[0], integer(node, "axis", 0));
  Shape shape = parts[0].shape;
  shape[axis] = 0;
  for (const Value& part : parts) {
    shape[axis] += part.shape[axis];
    Shape same = part.shape;
    same[axis] = parts[0].shape[axis];
    if (same != parts[0].shape) throw core::Error(core::ErrorCode::damaged, "its inputs differ in shape");
  }
  std::size_t outer = 1;
  for (std::size_t d = 0; d < axis; ++d) outer *= static_cast<std::size_t>(shape[d]);
  if (outer == 0) refuse("joins nothing", "a Concat of tensors with elements");
  std::vector<std::uint32_t> index;
  for (std::size_t o = 0; o < outer; ++o) {
    std::size_t base = 0;
    for (const Value& part : parts) {
      const std::size_t size = count_of(part.shape), block = size / outer;
      for (std::size_t i = 0; i < block; ++i) index.push_back(static_cast<std::uint32_t>(base + o * block + i));
      base += size;
    }
  }
  count_of(shape);
  output(node, build_.gather(parts, std::move(index), std::move(shape)));
}

void Importer::gather(const Node& node) {
  const Value x = input(node, 0);
  const std::size_t axis = axis_of(x, integer(node, "axis", 0));
  std::vector<std::size_t> positions;
  const Shape picked = constant_input(node, 1, "indices").shape;
  for (std::int64_t i : integers_input(node, 1, "indices")) {
    if (i < 0) i += x.shape[axis];
    if (i < 0 || i >= x.shape[axis]) throw core::Error(core::ErrorCode::damaged, "an index is out of range");
    positions.push_back(static_cast<std::size_t>(i));
  }
  if (positions.empty()) refuse("takes nothing", "a Gather of at least one element");
  Value out = taken(x, axis, positions);
  out.shape.erase(out.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  out.shape.insert(out.shape.begin() + static_cast<std::ptrdiff_t>(axis), picked.begin(), picked.end());
  output(node, std::move(out));
}

void Importer::expand(const Node& node) {
  const Value& x = input(node, 0);
  Shape target = integers_input(node, 1, "shape");
  if (!x.is_constant) {
    if (target.size() >= x.rank()) target.erase(target.begin());
    if (target.size() > x.shape.size()) refuse("adds dimensions before the batch", "Unsqueeze");
  }
  const Shape shape = broadcast(x.shape, target);
  count_of(shape);
  output(node, build_.remap(x, broadcast_index(x.shape, shape), shape));
}

}  // namespace trigloop::model::onnx_file
