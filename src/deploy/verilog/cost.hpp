#pragma once
// What a circuit costs in look-up tables and carry cells, before any tool has seen it.
#include "deploy/verilog/circuit.hpp"

namespace trigloop::deploy {

struct Cost {
  int tables = 0, carries = 0;
};

Cost cost_of(const Circuit& circuit, SignalId id);

/// A layer's part, and the whole circuit. depth: tables and carry cells one after the other.
struct LayerEstimate {
  std::string name, operation;
  std::size_t adders = 0;  ///< additions of two numbers
  int tables = 0, carries = 0, depth = 0;
};
struct Estimate {
  std::vector<LayerEstimate> layers;
  std::size_t adders = 0;
  int tables = 0, carries = 0, depth = 0;
};
Estimate estimate(const Circuit& circuit);

}  // namespace trigloop::deploy
