#pragma once
// The reference engine: one event at a time, every node in order, every intermediate kept. Written to be read; all
// other engines must give the same integers.
//
// It follows the graph node by node. Where the graph's range analysis proves that no intermediate leaves 62 bits, codes
// are int64; else they are 128-bit integers, by the same source. A MixtureDistance is computed in double precision,
// after exact inputs: its score is a float and stands outside bit equality.
#include <cstdint>
#include <memory>
#include <span>

#include "model/graph.hpp"

namespace trigloop::score {

class Reference {
 public:
  /// All values of one event. A thread needs one of its own.
  class State;

  /// Keeps what it needs of `graph`. Error: mismatch, if the graph is empty.
  explicit Reference(const model::Graph& graph);
  ~Reference();
  Reference(Reference&&) noexcept;
  Reference& operator=(Reference&&) noexcept;

  State make_state() const;

  std::size_t features() const noexcept { return features_; }
  /// Whether int64 was proven wide enough.
  bool is_narrow() const noexcept { return narrow_ != nullptr; }

  /// Runs an event: codes of the graph's Input, one a feature, each within its type.
  void run(std::span<const std::int64_t> event, State& state) const noexcept;

  /// Runs an event of hardware integers, `stride` apart: they are brought into the type of the graph's Input.
  void run(const std::int16_t* hardware, std::size_t stride, State& state) const noexcept;

  /// After run: the code of a feature of a node (0 for a float node).
  model::Code code(const State& state, model::NodeIndex node, std::size_t feature) const noexcept;
  /// After run: the same as a number; rounded to double where it has more than 53 bits.
  double value(const State& state, model::NodeIndex node, std::size_t feature) const noexcept;
  /// After run: the last node's first feature.
  double score(const State& state) const noexcept { return value(state, fractions_.size() - 1, 0); }

  template <class Int>
  class Program;

 private:
  void run_loaded(State& state) const noexcept;

  std::size_t features_ = 0;
  std::vector<int> fractions_;        ///< of each node
  std::vector<std::size_t> offsets_;  ///< where a node's codes begin in a State
  std::size_t values_ = 0;
  model::NodeIndex float_node_;  ///< the MixtureDistance, or one past the last node
  std::unique_ptr<const Program<std::int64_t>> narrow_;
  std::unique_ptr<const Program<model::Code>> wide_;
};

class Reference::State {
 private:
  friend class Reference;
  std::vector<std::int64_t> narrow_;
  std::vector<model::Code> wide_;
  double score_ = 0;
};

}  // namespace trigloop::score
