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
/// Proves by SAT, output by output, that the layers' Verilog equals the model's plain products and sums for every
/// input. Errors: as run_yosys.
std::vector<NeuronProof> prove_layers(const model::Graph& graph, const VerilogDesign& design,
                                      const ProveOptions& options = {});

}  // namespace trigloop::deploy
