#pragma once
// A trained recipe as the training package stores it (bundle/keras.hpp).
#include <optional>

#include "bundle/keras.hpp"
#include "train/recipe.hpp"

namespace trigloop::train {

/// The layers from the data to the score, with the weights as they were trained. Layers are numbered as in the package,
/// by the order of all quantised layers of the recipe. Nothing, where Keras' layers cannot say what the recipe does: a
/// layer that is no quantised dense one, a distance to the data themselves, a mixture of Gaussians.
std::optional<bundle::KerasModel> keras_model(const Recipe& recipe);

}  // namespace trigloop::train
