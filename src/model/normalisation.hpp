#pragma once
// The scaling of inputs in front of a network of normalised values, as the pipeline emulates the firmware's in Keras:
// subtract the bias, quantise, multiply by 1/scale, quantise, quantise to the input type; the score is quantised, too.
#include <filesystem>
#include <vector>

#include "model/builder.hpp"

namespace trigloop::model {

/// Of each feature; both of one length, all finite, no scale 0.
struct Normalisation {
  std::vector<double> bias, scale;
};

/// Reads `norm_bias` and `norm_scale` of a packed file (the group "Normalisation" of Data.h5, that of complete.h5
/// below "data", that of our lite.h5 below "trigloop"), or of a YAML map of two lists. Errors: those of the readers;
/// mismatch, if there is no such group or the lists do not fit; unsupported, if a value cannot be scaled by.
Normalisation read_normalisation(const std::filesystem::path& path);

/// quantized_bits(14,5), in which normalised values enter the deployed networks.
FixedPoint normalised_type();
/// quantized_bits(18,13), in which its score leaves.
FixedPoint score_type();

/// Hardware integers as normalised values of `type`. The float32 constants that Keras would use are taken exactly, and
/// so is the product. Error: mismatch, if the numbers of features differ.
Value normalised(Builder& build, const Value& hardware, const Normalisation& normalisation,
                 const FixedPoint& type = normalised_type());

}  // namespace trigloop::model
