#include "score/scaling.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>

#include "core/parallel.hpp"
#include "score/exact.hpp"

namespace trigloop::score {
namespace {

using model::NodeIndex;
constexpr int lowest_input = std::numeric_limits<std::int16_t>::min();

std::int16_t int16(int value) { return static_cast<std::int16_t>(value); }

/// What can be read off a table before anything is tried.
struct Shape {
  int first = 0, last = 0;             ///< outside of [first, last] the function is constant
  int low = 0, high = 0;               ///< extreme values
  int trailing_zeros = 15;             ///< common to all values between the extremes
  int step_begin = 0, step_width = 0;  ///< the widest run of inputs with one such value; width 0: none
};

Shape shape_of(std::span<const std::int16_t> table) {
  const int n = static_cast<int>(table.size());
  const auto [low, high] = std::ranges::minmax(table);
  Shape shape{0, n - 1, low, high};
  while (shape.first + 1 < n && table[shape.first + 1] == table[0]) ++shape.first;
  while (shape.last > shape.first && table[shape.last - 1] == table[n - 1]) --shape.last;
  for (int begin = shape.first + 1; begin < shape.last;) {
    int end = begin;
    while (end < shape.last && table[end] == table[begin]) ++end;
    if (table[begin] != low && table[begin] != high) {
      if (table[begin] != 0)
        shape.trailing_zeros = std::min(shape.trailing_zeros, std::countr_zero(static_cast<unsigned>(table[begin])));
      if (end - begin > shape.step_width) {
        shape.step_begin = begin;
        shape.step_width = end - begin;
      }
    }
    begin = end;
  }
  return shape;
}

/// Outside of [first, last] both are constant, for there the scaling clamps.
bool equals(const Scaling& scaling, const Table& table, const Shape& shape) {
  for (int i = shape.first; i <= shape.last; ++i)
    if (scaling(int16(i + table.first)) != table.values[static_cast<std::size_t>(i)]) return false;
  return true;
}

struct Inputs {
  int first = lowest_input, last = std::numeric_limits<std::int16_t>::max();
};

/// Inputs below the first and above the last of these become the same code as it.
Inputs unsaturated(const core::FixedPoint& type) {
  if (type.overflow == core::Overflow::wrap) return {};
  const auto beyond = [&](model::Code code) {  // the integer at or beyond a code, where it is an int16
    const int fraction = type.fraction();
    const model::Code integer = fraction >= 0 ? code / (model::Code{1} << std::min(fraction, 70))
                                              : code * (model::Code{1} << std::min(-fraction, 20));
    const model::Code margin = fraction >= 0 ? 1 : model::Code{1} << std::min(-fraction, 20);
    return static_cast<int>(
        std::clamp<model::Code>(code < 0 ? integer - margin : integer + margin, Inputs().first, Inputs().last));
  };
  return {type.is_signed ? beyond(type.min_code()) : beyond(-1), beyond(type.max_code())};
}

/// The inputs that `nodes` can tell apart: networks clip what they are given, some in a node of its own behind the
/// input.
Inputs distinct_inputs(const model::Graph& graph, const std::vector<NodeIndex>& nodes) {
  const core::FixedPoint& type = std::get<model::Input>(graph.input().operation).type;
  const Inputs given = unsaturated(type);
  const bool wraps = type.overflow == core::Overflow::wrap && !(type.is_signed && type.integer >= 16);
  if (wraps || type.fraction() < 0) return given;  // integers are others behind the input
  std::optional<Inputs> clipped;
  for (const NodeIndex n : nodes) {
    if (std::ranges::find(graph[n].inputs, NodeIndex{0}) == graph[n].inputs.end()) continue;
    const auto* quantise = std::get_if<model::Quantise>(&graph[n].operation);
    if (quantise == nullptr) return given;
    for (const core::FixedPoint& one : quantise->types) {
      const Inputs own = unsaturated(one);
      clipped = clipped ? Inputs{std::min(clipped->first, own.first), std::max(clipped->last, own.last)} : own;
    }
  }
  if (!clipped) return given;
  return {std::max(given.first, clipped->first), std::min(given.last, clipped->last)};
}

/// The functions of all features at so many inputs from position `begin` of their tables on.
void tabulate_lanes(const Exact& exact, NodeIndex node, std::size_t begin, Exact::Arena& arena,
                    std::vector<Table>& tables) {
  std::array<std::int16_t, Exact::lanes> inputs{};
  for (std::size_t e = 0; e < Exact::lanes; ++e) inputs[e] = int16(static_cast<int>(begin + e) + tables[0].first);
  exact.load({inputs.data(), 0, Exact::lanes}, arena);  // stride 0: every feature takes every value
  exact.run(arena, Exact::lanes);
  for (std::size_t k = 0; k < tables.size(); ++k)
    for (std::size_t e = 0; e < Exact::lanes; ++e)
      tables[k].values[begin + e] = int16(static_cast<int>(exact.code(arena, node, k, e)));
}

Scaling constant(int value) { return {0, 0, 0, int16(value), int16(value), int16(value), 0, 0, 0, false}; }

bool is_power_of_two(int n) { return std::has_single_bit(static_cast<unsigned>(n)); }

}  // namespace

std::int16_t Scaling::operator()(std::int16_t x) const noexcept {
  const int clamped = std::clamp(x, clamp_low, clamp_high);
  int wrapped = int16(int16(clamped - offset) * (1 << left));
  if (half_even) wrapped = int16(wrapped + (wrapped >> right & 1));
  const int t = std::clamp(wrapped >> right, int{low}, int{high});
  return int16(std::min<int>(int16(t * (1 << up)), top));
}

std::optional<Scaling> fit_scaling(const Table& table) {
  const Shape shape = shape_of(table.values);
  if (shape.low == shape.high) return constant(shape.low);
  // Ties to even: steps of even codes get both of their ties, so they are one wider than 2^right.
  const bool half_even = shape.step_width >= 3 && is_power_of_two(shape.step_width - 1);
  const int step = half_even ? shape.step_width - 1 : shape.step_width;
  if (step == 0 || !is_power_of_two(step)) return std::nullopt;
  const int width = std::countr_zero(static_cast<unsigned>(step));
  const int up = shape.trailing_zeros;
  Scaling s;
  s.clamp_low = int16(shape.first + table.first);
  s.clamp_high = int16(shape.last + table.first);
  s.low = int16(shape.low >> up);
  s.high = int16(-(-shape.high >> up));
  s.top = int16(shape.high);
  s.up = static_cast<std::uint8_t>(up);
  s.half_even = half_even;
  const int level = table.values[static_cast<std::size_t>(shape.step_begin)] >> up;
  s.offset = int16(shape.step_begin + table.first - level * step + (half_even ? 1 : 0));
  for (int left = 0; left + width <= 15; ++left) {  // the hardware wraps at 2^(16 - left) inputs
    s.left = static_cast<std::uint8_t>(left);
    s.right = static_cast<std::uint8_t>(left + width);
    if (equals(s, table, shape)) return s;
    if (half_even) break;  // the 1 to be added would have to be 2^left
  }
  return std::nullopt;
}

InputFunctions::InputFunctions(const model::Graph& graph) : graph_(graph), sources_(graph.nodes().size()) {
  for (NodeIndex n = 0; n < sources_.size(); ++n) {
    const model::Node& node = graph.nodes()[n];
    std::vector<std::uint32_t>& own = sources_[n];
    if (n == 0) {
      for (std::uint32_t k = 0; k < node.output.features(); ++k) own.push_back(k);
      continue;
    }
    if (std::ranges::any_of(node.inputs, [&](NodeIndex i) { return sources_[i].empty(); })) continue;
    if (const auto* gather = std::get_if<model::Gather>(&node.operation)) {
      std::vector<std::uint32_t> all;
      for (const NodeIndex i : node.inputs) std::ranges::copy(sources_[i], std::back_inserter(all));
      for (const std::uint32_t k : gather->index) own.push_back(all[k]);
      continue;
    }
    const bool mixes = std::holds_alternative<model::Dense>(node.operation) ||
                       std::holds_alternative<model::Sum>(node.operation) ||
                       std::holds_alternative<model::Dot>(node.operation) ||
                       std::holds_alternative<model::MixtureDistance>(node.operation);
    if (mixes || node.output.features() != sources_[node.inputs[0]].size()) continue;
    if (std::ranges::all_of(node.inputs, [&](NodeIndex i) { return sources_[i] == sources_[node.inputs[0]]; }))
      own = sources_[node.inputs[0]];
  }
}

std::vector<Table> InputFunctions::tabulate(NodeIndex node) const {
  const std::vector<NodeIndex> nodes = needed_nodes(graph_, node);
  const Inputs inputs = distinct_inputs(graph_, nodes);
  const auto distinct = static_cast<std::size_t>(inputs.last - inputs.first + 1);
  const std::size_t size = (distinct + Exact::lanes - 1) / Exact::lanes * Exact::lanes;
  const int first = std::min(inputs.first, Inputs().last + 1 - static_cast<int>(size));
  std::vector<Table> tables(graph_.nodes()[node].output.features(), {first, std::vector<std::int16_t>(size)});
  const Exact exact(graph_, nodes);
  constexpr std::size_t block = 128 * Exact::lanes;
  core::parallel_for((size + block - 1) / block, 0, [&](std::size_t number, unsigned) {
    Exact::Arena arena = exact.arena();
    const std::size_t end = std::min(size, (number + 1) * block);
    for (std::size_t begin = number * block; begin < end; begin += Exact::lanes)
      tabulate_lanes(exact, node, begin, arena, tables);
  });
  return tables;
}

}  // namespace trigloop::score
