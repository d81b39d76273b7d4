#pragma once
// From hardware integers to the network's inputs, in a few 16-bit operations a feature.
//
// The chain from an input to the first matrix (clip, subtract an offset, wrap, shift, wrap again, round, saturate;
// written by each exporter in its own way) is a function of one int16, feature by feature. So it is not matched node by
// node: the function is tabulated over all inputs that it can tell apart, a short program of the form
//
//     t = clamp(x, clamp_low, clamp_high) - offset << left >> right;   (16 bits: the hardware's wrap comes free)
//         or rounded, ties to even, in place of the last shift (Keras' emulation of the firmware)
//     y = min(clamp(t, low, high) << up, top)
//
// is fitted to the table, and kept only if it agrees on every single input. Where none fits, the table itself is used.
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/graph.hpp"

namespace trigloop::score {

/// A function of an int16: its values from input `first` on. Before and behind these it is as at their ends.
struct Table {
  int first = 0;
  std::vector<std::int16_t> values;
};

struct Scaling {
  std::int16_t clamp_low = 0, clamp_high = 0, offset = 0, low = 0, high = 0, top = 0;
  std::uint8_t left = 0, right = 0, up = 0;
  bool half_even = false;  ///< as Rounder::half_even; half - 1 is in the offset

  std::int16_t operator()(std::int16_t x) const noexcept;
};

/// The program for `table`, equal on all of it; nothing if the form has none.
std::optional<Scaling> fit_scaling(const Table& table);

/// Nodes whose features are each a function of one input feature.
class InputFunctions {
 public:
  explicit InputFunctions(const model::Graph& graph);

  bool contains(model::NodeIndex node) const noexcept { return !sources_[node].empty(); }
  /// The input feature that feature `k` of the node depends on.
  std::uint32_t source(model::NodeIndex node, std::size_t k) const { return sources_[node][k]; }
  /// The functions of all features of a node whose codes fit 16 bits.
  std::vector<Table> tabulate(model::NodeIndex node) const;

 private:
  const model::Graph& graph_;
  std::vector<std::vector<std::uint32_t>> sources_;  ///< one a feature; empty where a feature depends on several
};

}  // namespace trigloop::score
