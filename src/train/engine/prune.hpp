#pragma once
// Magnitude pruning: the smallest weights of each kernel become 0 and stay so. The share of zeros rises with the epochs
// by a polynomial decay (Zhu and Gupta, arXiv:1710.01878):
//
//     sparsity = last + (first - last) (1 - (epoch - begin) / (end - begin))^power        for begin <= epoch <= end
//
// Masks are chosen anew at the start of these epochs, by the weights as they are trained, not rounded; after `end` they
// rest and the network recovers. A weight that is 0 is the smallest, so what is pruned stays pruned. The gradient and
// the moments of a pruned weight go on; the weight itself is set back to 0 after each update.
#include <cstdint>
#include <string>
#include <vector>

#include "train/engine/program.hpp"

namespace trigloop::train {

struct PruneOptions {
  double first = 0, last = 0.5;  ///< shares of zeros, in [0, 1)
  std::int64_t begin = 0, end = 1;
  double power = 3;

  /// The share of zeros at the start of an epoch.
  double sparsity(std::int64_t epoch) const;
};

class Pruner {
 public:
  /// Prunes the kernels of these layers.
  Pruner(const PruneOptions& options, const Parameters& parameters, const std::vector<std::string>& layers);

  /// At the start of an epoch: chooses the masks, if the schedule still moves, and applies them.
  void begin_epoch(std::int64_t epoch, Parameters& parameters);
  /// Sets pruned weights to 0. After each update.
  void apply(Parameters& parameters) const;
  /// 1 where a weight lives, else 0; flat as the parameters. A checkpoint holds it.
  std::vector<float>& masks() noexcept { return masks_; }

 private:
  PruneOptions options_;
  std::vector<std::size_t> kernels_;  ///< indices of parameters
  std::vector<float> masks_;
};

}  // namespace trigloop::train
