#pragma once
// A trained network as the training package stores it: a Keras model of QKeras layers, with the weights as they were
// trained. QKeras rounds them when it runs the model.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/hdf5.hpp"

namespace trigloop::bundle {

/// As QKeras counts: the sign bit is not in `integer`.
struct KerasQuantiser {
  int bits = 0, integer = 0;
};

/// A QDense layer with its activation.
struct KerasLayer {
  enum class Activation : std::uint8_t { linear, relu, quantised_relu, quantised_bits };
  std::string name;           ///< "q_dense_4"
  std::string weights_below;  ///< "" or "path/": where Keras has the layer's weights below its group
  std::size_t inputs = 0, outputs = 0;
  std::vector<float> kernel, bias;  ///< inputs x outputs; outputs
  KerasQuantiser kernel_type, bias_type, activation_type;
  Activation activation = Activation::linear;
};

/// Layers one after the other, then the score.
struct KerasModel {
  enum class Score : std::uint8_t { output, sum_of_squares, squared_distance };
  std::vector<KerasLayer> layers;
  Score score = Score::output;
  std::size_t other = 0;  ///< squared_distance: between the last layer's output and that of this one
};

/// The attribute `model_config`: JSON as Keras 2.15 writes it.
std::string keras_config(const KerasModel& model);

/// Adds the group of weights, by the names and with the attributes that Keras gives it.
void add_weights(io::hdf5::Writer& writer, const std::string& group, const KerasModel& model);

/// Writes build.h5, which Keras' load_model (with QKeras' objects), hls4ml and our importer read. Error: output.
void write_build(const std::filesystem::path& path, const KerasModel& model);

}  // namespace trigloop::bundle
