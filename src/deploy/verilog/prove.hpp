#pragma once
// Proofs that layers compute what the model says, for every input: by Yosys' SAT solver, output by output.
#include <string>
#include <vector>

#include "deploy/verilog/project.hpp"

namespace trigloop::deploy {

enum class Verdict { proven, refuted, undecided };
struct NeuronProof {
  std::string layer, output;
  Verdict verdict = Verdict::undecided;
};
struct ProveOptions {
  std::vector<std::string> layers;  ///< empty: all that can be specified
  int seconds = 10;                 ///< for each output; then it stays undecided
};
/// Error: usage, if one of the names is none of a layer; the reason lists those that are.
void require_layers(const Circuit& circuit, const std::vector<std::string>& wanted);

/// Proves by SAT, output by output, that the layers' Verilog equals the model's plain products and sums for every
/// input. Errors: as require_layers and run_yosys.
std::vector<NeuronProof> prove_layers(const model::Graph& graph, const VerilogDesign& design,
                                      const ProveOptions& options = {});

}  // namespace trigloop::deploy
