#pragma once
// A Keras model in an HDF5 file (attribute `model_config`, group `model_weights`) as plain structs; the only code that
// sees JSON. Nothing is interpreted here but how layers are wired and where their weights are.
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "model/builder.hpp"

namespace trigloop::model::qkeras_file {

/// An object of the config: a layer's settings, or a quantiser's. What is null counts as absent, booleans are 0 and 1.
struct Settings {
  std::string kind;  ///< its class: "QDense", "quantized_bits"
  std::map<std::string, double, std::less<>> numbers;
  std::map<std::string, std::string, std::less<>> texts;
  std::map<std::string, std::vector<double>, std::less<>> lists;  ///< of numbers; null is -1
  std::map<std::string, Settings, std::less<>> nested;

  double number(std::string_view name, double otherwise) const;
  std::string text(std::string_view name, std::string otherwise) const;
};

/// An output of a call of a layer: layers may be used several times.
struct TensorName {
  std::string layer;
  std::size_t call = 0, output = 0;
  auto operator<=>(const TensorName&) const = default;
};

struct Weight {
  Shape shape;
  std::vector<double> values;  ///< row-major
};

/// A layer, or a model of layers: the whole file is one.
struct Layer {
  std::string name;
  Settings settings;
  std::vector<std::vector<TensorName>> calls;          ///< the inputs of each call
  std::size_t first_call = 0;                          ///< its number; a model with an input layer was call 0 itself
  std::map<std::string, Weight, std::less<>> weights;  ///< "kernel", "bias", "gamma", ...
  std::vector<Layer> layers;                           ///< of a model, and then ...
  std::vector<TensorName> inputs, outputs;             ///< ... what goes in and comes out
};

/// Reads a file. Sequential models come as the functional ones that they are. Errors: damaged; unsupported (no Keras
/// model, a model without weights); limit.
Layer read(const std::filesystem::path& path);

}  // namespace trigloop::model::qkeras_file
