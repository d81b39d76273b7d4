// Kernels between rows and blocks: squares of as many events by features as a vector has lanes are turned in registers,
// first 4 by 4 within the vectors' 128-bit blocks, then block by block. See kernels.hpp.
#include <algorithm>

#include "train/kernels/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/kernels_turn.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernels/kernel_dispatch.hpp"
#include "train/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR  // never run, see require_fused_arithmetic
HWY_INLINE void turn(V (&)[N]) {}
#else
/// Of rows r[0..3], block b becomes the column 4 b + k in out[k].
HWY_INLINE void turn_blocks(const V* r, V* out) {
  const HWY_FULL(double) dd;
  const auto pairs = [&](V a, V b) HWY_ATTR { return hn::BitCast(dd, hn::InterleaveLower(d, a, b)); };
  const auto upper_pairs = [&](V a, V b) HWY_ATTR { return hn::BitCast(dd, hn::InterleaveUpper(d, a, b)); };
  const auto low = pairs(r[0], r[1]), low2 = pairs(r[2], r[3]);
  const auto high = upper_pairs(r[0], r[1]), high2 = upper_pairs(r[2], r[3]);
  out[0] = hn::BitCast(d, hn::InterleaveLower(dd, low, low2));
  out[1] = hn::BitCast(d, hn::InterleaveUpper(dd, low, low2));
  out[2] = hn::BitCast(d, hn::InterleaveLower(dd, high, high2));
  out[3] = hn::BitCast(d, hn::InterleaveUpper(dd, high, high2));
}

/// Lane i of v[j] becomes lane j of v[i].
HWY_INLINE void turn(V (&v)[N]) {
  V t[N];
  for (std::size_t g = 0; g < N; g += 4) turn_blocks(v + g, t + g);
  for (std::size_t k = 0; k < 4; ++k) {
#if HWY_TARGET <= HWY_AVX3
    const V a = t[k], b = t[4 + k], c = t[8 + k], e = t[12 + k];
    const V even = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(b), a),
            odd = hn::OddEvenBlocks(b, hn::SwapAdjacentBlocks(a));
    const V even2 = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(e), c),
            odd2 = hn::OddEvenBlocks(e, hn::SwapAdjacentBlocks(c));
    v[k] = hn::ConcatLowerLower(d, even2, even);
    v[4 + k] = hn::ConcatLowerLower(d, odd2, odd);
    v[8 + k] = hn::ConcatUpperUpper(d, even2, even);
    v[12 + k] = hn::ConcatUpperUpper(d, odd2, odd);
#elif HWY_TARGET <= HWY_AVX2
    v[k] = hn::ConcatLowerLower(d, t[4 + k], t[k]);
    v[4 + k] = hn::ConcatUpperUpper(d, t[4 + k], t[k]);
#else
    v[k] = t[k];
#endif
  }
}

#endif

/// Events e, e + 1, ...; behind the last, it again.
template <class T>
HWY_INLINE void load_rows(const T* const* events, std::size_t e, std::size_t count, std::size_t offset, V (&v)[N]) {
  for (std::size_t j = 0; j < N; ++j) {
    const T* row = events[std::min(e + j, count - 1)] + offset;
    v[j] = hn::LoadU(d, reinterpret_cast<const float*>(row));
  }
}

void GatherRows(const float* const* events, Shape shape, float* out) {
  for (std::size_t e = 0; e < padded(shape.events); e += N) {
    for (std::size_t f = 0; f < shape.features; f += N) {
      V v[N];
      load_rows(events, e, shape.events, f, v);
      turn(v);
      for (std::size_t j = 0; j < std::min(N, shape.features - f); ++j)
        hn::Store(v[j], d, out + (f + j) * feature_stride + e);
    }
  }
}

/// Calls put(f, e, codes) for all events in vectors, features four at a time: lane i holds those from f on of event
/// e + i, the first one lowest.
template <class Put>
HWY_INLINE void turn_codes(const std::int8_t* const* events, Shape shape, const Put& put) {
  for (std::size_t e = 0; e < padded(shape.events); e += N) {
    for (std::size_t f = 0; f < shape.features; f += 4 * N) {
      V v[N];
      load_rows(events, e, shape.events, f, v);
      turn(v);
      for (std::size_t j = 0; j < N && f + 4 * j < shape.features; ++j) put(f + 4 * j, e, hn::BitCast(du, v[j]));
    }
  }
}

void GatherCodes(const std::int8_t* const* events, float step, Shape shape, float* out) {
  const V scale = hn::Set(d, step);
  turn_codes(events, shape, [&](std::size_t f, std::size_t e, auto codes) HWY_ATTR {
    const auto put = [&](std::size_t feature, auto shifted) HWY_ATTR {
      const V code = hn::ConvertTo(d, hn::ShiftRight<24>(hn::BitCast(di, shifted)));
      if (feature < shape.features) hn::Store(hn::Mul(code, scale), d, out + feature * feature_stride + e);
    };
    put(f, hn::ShiftLeft<24>(codes));
    put(f + 1, hn::ShiftLeft<16>(codes));
    put(f + 2, hn::ShiftLeft<8>(codes));
    put(f + 3, codes);
  });
}

void TurnCodes(const std::int8_t* const* events, Shape shape, std::int8_t* out) {
  const hn::Rebind<std::uint8_t, decltype(d)> narrow;
  auto* const bytes = reinterpret_cast<std::uint8_t*>(out);
  turn_codes(events, shape, [&](std::size_t f, std::size_t e, auto codes) HWY_ATTR {
    const auto put = [&](std::size_t feature, auto shifted) HWY_ATTR {
      if (feature >= shape.features) return;
      hn::Store(hn::TruncateTo(narrow, shifted), narrow, bytes + feature * feature_stride + e);
    };
    put(f, codes);
    put(f + 1, hn::ShiftRight<8>(codes));
    put(f + 2, hn::ShiftRight<16>(codes));
    put(f + 3, hn::ShiftRight<24>(codes));
  });
}

void ScatterRows(const float* x, Shape shape, float* rows) {
  const std::size_t stride = padded(shape.features);
  for (std::size_t e = 0; e < shape.events; e += N) {
    for (std::size_t f = 0; f < stride; f += N) {
      V v[N];
      for (std::size_t j = 0; j < N; ++j)
        v[j] = f + j < shape.features ? hn::Load(d, x + (f + j) * feature_stride + e) : hn::Zero(d);
      turn(v);
      for (std::size_t j = 0; j < std::min(N, shape.events - e); ++j) hn::Store(v[j], d, rows + (e + j) * stride + f);
    }
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {
TRIGLOOP_KERNEL(gather, GatherRows, (const float* const* events, Shape shape, float* out), (events, shape, out))
TRIGLOOP_KERNEL(gather, GatherCodes, (const std::int8_t* const* events, float step, Shape shape, float* out),
                (events, step, shape, out))
TRIGLOOP_KERNEL(gather, TurnCodes, (const std::int8_t* const* events, Shape shape, std::int8_t* out),
                (events, shape, out))
TRIGLOOP_KERNEL(scatter, ScatterRows, (const float* x, Shape shape, float* rows), (x, shape, rows))
}  // namespace trigloop::train::kernel
#endif
