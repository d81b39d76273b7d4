#pragma once
// Fixed-point conversion with everything but the code known beforehand: a shift, a rounding rule, a range.
//
// Shifts beyond the integer's width are cut to the width: below half a step nothing changes any more, and far to the
// left only 0 stays in range (or, wrapped, every bit has left).
#include <algorithm>
#include <limits>
#include <type_traits>

#include "core/fixed_point.hpp"

namespace trigloop::core {

/// Int is std::int64_t or Code. Codes given to it must lie within +-2^(bits of Int - 3), and so must the type's range.
template <class Int>
class Quantiser {
  using Unsigned = std::conditional_t<sizeof(Int) == 8, std::uint64_t, UInt128>;
  static constexpr int bits = 8 * sizeof(Int);

 public:
  /// From codes of `fraction` fractional bits to codes of `type`.
  Quantiser(int fraction, const FixedPoint& type)
      : rounding_(type.rounding),
        wraps_(type.overflow == Overflow::wrap),
        is_signed_(type.is_signed),
        left_(std::clamp(type.fraction() - fraction, 0, bits - 1)),
        right_(std::clamp(fraction - type.fraction(), 0, bits - 1)),
        spare_(bits - type.width),
        lo_(static_cast<Int>(type.min_code())),
        hi_(static_cast<Int>(type.max_code())) {}

  Int operator()(Int code) const noexcept {
    if (left_ > 0) return widened(code);
    const Int rounded = right_ > 0 ? this->rounded(code) : code;
    return wraps_ ? wrapped(static_cast<Unsigned>(rounded)) : std::clamp(rounded, lo_, hi_);
  }

 private:
  Int widened(Int code) const noexcept {
    if (wraps_) return wrapped(static_cast<Unsigned>(code) << left_);
    if (code > (hi_ >> left_)) return hi_;
    if (code < -(-lo_ >> left_)) return lo_;
    return static_cast<Int>(static_cast<Unsigned>(code) << left_);
  }

  Int wrapped(Unsigned code) const noexcept {
    const Unsigned top = code << spare_;
    return is_signed_ ? static_cast<Int>(top) >> spare_ : static_cast<Int>(top >> spare_);
  }

  Int rounded(Int code) const noexcept {
    const Int floor = code >> right_;
    const auto rest = static_cast<Unsigned>(code) & ((Unsigned{1} << right_) - 1);
    return floor + (goes_up(code, floor, rest, Unsigned{1} << (right_ - 1)) ? 1 : 0);
  }

  bool goes_up(Int code, Int floor, Unsigned rest, Unsigned half) const noexcept {
    switch (rounding_) {
      case Rounding::floor:
        return false;
      case Rounding::ceil:
        return rest != 0;
      case Rounding::toward_zero:
        return rest != 0 && code < 0;
      case Rounding::away_from_zero:
        return rest != 0 && code > 0;
      case Rounding::half_even:
        return rest > half || (rest == half && (floor & 1) != 0);
      case Rounding::half_up:
        return rest >= half;
      case Rounding::half_down:
        return rest > half;
      case Rounding::half_away:
        return code > 0 ? rest >= half : rest > half;
      case Rounding::half_to_zero:
        return code > 0 ? rest > half : rest >= half;
    }
    return false;
  }

  Rounding rounding_;
  bool wraps_, is_signed_;
  int left_, right_;  ///< at most one of them is not 0
  int spare_;         ///< bits of Int above the type's
  Int lo_, hi_;
};

}  // namespace trigloop::core
