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

const FixedPoint& one_of(const Quantise& quantise, std::size_t i) {
  return quantise.types[quantise.types.size() == 1 ? 0 : i];
}

/// One type for all features where they are equal.
Quantise collapsed(std::vector<FixedPoint> types) {
  if (std::ranges::all_of(types, [&](const FixedPoint& type) { return type == types[0]; })) types.resize(1);
  return {std::move(types)};
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
    if (auto types = wrap_types(in[0], in[1]); !types.empty()) return wrapped(std::move(types), in[0]);
    return graph_.add(name_, op, in);
  }

  /// x wrapped; where x was only rounded before, that is one quantiser.
  NodeIndex wrapped(std::vector<FixedPoint> types, NodeIndex x) {
    const auto* before = as<Quantise>(graph_, x);
    std::vector<FixedPoint> merged;
    for (std::size_t i = 0; before != nullptr && i < types.size(); ++i) {
      const FixedPoint &first = one_of(*before, i), &wrap = types[i];
      const int width = wrap.integer + first.fraction();
      if (first.overflow == Overflow::wrap || first.fraction() > wrap.fraction() || width < 1 ||
          saturates(graph_[graph_[x].inputs[0]].output, i, first))
        break;
      merged.push_back({width, wrap.integer, wrap.is_signed, first.rounding, Overflow::wrap});
    }
    const bool is_one = merged.size() == types.size();
    return graph_.add(name_, collapsed(is_one ? std::move(merged) : std::move(types)),
                      {is_one ? graph_[x].inputs[0] : x});
  }

  /// Floor of x + half a step rounds half up, the ceiling of x - half a step half down. The input's own type, which
  /// files state in front of its users, changes nothing.
  NodeIndex add(const Quantise& op, const std::vector<NodeIndex>& in) {
    if (const auto* input = as<Input>(graph_, in[0]); input != nullptr && op.types == std::vector{input->type})
      return in[0];
    const auto* shift = as<AddConstant>(graph_, in[0]);
    std::vector<FixedPoint> types;
    for (std::size_t i = 0; shift != nullptr && i < graph_[in[0]].output.features(); ++i) {
      FixedPoint type = one_of(op, i);
      const Dyadic half(1, -type.fraction() - 1), added(one_of(shift->constant, i), -shift->constant.fraction);
      if (type.rounding == Rounding::floor && added == half) {
        type.rounding = Rounding::half_up;
      } else if (type.rounding == Rounding::ceil && added == -half) {
        type.rounding = Rounding::half_down;
      } else if (!added.is_zero()) {
        return graph_.add(name_, op, in);
      }
      types.push_back(type);
    }
    if (shift == nullptr) return graph_.add(name_, op, in);
    return graph_.add(name_, collapsed(std::move(types)), graph_[in[0]].inputs);
  }

  /// x - floor(x + half) in steps of 2^I, the floor being half-up rounding by now, is x modulo 2^I, if the quantiser's
  /// range is wide enough never to saturate; without the half, unsigned. A type for each feature; empty if it is no
  /// such thing.
  std::vector<FixedPoint> wrap_types(NodeIndex x, NodeIndex turns) const {
    const auto* quantise = as<Quantise>(graph_, turns);
    if (quantise == nullptr || graph_[turns].inputs[0] != x) return {};
    std::vector<FixedPoint> types;
    for (std::size_t i = 0; i < graph_[x].output.features(); ++i) {
      const FixedPoint& type = one_of(*quantise, i);
      const int period = -type.fraction(), width = period + graph_[x].output.fraction;
      const bool is_signed = type.rounding == Rounding::half_up;
      if (!is_signed && type.rounding != Rounding::floor) return {};
      if (type.overflow == Overflow::wrap || width < 1 || width > 64) return {};
      if (saturates(graph_[x].output, i, type)) return {};
      types.push_back({width, period, is_signed, Rounding::floor, Overflow::wrap});
    }
    return types;
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
