#pragma once
// QKeras' quantisers as fixed-point types.
//
// quantized_bits(b, i) rounds half to even and saturates: ap_fixed<b, i + 1> (i does not count the sign), unsigned
// ap_ufixed<b, i> with keep_negative = 0. quantized_relu(b, i) is ap_ufixed<b, i>. A number as alpha scales the result.
// With alpha "auto_po2", and in kernels with none at all, each column of the kernel has a power of two of its own,
// found by QKeras from the weights in five rounds of least squares; it is found in the same way here. Source:
// qkeras/quantizers.py, version 0.9.0.
#include <optional>
#include <string>

#include "core/fixed_point.hpp"
#include "model/qkeras_file.hpp"

namespace trigloop::model::qkeras_file {

struct Quantiser {
  FixedPoint type;
  int scale = 0;                ///< the result is multiplied by 2^scale
  bool scales_columns = false;  ///< "auto_po2": each column of a kernel is divided by a power of two of its own
};

/// `reason`, with the nearest form that works. Error: unsupported.
[[noreturn]] void refuse(const std::string& reason, const std::string& nearest);

/// The quantiser `name` of a layer ("kernel_quantizer", "activation"), written as an object or as text
/// ("quantized_relu(10,6)"); none if there is none.
std::optional<Settings> quantiser_settings(const Settings& layer, std::string_view name);

/// What a quantized_bits or quantized_relu does. Error: unsupported, for others and for options without an exact form.
Quantiser quantiser_of(const Settings& settings);

/// A weight as the layer uses it: rounded and brought into range. Without a quantiser it must be fixed-point already.
/// Error: unsupported.
std::vector<Dyadic> quantised_weight(const Layer& layer, const std::string& weight);

}  // namespace trigloop::model::qkeras_file
