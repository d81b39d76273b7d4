#pragma once
// A QKeras model (.h5 of Keras 2) into a graph.
//
// The graph computes what the layers say in exact arithmetic, from weights that are quantised as they are read. QKeras
// itself computes in float32: its results are the same wherever float32 is exact, that is as long as the numbers in the
// network have at most 24 bits. (Scores above 1024 of a network with 7 fractional bits in front of a Dot are not.)
// Layers and quantisers without an exact form are refused, with the layer's name and the nearest form that works.
//
// Such models take normalised values. The input has the type of the QActivation behind it, else quantized_bits(14,5);
// a score that the model does not quantise itself is quantized_bits(18,13): the types of the pipeline. With a
// normalisation the graph takes hardware integers instead and scales them as the firmware does (normalisation.hpp).
#include <filesystem>

#include "model/graph.hpp"

namespace trigloop::model {

struct QkerasOptions {
  std::filesystem::path normalisation;  ///< a packed .h5 or a YAML file; empty: the inputs are normalised already
  bool simplify = true;                 ///< false: nodes as the layers are
};

/// Errors: damaged, unsupported (naming layer, reason, nearest form), limit, mismatch; each with the layer's name.
Graph import_qkeras(const std::filesystem::path& path, const QkerasOptions& options = {});

}  // namespace trigloop::model
