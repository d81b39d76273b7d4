#include "score/drafts.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace trigloop::score {
namespace {

using model::Graph;
using model::NodeIndex;

/// Works from the output back to the input: a node is drafted when somebody needs it, in the form that is needed.
class Drafter {
 public:
  Drafter(const Graph& graph, const InputFunctions& functions) : graph_(graph), functions_(functions) {}

  std::vector<Draft> operator()() {
    const NodeIndex last = graph_.nodes().size() - 1;
    if (auto score = draft_score(graph_, functions_, last); score && has_sources(score->form)) {
      drafts_.push_back(std::move(*score));
    } else {
      make_planes(last);
      drafts_.push_back(OutputStep{last});
    }
    return std::move(drafts_);
  }

 private:
  bool has_sources(const LinearForm& form) {
    std::set<NodeIndex> nodes;
    for (const LinearRow& row : form.rows)
      for (const auto& term : row.terms) nodes.insert(term.first.node);
    return std::ranges::all_of(nodes, [&](NodeIndex n) { return make_rows(n); });
  }

  bool try_linear(NodeIndex node, Target target) {
    auto draft = draft_linear(graph_, functions_, node, target);
    if (!draft) return false;
    for (const LinearRow& row : draft->form.rows)
      for (const auto& term : row.terms)
        if (term.first.node == node) return false;  // not linear at all
    if (!has_sources(draft->form)) return false;
    drafts_.push_back(std::move(*draft));
    return true;
  }

  /// Whether the node's codes can stand in rows; drafts what makes them.
  bool make_rows(NodeIndex node) {
    const auto known = rows_.find(node);
    if (known != rows_.end()) return known->second;
    return rows_[node] = draft_rows(node);
  }

  bool draft_rows(NodeIndex node) {
    if (!split_of(graph_[node].output)) return false;
    if (is_scaled(node)) {
      drafts_.push_back(ScaleDraft{node});
      return true;
    }
    if (try_linear(node, Target::rows)) return true;
    make_planes(node);
    drafts_.push_back(PackDraft{node});
    return true;
  }

  void make_planes(NodeIndex node) {
    if (!planes_.insert(node).second) return;
    const auto known = rows_.find(node);
    const bool has_rows = known != rows_.end() && known->second;
    if (has_rows || (is_scaled(node) && make_rows(node))) {
      drafts_.push_back(UnpackDraft{node});
    } else if (!is_sum(node) || !try_linear(node, Target::planes)) {
      for (const NodeIndex i : graph_[node].inputs) make_planes(i);
      drafts_.push_back(ExactStep{node});
    }
  }

  /// Whether a scaling of the input, feature by feature, gives the node's codes. Not where features are repeated: the
  /// terms of a sum, one a weight, are computed faster than looked up.
  bool is_scaled(NodeIndex node) const {
    if (!functions_.contains(node) || !fits_int16(graph_[node].output)) return false;
    std::set<std::uint32_t> sources;
    for (std::size_t k = 0; k < graph_[node].output.features(); ++k) sources.insert(functions_.source(node, k));
    return sources.size() == graph_[node].output.features();
  }

  /// Whether a matrix stands behind the node, so that the fast kernel pays.
  bool is_sum(NodeIndex node) const {
    while (std::holds_alternative<model::Relu>(graph_[node].operation) ||
           std::holds_alternative<model::Quantise>(graph_[node].operation) ||
           std::holds_alternative<model::AddConstant>(graph_[node].operation) ||
           std::holds_alternative<model::Subtract>(graph_[node].operation))
      node = graph_[node].inputs[0];
    return std::holds_alternative<model::Dense>(graph_[node].operation);
  }

  const Graph& graph_;
  const InputFunctions& functions_;
  std::vector<Draft> drafts_;
  std::map<NodeIndex, bool> rows_;
  std::set<NodeIndex> planes_;
};

}  // namespace

std::vector<Draft> draft_plan(const Graph& graph, const InputFunctions& functions) {
  return Drafter(graph, functions)();
}

}  // namespace trigloop::score
