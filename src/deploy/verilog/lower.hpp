#pragma once
// From the model's graph to a circuit with the same integers.
#include <vector>

#include "deploy/adders/optimise.hpp"
#include "deploy/verilog/circuit.hpp"
#include "model/graph.hpp"

namespace trigloop::deploy {

struct LowerOptions {
  std::string name = "network";  ///< of the circuit
  double budget = 10;            ///< seconds for the sums of all layers (adders/optimise.hpp)
  std::vector<Code> thresholds;  ///< on the score's code; each makes a decision bit
};

/// Errors: unsupported, by the node's name, if the graph has a float score; mismatch, if it is empty.
Circuit lower(const model::Graph& graph, const LowerOptions& options = {});

}  // namespace trigloop::deploy
