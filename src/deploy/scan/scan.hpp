#pragma once
// What narrower numbers would cost and save: a trained network with fewer bits in its weights or activations, without
// training it again. A guide to what is worth a training; a network that is trained with these bits does better.
#include <string>
#include <vector>

#include "model/graph.hpp"

namespace trigloop::deploy {

/// Weights of dense layers rounded (ties to even) and cut to at most `weight_bits`, sign included; quantisers behind
/// the first dense layer, but for the last node, to at most `activation_bits`, at the cost of fractional bits. 0: as
/// they are. Error: usage, below 2 bits.
model::Graph requantised(const model::Graph& graph, int weight_bits, int activation_bits);

/// Effective bit operations of all nodes.
std::uint64_t effective_bit_operations(const model::Graph& graph);

struct ScanPoint {
  int weight_bits = 0, activation_bits = 0;
  std::uint64_t ebops = 0;
  std::size_t adders = 0, tables = 0;  ///< of the firmware's estimate; 0: not asked for
  double efficiency = 0;               ///< mean over the signals at the scan's rate
  bool is_best = false;                ///< no other point costs less and finds at least as much
};

/// Marks the Pareto front: by adders where they are known, else by EBOPs.
void mark_best(std::vector<ScanPoint>& points);

}  // namespace trigloop::deploy
