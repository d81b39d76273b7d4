#pragma once
// Fixed-point conversion as its definition reads, by division and comparison of rationals; nothing of it is shared with
// src. Codes below 2^100, fractions that differ by at most 20 bits.
#include "core/fixed_point.hpp"

namespace trigloop::test {

using core::Code;

inline Code power_of_two(int n) {
  Code p = 1;
  for (; n > 0; --n) p *= 2;
  return p;
}

/// Of a + r/d with 0 <= r < d: the neighbour that the rule chooses.
inline Code naive_round(Code a, Code r, Code d, core::Rounding rule) {
  if (r == 0) return a;
  const bool negative = a<0, above = 2 * r> d, tie = 2 * r == d;
  switch (rule) {
    case core::Rounding::floor:
      return a;
    case core::Rounding::ceil:
      return a + 1;
    case core::Rounding::toward_zero:
      return negative ? a + 1 : a;
    case core::Rounding::away_from_zero:
      return negative ? a : a + 1;
    case core::Rounding::half_even:
      return above || (tie && a % 2 != 0) ? a + 1 : a;
    case core::Rounding::half_up:
      return above || tie ? a + 1 : a;
    case core::Rounding::half_down:
      return above ? a + 1 : a;
    case core::Rounding::half_away:
      return above || (tie && !negative) ? a + 1 : a;
    case core::Rounding::half_to_zero:
      return above || (tie && negative) ? a + 1 : a;
  }
  return a;
}

inline Code naive_quantise(Code code, int fraction, const core::FixedPoint& type) {
  const int finer = type.width - type.integer - fraction;
  Code n = code * power_of_two(finer);
  if (finer < 0) {
    const Code d = power_of_two(-finer);
    Code a = code / d;
    if (a * d > code) --a;
    n = naive_round(a, code - a * d, d, type.rounding);
  }
  const Code count = power_of_two(type.width);
  const Code hi = type.is_signed ? count / 2 - 1 : count - 1;
  const Code lo = !type.is_signed ? 0 : type.overflow == core::Overflow::symmetric ? -hi : -count / 2;
  if (type.overflow != core::Overflow::wrap) return n < lo ? lo : n > hi ? hi : n;
  Code rest = n % count;
  if (rest < 0) rest += count;
  return rest > hi ? rest - count : rest;
}

}  // namespace trigloop::test
