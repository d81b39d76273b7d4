// The proofs behind the fast steps.
#include <algorithm>
#include <limits>

#include "score/drafts.hpp"

namespace trigloop::score {
namespace {

using core::FixedPoint;
using core::Rounding;
using model::Code;
using model::Graph;
using model::NodeIndex;
using model::Range;

constexpr Code int16_max = std::numeric_limits<std::int16_t>::max();
constexpr Code int32_max = std::numeric_limits<std::int32_t>::max();

bool within(const model::Tensor& tensor, Code limit) {
  return tensor.exact &&
         std::ranges::all_of(tensor.ranges, [&](Range r) { return -limit - 1 <= r.lo && r.hi <= limit; });
}

Code magnitude(Range range) { return std::max(range.hi, -range.lo); }

template <class Operation>
const Operation* get(const Graph& graph, NodeIndex node) {
  return std::get_if<Operation>(&graph[node].operation);
}

/// node = [relu] [quantise] [relu] linear.
struct Peeled {
  NodeIndex linear = 0;
  const model::Quantise* quantise = nullptr;
  bool relu = false;

  Peeled(const Graph& graph, NodeIndex node) : linear(node) {
    skip_relu(graph);
    if ((quantise = get<model::Quantise>(graph, linear)) != nullptr) {
      linear = graph[linear].inputs[0];
      skip_relu(graph);
    }
  }
  void skip_relu(const Graph& graph) {
    if (get<model::Relu>(graph, linear) == nullptr) return;
    relu = true;
    linear = graph[linear].inputs[0];
  }
};

const FixedPoint& type_of(const model::Quantise& quantise, std::size_t k) {
  return quantise.types[quantise.types.size() == 1 ? 0 : k];
}

/// Whether a wrapping type never wraps on these values.
bool never_wraps(const FixedPoint& type, Range range, int fraction) {
  FixedPoint wide = type;
  wide.width = 64;
  wide.integer = 64 - type.fraction();
  wide.is_signed = true;
  wide.overflow = core::Overflow::saturate;
  return core::quantise(range.lo, fraction, wide) >= type.min_code() &&
         core::quantise(range.hi, fraction, wide) <= type.max_code();
}

/// |x & (2^k - 1)| + |(x >> k) 2^k| can exceed |x| by so much.
Code overshoot(const model::Tensor& tensor) {
  const int split = split_of(tensor).value_or(0);
  return split == 0 ? 0 : Code{2} << split;
}

/// The largest magnitude that the accumulator of a row can reach in any order of summation.
Code bound(const Graph& graph, const LinearRow& row) {
  Code sum = row.bias < 0 ? -Code{row.bias} : Code{row.bias};
  for (const auto& [source, weight] : row.terms)
    sum += magnitude({weight, weight}) *
           (magnitude(graph[source.node].output.ranges[source.feature]) + overshoot(graph[source.node].output));
  return sum;
}

bool is_proven(const Graph& graph, const LinearForm& form, Code slack) {
  return std::ranges::all_of(form.rows, [&](const LinearRow& row) {
    const auto fits = [&](const auto& term) {
      const Code largest = int16_max >> split_of(graph[term.first.node].output).value_or(0);
      return -largest <= term.second && term.second <= largest;
    };
    return std::ranges::all_of(row.terms, fits) && bound(graph, row) + slack <= int32_max;
  });
}

/// Weights times 2^shift; bounds are checked afterwards, so too large a shift only has to stay too large.
bool scale_up(LinearForm& form, int shift) {
  if (shift > 30) return false;
  form.fraction += shift;
  for (LinearRow& row : form.rows) {
    if (__builtin_mul_overflow(row.bias, std::int64_t{1} << shift, &row.bias)) return false;
    for (auto& term : row.terms)
      if (__builtin_mul_overflow(term.second, std::int64_t{1} << shift, &term.second)) return false;
  }
  return true;
}

std::optional<LinearForm> form_of(const Graph& graph, const InputFunctions& functions, NodeIndex node) {
  return linear_form(graph, node, [&](NodeIndex n) { return functions.contains(n) && fits_int16(graph[n].output); });
}

std::int32_t to_int32(Code code) { return static_cast<std::int32_t>(std::clamp(code, -int32_max, int32_max)); }

/// The first clamping type, or the whole range of the node where nothing is quantised.
bool set_limits(const Graph& graph, const Peeled& peeled, LinearDraft& draft) {
  const model::Tensor& before = graph[peeled.linear].output;
  for (std::size_t k = 0; k < draft.form.rows.size(); ++k) {
    Code low = -int32_max, high = int32_max;
    if (peeled.quantise != nullptr) {
      const FixedPoint& type = type_of(*peeled.quantise, k);
      Range range = before.ranges[k];
      if (peeled.relu) range = {std::max(range.lo, Code{0}), std::max(range.hi, Code{0})};
      if (type.overflow == core::Overflow::wrap && !never_wraps(type, range, before.fraction)) return false;
      low = type.min_code();
      high = type.max_code();
    }
    draft.low.push_back(to_int32(peeled.relu ? std::max(low, Code{0}) : low));
    draft.high.push_back(to_int32(high));
  }
  return true;
}

/// The tensor whose squares `node` sums, or nothing.
std::optional<NodeIndex> squared(const Graph& graph, NodeIndex node) {
  const auto same = [&](NodeIndex n) { return graph[n].inputs[0] == graph[n].inputs[1]; };
  if (get<model::Dot>(graph, node) != nullptr && is_plain_sum(graph, node) && same(node)) return graph[node].inputs[0];
  if (const auto* sum = get<model::Sum>(graph, node); sum != nullptr && graph[node].output.features() == 1)
    node = graph[node].inputs[0];
  else if (graph[node].output.features() != 1)
    return std::nullopt;
  if (get<model::Multiply>(graph, node) != nullptr && same(node)) return graph[node].inputs[0];
  return std::nullopt;
}

Code ceil_sqrt(Code value) {
  Code root = 0;
  for (Code bit = Code{1} << 40; bit > 0; bit >>= 1)
    if ((root + bit) * (root + bit) < value) root += bit;
  return value == 0 ? 0 : root + 1;
}

}  // namespace

bool fits_int16(const model::Tensor& tensor) { return within(tensor, int16_max); }

std::optional<int> split_of(const model::Tensor& tensor) {
  if (fits_int16(tensor)) return 0;
  const int bits = tensor.bits();
  return tensor.exact && bits <= 31 ? std::optional(bits - 16) : std::nullopt;
}

std::optional<Rounder> make_rounder(Rounding rounding, int shift, bool never_negative) {
  if (shift < 0 || shift > 30) return std::nullopt;
  if (shift == 0) return Rounder{};
  const std::int32_t half = std::int32_t{1} << (shift - 1);
  const auto only = [&](std::int32_t add) {
    return never_negative ? std::optional(Rounder{shift, add, false}) : std::nullopt;
  };
  switch (rounding) {
    case Rounding::floor:
      return Rounder{shift, 0, false};
    case Rounding::ceil:
      return Rounder{shift, 2 * half - 1, false};
    case Rounding::half_up:
      return Rounder{shift, half, false};
    case Rounding::half_down:
      return Rounder{shift, half - 1, false};
    case Rounding::half_even:
      return Rounder{shift, half - 1, true};
    case Rounding::toward_zero:
      return only(0);
    case Rounding::away_from_zero:
      return only(2 * half - 1);
    case Rounding::half_away:
      return only(half);
    case Rounding::half_to_zero:
      return only(half - 1);
  }
  return std::nullopt;
}

std::optional<LinearDraft> draft_linear(const Graph& graph, const InputFunctions& functions, NodeIndex node,
                                        Target target) {
  const model::Tensor& tensor = graph[node].output;
  if (!(target == Target::rows ? split_of(tensor).has_value() : within(tensor, int32_max - 1))) return std::nullopt;
  const Peeled peeled(graph, node);
  std::optional<LinearForm> form = form_of(graph, functions, peeled.linear);
  if (!form) return std::nullopt;
  LinearDraft draft{node, target, std::move(*form), {}, {}, {}, 0, {}, 0, 0};
  if (draft.form.fraction < tensor.fraction && !scale_up(draft.form, tensor.fraction - draft.form.fraction))
    return std::nullopt;
  if (!set_limits(graph, peeled, draft)) return std::nullopt;

  auto rounding = Rounding::floor;
  if (peeled.quantise != nullptr) {
    rounding = peeled.quantise->types[0].rounding;
    for (const FixedPoint& type : peeled.quantise->types)
      if (type.rounding != rounding || type.fraction() != tensor.fraction) return std::nullopt;
  }
  const bool never_negative = std::ranges::all_of(draft.low, [](std::int32_t low) { return low >= 0; });
  const auto rounder = make_rounder(rounding, draft.form.fraction - tensor.fraction, never_negative);
  if (!rounder || !is_proven(graph, draft.form, Code{rounder->add} + 1)) return std::nullopt;
  draft.rounder = *rounder;
  return draft;
}

// Cutting |d| at `limit` is exact: where any |d| reaches it, the sum of squares has left the output's range, and stays
// out.
std::optional<LinearDraft> draft_score(const Graph& graph, const InputFunctions& functions, NodeIndex node) {
  const model::Tensor& tensor = graph[node].output;
  const auto* quantise = get<model::Quantise>(graph, node);
  if (tensor.features() != 1 || !within(tensor, int32_max - 1)) return std::nullopt;
  const NodeIndex sum = quantise != nullptr ? graph[node].inputs[0] : node;
  const auto vector = squared(graph, sum);
  if (!vector) return std::nullopt;
  std::optional<LinearForm> form = form_of(graph, functions, *vector);
  if (!form || !is_proven(graph, *form, 1)) return std::nullopt;

  const auto rounder = make_rounder(quantise != nullptr ? quantise->types[0].rounding : Rounding::floor,
                                    2 * form->fraction - tensor.fraction, true);
  if (!rounder) return std::nullopt;
  Code high = int32_max - 1, limit = 0;
  for (const LinearRow& row : form->rows) limit = std::max(limit, bound(graph, row));
  if (quantise != nullptr) {
    const FixedPoint& type = quantise->types[0];
    high = type.max_code();
    if (type.overflow != core::Overflow::wrap)
      limit = std::min(limit, ceil_sqrt((high + 1) << rounder->shift));
    else if (!never_wraps(type, graph[sum].output.ranges[0], graph[sum].output.fraction))
      return std::nullopt;
  }
  const auto n = static_cast<Code>(form->rows.size());
  if (limit > int16_max || n * limit * limit + rounder->add + 1 > int32_max) return std::nullopt;

  LinearDraft draft{node, Target::score, std::move(*form), {}, {}, {}, to_int32(limit), *rounder, 0, to_int32(high)};
  draft.low.assign(draft.form.rows.size(), to_int32(-int32_max));
  draft.high.assign(draft.form.rows.size(), to_int32(int32_max));
  return draft;
}

}  // namespace trigloop::score
