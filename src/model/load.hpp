#pragma once
// Opens a model of any kind that is read, by its content.
#include <filesystem>

#include "model/graph.hpp"

namespace trigloop::model {

struct LoadOptions {
  std::filesystem::path normalisation;  ///< for models of normalised inputs: where scale and bias are; may be empty
};

/// A QONNX file, or a QKeras .h5. Errors: those of the importers; unsupported, if it is neither.
Graph load(const std::filesystem::path& path, const LoadOptions& options = {});

}  // namespace trigloop::model
