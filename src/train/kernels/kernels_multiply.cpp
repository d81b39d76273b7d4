// Linear algebra: layers and the gradients of their inputs are products of a matrix and a block; gradients of weights
// and covariances are products of two blocks, summed over events.
//
// Either way a tile of sums stays in registers while the other dimension goes by. In a layer a tile is some outputs by
// some vectors of events: for each input, the vectors are loaded once and the weights broadcast. Over events it is some
// features by some features, and each sum is a vector of 16 (lane_sums.hpp).
#include <algorithm>

#include "train/kernels/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/kernels_multiply.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernels/kernel_dispatch.hpp"
#include "train/kernels/lane_sums.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

constexpr bool is_wide = HWY_TARGET <= HWY_AVX3;      // 32 registers, else 16
constexpr std::size_t registers = is_wide ? 24 : 12;  // for sums; the rest hold operands
constexpr std::size_t widest = is_wide ? 4 : 2;       // vectors of events
constexpr std::size_t tallest = registers / widest;

template <std::size_t height, std::size_t width>
HWY_NOINLINE void tile(const Product& p, std::size_t m, std::size_t n) {
  float* out = p.out + m * feature_stride + n;
  V sums[height][width];
  for (std::size_t i = 0; i < height; ++i) {
    const V start = p.bias != nullptr ? hn::Set(d, p.bias[m + i]) : hn::Zero(d);
    for (V& sum : sums[i]) sum = start;
  }
  if (p.add) {
    for (std::size_t i = 0; i < height; ++i)
      for (std::size_t j = 0; j < width; ++j)
        sums[i][j] = hn::Add(sums[i][j], hn::Load(d, out + i * feature_stride + j * N));
  }
  const float* a = p.a.data + m * p.a.row;
  const float* b = p.b + n;
  for (std::size_t k = 0; k < p.depth; ++k, a += p.a.column, b += feature_stride) {
    V row[width];
    for (std::size_t j = 0; j < width; ++j) row[j] = hn::Load(d, b + j * N);
    for (std::size_t i = 0; i < height; ++i) {
      const V factor = hn::Set(d, a[i * p.a.row]);
      for (std::size_t j = 0; j < width; ++j) sums[i][j] = hn::MulAdd(factor, row[j], sums[i][j]);
    }
  }
  if (p.relu) {
    for (auto& row : sums)
      for (V& sum : row) sum = hn::Max(hn::Zero(d), sum);  // the number stands second, which passes a NaN on
  }
  for (std::size_t i = 0; i < height; ++i)
    for (std::size_t j = 0; j < width; ++j) hn::Store(sums[i][j], d, out + i * feature_stride + j * N);
}

/// The rows that are left, fewer than `height`, in one tile: several lower ones would each wait for their few sums.
template <std::size_t height, std::size_t width>
HWY_INLINE void last_tile(const Product& p, std::size_t m, std::size_t n) {
  if constexpr (height > 1) {
    if (p.rows - m == height - 1) return tile<height - 1, width>(p, m, n);
    last_tile<height - 1, width>(p, m, n);
  }
}

template <std::size_t width>
HWY_NOINLINE void strip(const Product& p, std::size_t n) {
  std::size_t m = 0;
  for (; m + tallest <= p.rows; m += tallest) tile<tallest, width>(p, m, n);
  if (m < p.rows) last_tile<tallest, width>(p, m, n);
}

void Multiply(const Product& p) {
  const std::size_t end = padded(p.events);
  std::size_t n = 0;
  for (; n + widest * N <= end; n += widest * N) strip<widest>(p, n);
  for (; n < end; n += 16) {
    if constexpr (N < 16) {
      for (std::size_t part = 0; part < 16; part += widest * N) strip<widest>(p, n + part);
    } else {
      strip<1>(p, n);
    }
  }
}

constexpr std::size_t sum_height = 4, sum_width = is_wide ? 4 : 3;
constexpr std::size_t sum_places = 16;  // of a tile's totals, in whole vectors

template <std::size_t width>
HWY_INLINE void put_totals(const float* sums, float* out, bool add) {
  for (std::size_t j = 0; j < width; ++j) out[j] = add ? out[j] + sums[j] : sums[j];
}

/// Rows i.. and columns j.. over the events of all views. With `ones`, a row of ones comes first, for the sums of y.
template <std::size_t height, std::size_t width, bool ones>
HWY_NOINLINE void sum_tile(const EventSums& s, std::size_t i, std::size_t j) {
  V lanes[parts][sum_places];
  for (std::size_t part = 0; part < parts; ++part) {
    V sums[height][width];
    for (auto& row : sums)
      for (V& sum : row) sum = hn::Zero(d);
    for (std::size_t view = 0; view < s.views; ++view) {
      const float* x = s.x.data + view * s.x.step + i * feature_stride;
      const float* y = s.y.data + view * s.y.step + j * feature_stride;
      each_event(part, s.events, [&](std::size_t e, auto all) HWY_ATTR {
        V right[width];
        for (std::size_t c = 0; c < width; ++c) right[c] = hn::Load(d, y + c * feature_stride + e);
        if constexpr (ones) {
          for (std::size_t c = 0; c < width; ++c)
            sums[0][c] = counted(all, hn::Add(sums[0][c], right[c]), sums[0][c], e, s.events);
        }
        for (std::size_t r = ones; r < height; ++r) {
          const V left = hn::Load(d, x + (r - ones) * feature_stride + e);
          for (std::size_t c = 0; c < width; ++c)
            sums[r][c] = counted(all, hn::MulAdd(left, right[c], sums[r][c]), sums[r][c], e, s.events);
        }
      });
    }
    for (std::size_t k = 0; k < sum_places; ++k)
      lanes[part][k] = k < height * width ? sums[k / width][k % width] : hn::Zero(d);
  }
  V ends[sum_places];
  for (std::size_t k = 0; k < sum_places; ++k) {
    V of_parts[parts];
    for (std::size_t part = 0; part < parts; ++part) of_parts[part] = lanes[part][k];
    ends[k] = folded(of_parts);
  }
  alignas(64) float made[sum_places];
  for (std::size_t k = 0; k < height * width; k += N) hn::Store(totals(ends + k), d, made + k);
  if constexpr (ones) put_totals<width>(made, s.y_sums + j, s.add);
  for (std::size_t r = ones; r < height; ++r)
    put_totals<width>(made + r * width, s.out + (i + r - ones) * s.out_stride + j, s.add);
}

template <std::size_t height, bool ones>
HWY_INLINE void sum_strip(const EventSums& s, std::size_t i) {
  std::size_t j = s.triangular ? i / sum_width * sum_width : 0;
  for (; j + sum_width <= s.columns; j += sum_width) sum_tile<height, sum_width, ones>(s, i, j);
  switch (s.columns - j) {
    case 1:
      return sum_tile<height, 1, ones>(s, i, j);
    case 2:
      return sum_tile<height, 2, ones>(s, i, j);
    case 3:
      return sum_tile<height, 3, ones>(s, i, j);
    default:
      return;
  }
}

/// A row of ones and the first rows of x.
HWY_INLINE std::size_t sum_first_strip(const EventSums& s) {
  switch (s.rows) {
    case 1:
      sum_strip<2, true>(s, 0);
      return 1;
    case 2:
      sum_strip<3, true>(s, 0);
      return 2;
    default:
      sum_strip<4, true>(s, 0);
      return 3;
  }
}

void MultiplyOverEvents(const EventSums& s) {
  std::size_t i = s.y_sums == nullptr ? 0 : sum_first_strip(s);
  for (; i + sum_height <= s.rows; i += sum_height) sum_strip<sum_height, false>(s, i);
  switch (s.rows - i) {
    case 1:
      return sum_strip<1, false>(s, i);
    case 2:
      return sum_strip<2, false>(s, i);
    case 3:
      return sum_strip<3, false>(s, i);
    default:
      return;
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {
TRIGLOOP_KERNEL(multiply, Multiply, (const Product& p), (p))
TRIGLOOP_KERNEL(multiply_over_events, MultiplyOverEvents, (const EventSums& s), (s))
}  // namespace trigloop::train::kernel
#endif
