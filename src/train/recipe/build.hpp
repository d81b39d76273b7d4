#pragma once
// Inside the recipe reader: from the maps of a stage's `network` and `loss` to nodes.
#include "core/yaml.hpp"
#include "train/formula/expression.hpp"
#include "train/recipe/recipe.hpp"
#include "train/recipe/widths.hpp"

namespace trigloop::train {

/// Epochs, batch, optimiser, schedule, history.
void set_loop(Stage& stage, const core::Section& section, const Scope& scope);
/// After the layers are there.
void set_pruning(Stage& stage, const core::Section& section, const Scope& scope);
std::optional<Augmenter> augmenter_of(const core::Section& stage, const Scope& scope, const DataShape& shape,
                                      bool compat);
/// Names of dense layers, by a list of stacks or layers. Error: usage, for a name that is neither.
std::vector<std::string> layers_at(const Stage& stage, const core::Section& section, const std::string& key);

/// Appends what an item of `network` describes.
void add_layers(Stage& stage, const core::Section& item, const Scope& scope, Widths& widths);
/// Appends what an item of `loss` describes.
void add_loss(Stage& stage, const core::Section& item, const Scope& scope, const Geometry& geometry);

/// An expression at a key of a section; the section's line stands in errors.
Numbers numbers_at(const core::Section& section, const std::string& key, const Scope& scope);
double number_at(const core::Section& section, const std::string& key, const Scope& scope,
                 std::optional<double> fallback = {});

/// A whole number in [low, high]. Error: usage.
std::int64_t whole_at(const core::Section& section, const std::string& key, const Scope& scope, std::int64_t low,
                      std::int64_t high, std::optional<double> fallback = {});

/// The tensor that a section names at a key. Error: usage, naming the nearest.
TensorId tensor_at(const Stage& stage, const core::Section& item, const std::string& key,
                   std::optional<std::string> fallback = {});

}  // namespace trigloop::train
