#pragma once
// Fixed-point types as Vitis HLS and CMSSW write them: ap_fixed<18, 14, AP_RND_CONV, AP_SAT>.
#include <string>

#include "model/graph.hpp"

namespace trigloop::deploy {

/// Error: unsupported, for QONNX' round-up modes, which ap_fixed lacks.
std::string ap_type(const core::FixedPoint& type);

/// The narrowest type that holds every code of the tensor, for values that are neither rounded nor cut.
core::FixedPoint holding(const model::Tensor& tensor);

/// From "ap_fixed<18,13>" or "ap_ufixed<18, 14, AP_RND_CONV, AP_SAT>", as ap_type writes it. Error: usage.
core::FixedPoint parse_ap_type(const std::string& text);

}  // namespace trigloop::deploy
