#pragma once
// Weights before the first step, as Keras and QKeras begin: kernels glorot-uniform, biases 0.
#include <cstdint>

#include "train/program.hpp"

namespace trigloop::train {

/// Kernels of all dense layers of `network`, from the numbers of (seed, position of the layer).
void initialise(Network& network, std::uint64_t seed);

}  // namespace trigloop::train
