#pragma once
// A trained recipe as the training package stores it (bundle/keras.hpp).
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bundle/keras.hpp"
#include "train/recipe/recipe.hpp"

namespace trigloop::train {

/// The layers from the data to the score, with the weights as they were trained. Layers are numbered as in the package,
/// by the order of all quantised layers of the recipe. Nothing, where Keras' layers cannot say what the recipe does: a
/// layer that is no quantised dense one, a distance to the data themselves, a mixture of Gaussians.
std::optional<bundle::KerasModel> keras_model(const Recipe& recipe);

/// The names that Keras gives to quantised layers, in the order in which they are made, whether the score needs them or
/// not.
std::map<const Node*, std::string> keras_names(const Recipe& recipe);

/// Takes the weights of quantised layers from the package's build.h5, lite.h5 or complete.h5, or ours. Such files hold
/// the layers that the score needs, and nothing of batch norms or the optimiser: returns the layers that are not there,
/// which keep their first weights. Errors: those of reading; mismatch, if a layer has another shape, or none is there.
std::vector<std::string> load_keras(const std::filesystem::path& path, Recipe& recipe);

}  // namespace trigloop::train
