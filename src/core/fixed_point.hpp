#pragma once
// The one description of a number's type: QKeras' quantized_bits, QONNX' Quant and HLS' ap_fixed all map to it.
//
// A value is an integer code times 2^-fraction. ap_fixed<W, I> has width W and integer I (the sign bit counts in I), so
// fraction = W - I; it may be negative (codes are multiples of a power of two) or exceed the width.
#include <cstdint>
#include <string>

#include "core/int128.hpp"

namespace trigloop::core {

/// What becomes of a value between two codes. HLS and QONNX names in brackets. QONNX' HALF_UP is not AP_RND: it rounds
/// ties away from zero.
enum class Rounding : std::uint8_t {
  floor,           ///< towards minus infinity [AP_TRN, FLOOR]
  ceil,            ///< towards plus infinity [CEIL]
  toward_zero,     ///< [AP_TRN_ZERO, DOWN]
  away_from_zero,  ///< [UP]
  half_even,       ///< nearest, ties to the even code [AP_RND_CONV, ROUND / HALF_EVEN]
  half_up,         ///< nearest, ties towards plus infinity [AP_RND]
  half_down,       ///< nearest, ties towards minus infinity [AP_RND_MIN_INF]
  half_away,       ///< nearest, ties away from zero [AP_RND_INF, HALF_UP]
  half_to_zero     ///< nearest, ties towards zero [AP_RND_ZERO, HALF_DOWN]
};

/// What becomes of a code out of range.
enum class Overflow : std::uint8_t {
  saturate,  ///< the nearest code in range [AP_SAT]
  wrap,      ///< modulo 2^width [AP_WRAP]
  symmetric  ///< as saturate, without the most negative code [AP_SAT_SYM, narrow]
};

/// A code wide enough for every intermediate of a supported network (types of up to 64 bits, products, sums).
using Code = Int128;

struct FixedPoint {
  int width = 1;    ///< bits of a code, sign included; 1..64. A symmetric signed type of one bit holds only 0.
  int integer = 1;  ///< bits in front of the binary point, sign included
  bool is_signed = true;
  Rounding rounding = Rounding::floor;
  Overflow overflow = Overflow::wrap;

  constexpr int fraction() const noexcept { return width - integer; }
  constexpr Code max_code() const noexcept { return (Code{1} << (is_signed ? width - 1 : width)) - 1; }
  constexpr Code min_code() const noexcept {
    if (!is_signed) return 0;
    return overflow == Overflow::symmetric ? -max_code() : -(Code{1} << (width - 1));
  }
  bool operator==(const FixedPoint&) const = default;
};

/// The code of `type` for the value `code` x 2^-`fraction`: rounded, then brought into range. Exact; |code| < 2^120.
/// core/quantiser.hpp does the same with everything but the code known beforehand.
Code quantise(Code code, int fraction, const FixedPoint& type) noexcept;

/// "<14,6> rnd_conv sat", "u<10,6> trn wrap": as ap_fixed is written.
std::string to_string(const FixedPoint& type);

}  // namespace trigloop::core
