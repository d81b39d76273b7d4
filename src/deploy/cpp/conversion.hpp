#pragma once
// A conversion between fixed-point types as the body of a function of C++.
#include <string>

#include "core/fixed_point.hpp"

namespace trigloop::deploy {

/// Statements that return the code of `type` for the code x of `fraction` bits; x and the result are of the C++ type
/// `integer` with `bits` bits (32 or 64), which holds both and two bits more. Equal to core::Quantiser.
std::string conversion_body(int fraction, const core::FixedPoint& type, const std::string& integer, int bits);

}  // namespace trigloop::deploy
