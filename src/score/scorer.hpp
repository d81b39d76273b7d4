#pragma once
// Scores of blocks of events, whatever their numbers are. Integers that fit int16 go to the engine in tiles; anything
// else (normalised floats, wide integers) is converted exactly to the codes of the network's input and goes to the
// reference engine, whose integers are the same by definition.
#include <memory>
#include <span>
#include <string_view>

#include "event/tile.hpp"
#include "score/engine.hpp"
#include "score/reference.hpp"

namespace trigloop::score {

class Scorer {
 public:
  /// Scratch of one thread.
  class State;

  /// Errors: those of make_engine. A float score needs no engine: `engine` is then not asked for.
  Scorer(const model::Graph& graph, std::string_view engine = "");

  const model::Graph& graph() const noexcept { return graph_; }
  std::size_t features() const noexcept { return reference_.features(); }
  std::size_t outputs() const noexcept { return graph_.output().output.features(); }
  /// "simd (avx512vnni)", "reference (scalar)".
  std::string engine_name() const;

  State make_state() const;
  /// Row-major events, `features()` each, into `outputs()` scores each. Error: mismatch, if a value is not finite.
  void run(std::span<const double> events, std::span<double> scores, State& state) const;
  void run(std::span<const std::int16_t> events, std::span<double> scores, State& state) const;
  /// A tile of int16 or float32 hardware integers.
  void run(const event::Tile& tile, std::span<double> scores, State& state) const;

  /// Keeps values of all nodes of one event in the state; see `node_values`.
  void run_one(std::span<const double> event, State& state) const;
  /// Values of a node of the last event of run_one.
  void node_values(const State& state, model::NodeIndex node, std::span<double> values) const;

 private:
  template <class T>
  void run_transposed(std::span<const T> events, std::span<double> scores, State& state) const;
  void run_tile(const TileView& tile, std::span<double> scores, State& state) const;

  model::Graph graph_;
  core::FixedPoint input_;
  Reference reference_;
  std::shared_ptr<const Engine> engine_;  ///< null for a float score
};

class Scorer::State {
 public:
  State(State&&) noexcept = default;

 private:
  friend class Scorer;
  explicit State(Reference::State reference) : reference_(std::move(reference)) {}
  Reference::State reference_;
  std::unique_ptr<Stream> stream_;
  std::vector<std::int16_t> tile_;
  std::vector<std::int32_t> codes_;
  std::vector<std::int64_t> event_;
  std::vector<double> row_;
};

}  // namespace trigloop::score
