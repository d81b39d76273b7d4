// Linear algebra: layers and the gradients of their inputs are products of a matrix and a block; gradients of weights
// and covariances are products of two blocks, summed over events.
//
// Either way a tile of sums stays in registers while the other dimension goes by. In a layer a tile is some outputs by
// some vectors of events: for each input, the vectors are loaded once and the weights broadcast. Over events it is some
// features by some features, and each sum is a vector of 16 (lane_sums.hpp).
#include <algorithm>

#include "train/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels_multiply.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernel_dispatch.hpp"
#include "train/lane_sums.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

constexpr bool is_wide = HWY_TARGET <= HWY_AVX3;      // 32 registers, else 16
constexpr std::size_t registers = is_wide ? 24 : 12;  // for sums; the rest hold operands
constexpr std::size_t widest = is_wide ? 4 : 2;       // vectors of events
constexpr std::size_t tallest = registers / widest;

template <std::size_t height, std::size_t width>
HWY_NOINLINE void tile(const Product& p, std::size_t m, std::size_t n) {
  V sums[height][width];
  for (std::size_t i = 0; i < height; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      sums[i][j] = p.bias != nullptr ? hn::Set(d, p.bias[m + i]) : hn::Zero(d);
      if (p.add) sums[i][j] = hn::Add(sums[i][j], hn::Load(d, p.out + (m + i) * feature_stride + n + j * N));
    }
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
  for (std::size_t i = 0; i < height; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      // The number stands second, which passes a NaN on.
      const V sum = p.relu ? hn::Max(hn::Zero(d), sums[i][j]) : sums[i][j];
      hn::Store(sum, d, p.out + (m + i) * feature_stride + n + j * N);
    }
  }
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

/// Adds the totals of a tile to the matrix.
template <std::size_t height, std::size_t width>
HWY_INLINE void put_totals(const V* lanes, float* out, std::size_t stride) {
  alignas(64) float sums[sum_places];
  for (std::size_t k = 0; k < height * width; k += N) hn::Store(totals(lanes + k), d, sums + k);
  for (std::size_t i = 0; i < height; ++i)
    for (std::size_t j = 0; j < width; ++j) out[i * stride + j] += sums[i * width + j];
}

/// Rows i.. and columns j.. over the events of all views.
template <std::size_t height, std::size_t width>
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
        for (std::size_t r = 0; r < height; ++r) {
          const V left = hn::Load(d, x + r * feature_stride + e);
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
  put_totals<height, width>(ends, s.out + i * s.out_stride + j, s.out_stride);
}

template <std::size_t height>
HWY_INLINE void sum_strip(const EventSums& s, std::size_t i) {
  std::size_t j = s.triangular ? i / sum_width * sum_width : 0;
  for (; j + sum_width <= s.columns; j += sum_width) sum_tile<height, sum_width>(s, i, j);
  switch (s.columns - j) {
    case 1:
      return sum_tile<height, 1>(s, i, j);
    case 2:
      return sum_tile<height, 2>(s, i, j);
    case 3:
      return sum_tile<height, 3>(s, i, j);
    default:
      return;
  }
}

void MultiplyOverEvents(const EventSums& s) {
  std::size_t i = 0;
  for (; i + sum_height <= s.rows; i += sum_height) sum_strip<sum_height>(s, i);
  switch (s.rows - i) {
    case 1:
      return sum_strip<1>(s, i);
    case 2:
      return sum_strip<2>(s, i);
    case 3:
      return sum_strip<3>(s, i);
    default:
      return;
  }
}

void SumOverEvents(const float* x, Shape shape, float* out) {
  alignas(64) float sums[16];
  for (std::size_t f = 0; f < shape.features; f += 16) {
    const std::size_t count = std::min<std::size_t>(16, shape.features - f);
    feature_sums({count, shape.events}, sums, [&](std::size_t j, std::size_t e, V sum) HWY_ATTR {
      return hn::Add(sum, hn::Load(d, x + (f + j) * feature_stride + e));
    });
    for (std::size_t j = 0; j < count; ++j) out[f + j] += sums[j];
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {
TRIGLOOP_KERNEL(multiply, Multiply, (const Product& p), (p))
TRIGLOOP_KERNEL(multiply_over_events, MultiplyOverEvents, (const EventSums& s), (s))
TRIGLOOP_KERNEL(sum_over_events, SumOverEvents, (const float* x, Shape shape, float* out), (x, shape, out))
}  // namespace trigloop::train::kernel
#endif
