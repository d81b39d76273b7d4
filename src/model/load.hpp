#pragma once
// Opens a model of any kind that is read, by its content.
#include <filesystem>

#include "model/graph.hpp"

namespace trigloop::model {

struct LoadOptions {
  std::filesystem::path
      normalisation;  ///< for models of normalised inputs: where bias and scale are (a packed .h5, a YAML file)
};

/// A QONNX file, or a QKeras .h5. Errors: those of the importers; usage, if a normalisation is given for QONNX.
Graph load(const std::filesystem::path& path, const LoadOptions& options = {});

/// Whether its inputs are scaled numbers, as in training: the trigger's integers have no fraction.
inline bool takes_scaled_numbers(const Graph& graph) { return graph.input().output.fraction > 0; }

}  // namespace trigloop::model
