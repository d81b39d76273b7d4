#pragma once
// What a training leaves: a folder that holds the model and where it came from (docs/formats.md).
#include <filesystem>
#include <string>

#include "model/graph.hpp"
#include "model/normalisation.hpp"
#include "train/data.hpp"
#include "train/history.hpp"

namespace trigloop::train {

/// The score of a trained recipe as a graph of hardware integers: scaled as the firmware does, then the layers with
/// their rounded weights. Errors: unsupported, for layers without an exact form (no quantisers; batch norm).
model::Graph export_graph(const Recipe& recipe, const model::Normalisation& normalisation);

/// Takes the weights of a bundle as the first ones: of every stage and layer of the same name, and its mixture. Errors:
/// mismatch, if one has another shape, or if none fits.
void load_weights(const std::filesystem::path& bundle, Recipe& recipe);

/// The same, simplified, with the recipe's name: what stands in model.onnx.
model::Graph trained_graph(const Recipe& recipe, const PackedFile& file);

/// A file that goes into the folder beside what write_bundle makes itself.
struct ExtraFile {
  std::string name, bytes;
};

/// Writes model.onnx, weights.h5, normalisation.yaml, config.yaml, recipe.yml, history.h5, bundle.json and SHA256SUMS.
/// The folder appears when all of it is on disk. Error: output.
void write_bundle(const std::filesystem::path& path, const Recipe& recipe, const PackedFile& file,
                  const std::string& config_yaml, const History& history, const std::vector<ExtraFile>& extra = {});

}  // namespace trigloop::train
