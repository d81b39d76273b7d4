// The second half of compiling a plan: features find their rows, and drafts become steps.
#include <algorithm>
#include <map>
#include <set>

#include "score/drafts.hpp"
#include "score/pairing.hpp"

namespace trigloop::score {
namespace {

using model::Graph;
using model::NodeIndex;

/// Where the features of a node stand.
struct Layout {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  ///< features; a feature alone stands twice
  std::uint32_t first_row = 0;
  std::uint32_t stride = tile_lanes;  ///< from a pair to the next; twice as much where each feature has a row
  std::map<std::uint32_t, RowPlace> places;
};

/// Which drafts are needed for the output: failed attempts leave some that are not.
std::vector<Draft> pruned(const Graph& graph, std::vector<Draft> drafts) {
  std::set<NodeIndex> rows, planes;
  std::vector<Draft> kept;
  const auto need_sources = [&](const LinearForm& form) {
    for (const LinearRow& row : form.rows)
      for (const auto& term : row.terms) rows.insert(term.first.node);
  };
  for (auto draft = drafts.rbegin(); draft != drafts.rend(); ++draft) {
    bool needed = false;
    if (const auto* scale = std::get_if<ScaleDraft>(&*draft)) needed = rows.contains(scale->node);
    if (const auto* linear = std::get_if<LinearDraft>(&*draft)) {
      needed =
          linear->target == Target::score || (linear->target == Target::rows ? rows : planes).contains(linear->node);
      if (needed) need_sources(linear->form);
    }
    if (const auto* pack = std::get_if<PackDraft>(&*draft)) {
      needed = rows.contains(pack->node);
      if (needed) planes.insert(pack->node);
    }
    if (const auto* unpack = std::get_if<UnpackDraft>(&*draft)) {
      needed = planes.contains(unpack->node);
      if (needed) rows.insert(unpack->node);
    }
    if (const auto* exact = std::get_if<ExactStep>(&*draft)) {
      needed = planes.contains(exact->node);
      if (needed) planes.insert(graph[exact->node].inputs.begin(), graph[exact->node].inputs.end());
    }
    if (const auto* output = std::get_if<OutputStep>(&*draft)) {
      needed = true;
      planes.insert(output->node);
    }
    if (needed) kept.push_back(std::move(*draft));
  }
  std::ranges::reverse(kept);
  return kept;
}

}  // namespace

class Compiler {
 public:
  explicit Compiler(const Graph& graph)
      : graph_(graph), functions_(graph), drafts_(pruned(graph, draft_plan(graph, functions_))) {}

  Plan operator()() {
    plan_.features_ = graph_.input().output.features();
    plan_.outputs_ = graph_.output().output.features();
    plan_.fraction_ = graph_.output().output.fraction;
    place_rows();
    for (const Draft& draft : drafts_) std::visit([&](const auto& d) { emit(d); }, draft);
    plan_.exact_ = Exact(graph_, {planes_.begin(), planes_.end()});
    return std::move(plan_);
  }

 private:
  // --- rows ---

  void place_rows() {
    for (const Draft& draft : drafts_) {
      if (const auto* scale = std::get_if<ScaleDraft>(&draft)) place(scale->node);
      if (const auto* pack = std::get_if<PackDraft>(&draft)) place(pack->node);
      if (const auto* linear = std::get_if<LinearDraft>(&draft)) {
        if (linear->target == Target::rows) place(linear->node);
      }
    }
  }

  void place(NodeIndex node) {
    const std::vector<std::uint32_t> used = used_features(node);
    Layout& layout = layouts_[node];
    const int split = split_of(graph_[node].output).value_or(0);
    layout.stride = split == 0 ? tile_lanes : 2 * tile_lanes;
    layout.first_row = new_rows((used.size() + 1) / 2 * (layout.stride / tile_lanes));
    std::vector<Users> users;
    for (const std::uint32_t k : used) users.push_back(users_of({node, k}));
    for (const auto& [a, b] : pair_features(users)) {
      const auto row = static_cast<std::uint32_t>(layout.first_row + layout.pairs.size() * layout.stride);
      const auto second = static_cast<std::uint32_t>(row + layout.stride - tile_lanes);
      layout.pairs.emplace_back(used[a], used[b]);
      layout.places[used[b]] = {used[b], second, split == 0, split};
      layout.places[used[a]] = {used[a], row, false, split};
    }
  }

  std::uint32_t new_rows(std::size_t count) {
    const auto first = static_cast<std::uint32_t>(plan_.rows_ * tile_lanes);
    plan_.rows_ += count;
    return first;
  }

  /// All features if the node goes to planes, else those with a weight.
  std::vector<std::uint32_t> used_features(NodeIndex node) const {
    std::set<std::uint32_t> used;
    for (const Draft& draft : drafts_) {
      if (const auto* unpack = std::get_if<UnpackDraft>(&draft); unpack != nullptr && unpack->node == node)
        for (std::uint32_t k = 0; k < graph_[node].output.features(); ++k) used.insert(k);
      if (const auto* linear = std::get_if<LinearDraft>(&draft))
        for (const LinearRow& row : linear->form.rows)
          for (const auto& term : row.terms)
            if (term.first.node == node) used.insert(term.first.feature);
    }
    return {used.begin(), used.end()};
  }

  Users users_of(Source source) const {
    Users users;
    for (const Draft& draft : drafts_)
      if (const auto* linear = std::get_if<LinearDraft>(&draft))
        for (const LinearRow& row : linear->form.rows)
          users.push_back(std::ranges::any_of(row.terms, [&](const auto& term) { return term.first == source; }));
    return users;
  }

  // --- steps ---

  void emit(const ScaleDraft& draft) {
    const Layout& layout = layouts_[draft.node];
    const std::vector<Table> tables = functions_.tabulate(draft.node);
    ScaleStep step{draft.node, layout.first_row, {}};
    for (const auto& [a, b] : layout.pairs) {
      step.features.push_back(scaled(draft.node, a, tables[a]));
      if (a != b) step.features.push_back(scaled(draft.node, b, tables[b]));
    }
    plan_.steps_.emplace_back(std::move(step));
  }

  ScaledFeature scaled(NodeIndex node, std::uint32_t k, const Table& table) const {
    ScaledFeature feature{functions_.source(node, k), {}, {}, k};
    if (const auto scaling = fit_scaling(table)) {
      feature.scaling = *scaling;
      return feature;
    }
    const std::vector<std::int16_t>& values = table.values;
    std::size_t first = 0, last = values.size() - 1;
    while (first < last && values[first + 1] == values[0]) ++first;
    while (last > first && values[last - 1] == values.back()) --last;
    feature.scaling.clamp_low = static_cast<std::int16_t>(static_cast<int>(first) + table.first);
    feature.scaling.clamp_high = static_cast<std::int16_t>(static_cast<int>(last) + table.first);
    feature.table.assign(values.begin() + static_cast<std::ptrdiff_t>(first),
                         values.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    return feature;
  }

  void emit(const LinearDraft& draft) {
    LinearStep step;
    step.target = draft.target;
    step.node = draft.node;
    step.outputs = draft.form.rows.size();
    step.rounder = draft.rounder;
    step.limit = draft.limit;
    step.sum_rounder = draft.sum_rounder;
    step.sum_low = draft.sum_low;
    step.sum_high = draft.sum_high;
    if (draft.target == Target::rows) {
      const Layout& layout = layouts_[draft.node];
      step.split = split_of(graph_[draft.node].output).value_or(0);
      for (std::size_t p = 0; p < layout.pairs.size(); ++p)
        add_block(step, draft, layout.pairs[p].first, layout.pairs[p].second,
                  static_cast<std::uint32_t>(layout.first_row + p * layout.stride));
    } else {
      for (std::uint32_t o = 0; o < step.outputs; o += 2)
        add_block(step, draft, o, std::min<std::uint32_t>(o + 1, static_cast<std::uint32_t>(step.outputs) - 1), o);
      if (draft.target == Target::score) step.sum_row = new_rows(1);
      if (draft.target == Target::planes) planes_.insert(draft.node);
    }
    plan_.steps_.emplace_back(std::move(step));
  }

  using Weights = std::map<std::uint32_t, std::int32_t>;  ///< row -> its two weights

  Weights pair_weights(const LinearRow& row) {
    Weights weights;
    for (const auto& [source, weight] : row.terms) {
      const RowPlace& place = layouts_[source.node].places.at(source.feature);
      const auto half = static_cast<std::uint32_t>(static_cast<std::uint16_t>(weight));
      std::int32_t& pair = weights[place.row];
      pair = static_cast<std::int32_t>(static_cast<std::uint32_t>(pair) | (place.high ? half << 16 : half));
      if (place.split > 0)  // half << 16 << split is weight << split in the high half
        pair = static_cast<std::int32_t>(half | half << 16 << place.split);
    }
    return weights;
  }

  /// Outputs a and b (a == b: a alone).
  void add_block(LinearStep& step, const LinearDraft& draft, std::uint32_t a, std::uint32_t b, std::uint32_t target) {
    const Weights first = pair_weights(draft.form.rows[a]);
    const Weights second = a == b ? Weights{} : pair_weights(draft.form.rows[b]);
    const auto position = [&] { return static_cast<std::uint32_t>(step.terms.size()); };
    Block block;
    block.target = target;
    block.begin = position();
    for (const auto& [row, weight] : first)
      if (second.contains(row)) step.terms.push_back({row, {weight, second.at(row)}});
    block.both = position();
    for (const auto& [row, weight] : first)
      if (!second.contains(row)) step.terms.push_back({row, {weight, 0}});
    block.first = position();
    for (const auto& [row, weight] : second)
      if (!first.contains(row)) step.terms.push_back({row, {weight, 0}});
    block.end = position();
    set_output(block, 0, draft, a);
    if (a != b) set_output(block, 1, draft, b);
    step.blocks.push_back(block);
  }

  static void set_output(Block& block, int half, const LinearDraft& draft, std::uint32_t output) {
    block.bias[half] = static_cast<std::int32_t>(draft.form.rows[output].bias + draft.rounder.add);
    block.low[half] = draft.low[output];
    block.high[half] = draft.high[output];
  }

  void emit(const PackDraft& draft) { plan_.steps_.emplace_back(PackStep{draft.node, places(draft.node)}); }
  void emit(const UnpackDraft& draft) {
    planes_.insert(draft.node);
    plan_.steps_.emplace_back(UnpackStep{draft.node, places(draft.node)});
  }
  void emit(const ExactStep& step) {
    planes_.insert(step.node);
    plan_.steps_.emplace_back(step);
  }
  void emit(const OutputStep& step) { plan_.steps_.emplace_back(step); }

  std::vector<RowPlace> places(NodeIndex node) {
    std::vector<RowPlace> list;
    for (const auto& [feature, place] : layouts_[node].places) list.push_back(place);
    return list;
  }

  const Graph& graph_;
  InputFunctions functions_;
  std::vector<Draft> drafts_;
  std::map<NodeIndex, Layout> layouts_;
  std::set<NodeIndex> planes_;
  Plan plan_;
};

Plan::Plan(const Graph& graph) {
  require_integer_scores(graph);
  *this = Compiler(graph)();
}

}  // namespace trigloop::score
