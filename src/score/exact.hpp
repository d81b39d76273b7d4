#pragma once
// Every node that has an exact form, for many events at a time, in integers that are proven wide enough: the net under
// the fast kernels. What they cannot prove for a node is computed here, feature by feature over the lanes of a tile;
// int64 where the graph's range analysis allows it, else 128 bits.
#include <cstdint>
#include <vector>

#include "model/graph.hpp"
#include "score/engine.hpp"

namespace trigloop::score {

/// `node` and all that it depends on, in order.
std::vector<model::NodeIndex> needed_nodes(const model::Graph& graph, model::NodeIndex node);

class Exact {
 public:
  static constexpr std::size_t lanes = 128;  ///< events that an arena holds

  /// The codes of a tile: one thread's.
  class Arena {
    friend class Exact;
    std::vector<std::int64_t> narrow_;
    std::vector<model::Code> wide_;
  };

  Exact() = default;
  /// Keeps the graph; `nodes` (ascending) get a place in the arena.
  Exact(const model::Graph& graph, std::vector<model::NodeIndex> nodes);

  Arena arena() const;
  const std::vector<model::NodeIndex>& nodes() const noexcept { return nodes_; }

  /// Fills the graph's input from a tile of at most `lanes` events.
  void load(const TileView& tile, Arena& arena) const;
  /// Computes `node` (not the input) from its inputs, which must be there.
  void run(model::NodeIndex node, Arena& arena, std::size_t count) const;
  /// Computes all nodes but the input.
  void run(Arena& arena, std::size_t count) const;

  model::Code code(const Arena& arena, model::NodeIndex node, std::size_t feature, std::size_t lane) const {
    const std::size_t at = offsets_[node] + feature * lanes + lane;
    return is_wide_ ? arena.wide_[at] : arena.narrow_[at];
  }
  void set_code(Arena& arena, model::NodeIndex node, std::size_t feature, std::size_t lane, std::int64_t code) const {
    const std::size_t at = offsets_[node] + feature * lanes + lane;
    if (is_wide_) {
      arena.wide_[at] = code;
    } else {
      arena.narrow_[at] = code;
    }
  }

 private:
  model::Graph graph_;
  std::vector<model::NodeIndex> nodes_;
  std::vector<std::size_t> offsets_;  ///< by node; where its codes begin
  std::size_t size_ = 0;
  bool is_wide_ = false;
};

}  // namespace trigloop::score
