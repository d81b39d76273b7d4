#pragma once
// Adam and Lion as Keras 2.15 has them, with decoupled weight decay and the Clip constraint of quantised layers.
#include <string>

#include "train/kernels/parameters.hpp"

namespace trigloop::train {

struct OptimiserOptions {
  enum class Kind : std::uint8_t { adam, lion };
  Kind kind = Kind::adam;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, weight_decay = 0;

  static OptimiserOptions adam() { return {}; }
  static OptimiserOptions lion() { return {Kind::lion, 0.9, 0.99, 0, 0}; }
};

class Optimiser {
 public:
  Optimiser(const OptimiserOptions& options, std::size_t parameters);

  /// One update. `gradients` is flat as the parameters.
  void update(Parameters& parameters, const float* gradients, double learning_rate);

  // What a checkpoint holds.
  std::uint64_t updates = 0;
  Floats first, second;  ///< moments

 private:
  OptimiserOptions options_;
};

}  // namespace trigloop::train
