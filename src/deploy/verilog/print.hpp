#pragma once
// A circuit as Verilog: a module for each layer, one that joins them, and small ones that they share.
#include <string>
#include <vector>

#include "deploy/verilog/circuit.hpp"
#include "deploy/verilog/pipeline.hpp"

namespace trigloop::deploy {

struct SourceFile {
  std::string name;  ///< "network_dense_1.v"
  std::string text;
};

/// The top module has the circuit's name and the ports `clk` (if there are registers), `event_bits` (feature k above
/// feature k - 1, each as wide as the input's type), `score` (outputs
/// side by side, the first lowest), and `decision` if there are thresholds. The first file
/// is the top.
std::vector<SourceFile> print_verilog(const Circuit& circuit, const Schedule& schedule);

}  // namespace trigloop::deploy
