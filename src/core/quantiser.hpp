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
        right_(std::clamp(fraction - type.fraction(), 0, bits - 2)),
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

  /// Every rule is an addition before the shift: no branch depends on the code.
  Int rounded(Int code) const noexcept { return (code + addend(code)) >> right_; }

  Int addend(Int code) const noexcept {
    const Int half = Int{1} << (right_ - 1), almost = 2 * half - 1;
    const Int negative = code < 0 ? 1 : 0, positive = code > 0 ? 1 : 0;
    switch (rounding_) {
      case Rounding::floor:
        return 0;
      case Rounding::ceil:
        return almost;
      case Rounding::toward_zero:
        return negative * almost;
      case Rounding::away_from_zero:
        return positive * almost;
      case Rounding::half_even:
        return half - 1 + ((code >> right_) & 1);
      case Rounding::half_up:
        return half;
      case Rounding::half_down:
        return half - 1;
      case Rounding::half_away:
        return half - negative;
      case Rounding::half_to_zero:
        return half - 1 + negative;
    }
    return 0;
  }

  Rounding rounding_;
  bool wraps_, is_signed_;
  int left_, right_;  ///< at most one of them is not 0
  int spare_;         ///< bits of Int above the type's
  Int lo_, hi_;
};

}  // namespace trigloop::core
