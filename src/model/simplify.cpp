#include "model/simplify.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "model/dyadic.hpp"

namespace trigloop::model {
namespace {

using core::Overflow;
using core::Rounding;

template <class Operation>
const Operation* as(const Graph& graph, NodeIndex node) {
  return std::get_if<Operation>(&graph[node].operation);
}

std::int64_t one_of(const Constants& constants, std::size_t i) {
  return constants.codes[constants.codes.size() == 1 ? 0 : i];
}

/// Follows Gathers of one input upwards: `index` picks from node `at`.
struct Picked {
  NodeIndex at;
  std::vector<std::uint32_t> index;

  void follow(const Graph& graph) {
    while (const auto* gather = as<Gather>(graph, at)) {
      if (graph[at].inputs.size() != 1) return;
      for (std::uint32_t& i : index) i = gather->index[i];
      at = graph[at].inputs[0];
    }
  }
};

Picked all_of(const Graph& graph, NodeIndex node) {
  Picked picked{node, std::vector<std::uint32_t>(graph[node].output.features())};
  for (std::uint32_t i = 0; i < picked.index.size(); ++i) picked.index[i] = i;
  return picked;
}

/// Copies a graph node by node; a node that ends an idiom is written as what it means.
class Rewriter {
 public:
  explicit Rewriter(const Graph& old) : old_(old) {}

  NodeIndex rewrite(NodeIndex n) {
    std::vector<NodeIndex> inputs;
    for (const NodeIndex input : old_[n].inputs) inputs.push_back(map_[input]);
    name_ = old_[n].name;
    map_.push_back(std::visit([&](const auto& op) { return add(op, inputs); }, old_[n].operation));
    return map_.back();
  }
  Graph graph() { return std::move(graph_); }

 private:
  template <class Op>
  NodeIndex add(const Op& op, const std::vector<NodeIndex>& in) {
    return graph_.add(name_, op, in);
  }

  NodeIndex add(const Gather& op, const std::vector<NodeIndex>& in) {
    if (in.size() != 1) return graph_.add(name_, op, in);
    Picked picked{in[0], op.index};
    picked.follow(graph_);
    if (picked.index == all_of(graph_, picked.at).index) return picked.at;
    return graph_.add(name_, Gather{std::move(picked.index)}, {picked.at});
  }

  /// A bias; not where the running sum is truncated, as the bias comes first there.
  NodeIndex add(const AddConstant& op, const std::vector<NodeIndex>& in) {
    const auto* dense = as<Dense>(graph_, in[0]);
    if (dense == nullptr || dense->accumulator || !dense->bias.codes.empty()) return graph_.add(name_, op, in);
    Dense biased = *dense;
    biased.bias = op.constant;
    if (biased.bias.codes.size() == 1) biased.bias.codes.resize(biased.outputs, biased.bias.codes[0]);
    return graph_.add(name_, std::move(biased), graph_[in[0]].inputs);
  }

  NodeIndex add(const Subtract& op, const std::vector<NodeIndex>& in) {
    if (auto types = wrap_types(in[0], in[1]); !types.empty())
      return graph_.add(name_, Quantise{std::move(types)}, {in[0]});
    return graph_.add(name_, op, in);
  }

  /// x - floor(x + half) in steps of 2^I is x modulo 2^I, if the floor's range is wide enough never to saturate; one
  /// type, or one a feature. Empty if it is no such thing.
  std::vector<FixedPoint> wrap_types(NodeIndex x, NodeIndex floored) const {
    const auto* quantise = as<Quantise>(graph_, floored);
    if (quantise == nullptr) return {};
    const NodeIndex shifted = graph_[floored].inputs[0];
    const auto* shift = shifted == x ? nullptr : as<AddConstant>(graph_, shifted);
    if (shifted != x && (shift == nullptr || graph_[shifted].inputs[0] != x)) return {};
    std::vector<FixedPoint> types;
    for (std::size_t i = 0; i < graph_[x].output.features(); ++i) {
      const FixedPoint& type = quantise->types[quantise->types.size() == 1 ? 0 : i];
      const Dyadic added = shift == nullptr ? Dyadic() : Dyadic(one_of(shift->constant, i), -shift->constant.fraction);
      const auto wrap = wrap_type(type, added, graph_[x].output.fraction);
      if (!wrap || saturates(graph_[shifted].output, i, type)) return {};
      types.push_back(*wrap);
    }
    if (std::ranges::all_of(types, [&](const FixedPoint& type) { return type == types[0]; })) types.resize(1);
    return types;
  }

  static std::optional<FixedPoint> wrap_type(const FixedPoint& floor, const Dyadic& added, int fraction) {
    const int period = -floor.fraction(), width = period + fraction;
    if (floor.rounding != Rounding::floor || floor.overflow == Overflow::wrap || width < 1 || width > 64) return {};
    const bool is_signed = !added.is_zero();
    if (is_signed && !(added == Dyadic(1, period - 1))) return {};
    return FixedPoint{width, period, is_signed, Rounding::floor, Overflow::wrap};
  }

  static bool saturates(const Tensor& tensor, std::size_t feature, const FixedPoint& type) {
    FixedPoint wide = type;
    wide.width = 64;
    wide.integer += 64 - type.width;
    wide.is_signed = true;
    const Range& range = tensor.ranges[feature];
    return core::quantise(range.lo, tensor.fraction, wide) < type.min_code() ||
           core::quantise(range.hi, tensor.fraction, wide) > type.max_code();
  }

  NodeIndex add(const Sum& op, const std::vector<NodeIndex>& in) {
    Picked terms = all_of(graph_, in[0]);
    terms.follow(graph_);
    std::optional<FixedPoint> product;
    if (const auto* quantise = as<Quantise>(graph_, terms.at)) {
      if (quantise->types.size() != 1) return graph_.add(name_, op, in);
      product = quantise->types[0];
      terms.at = graph_[terms.at].inputs[0];
      terms.follow(graph_);
    }
    if (const auto node = dense_of(op, terms, product)) return *node;
    if (const auto node = dot_of(op, terms, product)) return *node;
    return graph_.add(name_, op, in);
  }

  std::optional<NodeIndex> dense_of(const Sum& op, const Picked& terms, const std::optional<FixedPoint>& product) {
    const auto* times = as<MulConstant>(graph_, terms.at);
    if (times == nullptr) return {};
    Picked sources{graph_[terms.at].inputs[0], terms.index};
    sources.follow(graph_);
    Dense dense;
    dense.inputs = graph_[sources.at].output.features();
    dense.outputs = terms.index.size() / op.group;
    if (dense.inputs * dense.outputs > (std::size_t{1} << 24)) return {};
    dense.product = product;
    dense.weights.fraction = times->constant.fraction;
    dense.weights.codes.assign(dense.inputs * dense.outputs, 0);
    std::vector<std::uint8_t> used(dense.weights.codes.size(), 0);
    for (std::size_t k = 0; k < terms.index.size(); ++k) {
      const std::size_t at = k / op.group * dense.inputs + sources.index[k];
      if (used[at]++ != 0) return {};  // one input twice in a sum: not a matrix
      dense.weights.codes[at] = one_of(times->constant, terms.index[k]);
    }
    return graph_.add(name_, std::move(dense), {sources.at});
  }

  std::optional<NodeIndex> dot_of(const Sum& op, const Picked& terms, const std::optional<FixedPoint>& product) {
    if (as<Multiply>(graph_, terms.at) == nullptr || terms.index.size() != op.group) return {};
    if (terms.index != all_of(graph_, terms.at).index) return {};
    return graph_.add(name_, Dot{product, {}}, graph_[terms.at].inputs);
  }

  const Graph& old_;
  Graph graph_;
  std::vector<NodeIndex> map_;
  std::string name_;
};

}  // namespace

Graph with_output(const Graph& graph, NodeIndex output) {
  std::vector<bool> needed(graph.nodes().size(), false);
  needed[output] = needed[0] = true;
  for (NodeIndex n = output + 1; n-- > 0;) {
    for (const NodeIndex input : needed[n] ? graph[n].inputs : std::vector<NodeIndex>{}) needed[input] = true;
  }
  Graph out;
  out.name = graph.name;
  std::vector<NodeIndex> map(graph.nodes().size());
  for (NodeIndex n = 0; n <= output; ++n) {
    if (!needed[n]) continue;
    std::vector<NodeIndex> inputs;
    for (const NodeIndex input : graph[n].inputs) inputs.push_back(map[input]);
    map[n] = out.add(graph[n].name, graph[n].operation, std::move(inputs));
  }
  return out;
}

Graph simplify(const Graph& graph, NodeIndex output) {
  Rewriter rewriter(graph);
  NodeIndex last = 0;
  for (NodeIndex n = 0; n <= output; ++n) last = rewriter.rewrite(n);
  const Graph rewritten = rewriter.graph();
  Graph out = with_output(rewritten, last);
  out.name = graph.name;
  return out;
}

}  // namespace trigloop::model
