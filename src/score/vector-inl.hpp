// Vectors of events: their types, the multiply-accumulate of int16 pairs, rounding, pairing, and the order of events.
//
// Interleaving two vectors of int16 works in blocks of 128 bits, so a group of 2N events (N int32 lanes) ends up as two
// vectors L and U: L holds events 0-3, 8-11, ..., U holds 4-7, 12-15, .... Nothing in between minds the order; scores
// are brought back by event_of at the end.
//
// Compiled once for each kind of machine, so its guard opens again with each (Highway's convention for "-inl" headers).
#if defined(TRIGLOOP_SCORE_VECTOR_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIGLOOP_SCORE_VECTOR_INL_HPP
#undef TRIGLOOP_SCORE_VECTOR_INL_HPP
#else
#define TRIGLOOP_SCORE_VECTOR_INL_HPP
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "score/plan.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::score::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

inline const HWY_FULL(std::int32_t) d32;
inline const HWY_FULL(std::int16_t) d16;
using V32 = hn::Vec<decltype(d32)>;
using V16 = hn::Vec<decltype(d16)>;
inline constexpr std::size_t N = HWY_LANES(std::int32_t);  // int32 lanes; a group is 2N events
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON       // 32 registers
inline constexpr std::size_t unroll = 8;
#else
inline constexpr std::size_t unroll = 4;
#endif

/// sum + x.low * w.low + x.high * w.high in each 32-bit lane.
struct MultiplyAdd {
  static HWY_INLINE V32 dot(V32 sum, V32 x, V32 w) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    return hn::Add(sum, V32{_mm512_madd_epi16(x.raw, w.raw)});
#elif HWY_TARGET == HWY_AVX2
    return hn::Add(sum, V32{_mm256_madd_epi16(x.raw, w.raw)});
#elif HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
    return hn::Add(sum, V32{_mm_madd_epi16(x.raw, w.raw)});
#else
    const auto low = [](V32 v) HWY_ATTR { return hn::ShiftRight<16>(hn::ShiftLeft<16>(v)); };
    const auto high = [](V32 v) HWY_ATTR { return hn::ShiftRight<16>(v); };
    return hn::Add(sum, hn::Add(hn::Mul(low(x), low(w)), hn::Mul(high(x), high(w))));
#endif
  }
};

#if HWY_TARGET == HWY_AVX3
// Highway 1.0.3 does not know AVX-512 VNNI, so the instruction is written out; the assembler needs no flag.
struct Vnni {
  static HWY_INLINE V32 dot(V32 sum, V32 x, V32 w) {
    asm("vpdpwssd %2, %1, %0" : "+v"(sum.raw) : "v"(x.raw), "v"(w.raw));
    return sum;
  }
};
#endif

HWY_INLINE V32 rounded(V32 v, const Rounder& rounder) {
  if (rounder.half_even) v = hn::Add(v, hn::And(hn::ShiftRightSame(v, rounder.shift), hn::Set(d32, 1)));
  return hn::ShiftRightSame(v, rounder.shift);
}

HWY_INLINE V32 clamped(V32 v, std::int32_t low, std::int32_t high) {
  return hn::Min(hn::Max(v, hn::Set(d32, low)), hn::Set(d32, high));
}

/// Low halves of `a`, low halves of `b` above them.
HWY_INLINE V32 paired(V32 a, V32 b) {
  return hn::BitCast(d32, hn::OddEven(hn::BitCast(d16, hn::ShiftLeft<16>(b)), hn::BitCast(d16, a)));
}

/// The event that stands in a lane of a row.
inline std::size_t event_of(std::size_t lane) {
  const std::size_t group = lane / (2 * N), upper = lane % (2 * N) / N, i = lane % N;
  return group * 2 * N + i / 4 * 8 + upper * 4 + i % 4;
}

}  // namespace
}  // namespace trigloop::score::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // TRIGLOOP_SCORE_VECTOR_INL_HPP
