#pragma once
// Weights before the first step, as Keras and QKeras begin: kernels glorot-uniform, biases 0.
//
// Rising ones (Dense::Options::rising) are halves of the same numbers without their signs, and 0 for directions. Few
// steps at low rates leave an embedding near where it began, and with signs of both kinds it begins as a difference of
// momenta: which of them cancel is drawn with the seed. So begun, no output falls with any momentum, whatever the seed
// (docs/physics.md). Halves, because terms that do not cancel add up to more than the layers behind expect; and no
// direction is higher than another: random sums of them are noise in front of the momenta.
#include <cstdint>

#include "train/engine/program.hpp"

namespace trigloop::train {

/// Kernels of all dense layers of `network`, from the numbers of (seed, position of the layer).
void initialise(Network& network, std::uint64_t seed);

}  // namespace trigloop::train
