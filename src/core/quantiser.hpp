#pragma once
// Fixed-point conversion with everything but the code known beforehand: a shift, a rounding rule, a range.
//
// Shifts beyond the integer's width are cut to the width: below half a step nothing changes any more, and far to the
// left only 0 stays in range (or, wrapped, every bit has left).
#include <algorithm>
#include <cstddef>
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
    Int result = 0;
    (*this)(&code, &result, 1);
    return result;
  }

  /// out[i] of in[i], n times; the two are equal or do not overlap. What to do is found out once, not for each code.
  void operator()(const Int* in, Int* out, std::size_t n) const noexcept {
    if (left_ > 0) {
      for (std::size_t i = 0; i < n; ++i) out[i] = widened(in[i]);
      return;
    }
    switch (right_ > 0 ? rounding_ : Rounding::floor) {
      case Rounding::floor:
        return each<Rounding::floor>(in, out, n);
      case Rounding::ceil:
        return each<Rounding::ceil>(in, out, n);
      case Rounding::toward_zero:
        return each<Rounding::toward_zero>(in, out, n);
      case Rounding::away_from_zero:
        return each<Rounding::away_from_zero>(in, out, n);
      case Rounding::half_even:
        return each<Rounding::half_even>(in, out, n);
      case Rounding::half_up:
        return each<Rounding::half_up>(in, out, n);
      case Rounding::half_down:
        return each<Rounding::half_down>(in, out, n);
      case Rounding::half_away:
        return each<Rounding::half_away>(in, out, n);
      case Rounding::half_to_zero:
        return each<Rounding::half_to_zero>(in, out, n);
    }
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

  template <Rounding rule>
  void each(const Int* in, Int* out, std::size_t n) const noexcept {
    const Quantiser one = *this;  // a copy cannot alias `out`, so it stays in registers
    if (wraps_) {
      for (std::size_t i = 0; i < n; ++i)
        out[i] = one.wrapped(static_cast<Unsigned>(one.template rounded<rule>(in[i])));
    } else {
      for (std::size_t i = 0; i < n; ++i) out[i] = std::clamp(one.template rounded<rule>(in[i]), one.lo_, one.hi_);
    }
  }

  /// Every rule is an addition before the shift: no branch depends on the code.
  template <Rounding rule>
  Int rounded(Int code) const noexcept {
    const Int half = (Int{1} << right_) >> 1, almost = (Int{1} << right_) - 1;
    const Int negative = code < 0 ? 1 : 0, positive = code > 0 ? 1 : 0;
    Int add = 0;  // floor
    if constexpr (rule == Rounding::ceil) add = almost;
    if constexpr (rule == Rounding::toward_zero) add = negative * almost;
    if constexpr (rule == Rounding::away_from_zero) add = positive * almost;
    if constexpr (rule == Rounding::half_even) add = half - 1 + ((code >> right_) & 1);
    if constexpr (rule == Rounding::half_up) add = half;
    if constexpr (rule == Rounding::half_down) add = half - 1;
    if constexpr (rule == Rounding::half_away) add = half - negative;
    if constexpr (rule == Rounding::half_to_zero) add = half - 1 + negative;
    return (code + add) >> right_;
  }

  Rounding rounding_;
  bool wraps_, is_signed_;
  int left_, right_;  ///< at most one of them is not 0
  int spare_;         ///< bits of Int above the type's
  Int lo_, hi_;
};

}  // namespace trigloop::core
