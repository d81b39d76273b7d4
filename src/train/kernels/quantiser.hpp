#pragma once
// Fake quantisation as QKeras 0.9 does it (alpha = 1): forward, a number of the fixed-point type; backward, as if
// nothing had been rounded.
//
// - bits(b, i) [quantized_bits]: ap_fixed<b, i + 1>, half to even, saturating. Its gradient passes everywhere.
// - relu(b, i) [quantized_relu]: ap_ufixed<b, i>, half to even, saturating. Its gradient passes where 0 < x <= the
//   largest value.
// - plain relu and the identity are the limits without rounding.
//
// QKeras computes x + (q - x) in float32, which misses q by an ulp of x where x saturates; here it is q.
#include <cmath>
#include <cstdint>
#include <limits>

namespace trigloop::train {

struct Quantiser {
  enum class Kind : std::uint8_t { identity, relu, quantised_bits, quantised_relu };
  Kind kind = Kind::identity;
  int bits = 0, integer = 0;  ///< as QKeras counts: the sign bit is not in `integer`

  static Quantiser signed_bits(int bits, int integer) { return {Kind::quantised_bits, bits, integer}; }
  static Quantiser unsigned_relu(int bits, int integer) { return {Kind::quantised_relu, bits, integer}; }

  bool is_quantised() const { return kind == Kind::quantised_bits || kind == Kind::quantised_relu; }
  int fraction() const { return kind == Kind::quantised_bits ? bits - 1 - integer : bits - integer; }
  float step() const { return std::ldexp(1.0f, -fraction()); }
  float lowest() const { return kind == Kind::quantised_bits ? -std::ldexp(1.0f, integer) : 0.0f; }
  float largest() const {
    return is_quantised() ? std::ldexp(1.0f, integer) - step() : std::numeric_limits<float>::infinity();
  }
  bool operator==(const Quantiser&) const = default;
};

}  // namespace trigloop::train
