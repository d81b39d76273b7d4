// The one kernel of linear algebra: forward pass, gradients of inputs, gradients of weights and covariances are all
// sums of outer products, a scalar of the one matrix times a row of the other.
//
// A tile of `height` rows by `width` vectors stays in registers while the depth goes by: for each k, `width` vectors of
// b are loaded once, `height` scalars of a are broadcast once. No number is summed across a vector.
#include <algorithm>

#include "train/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels_multiply.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

const HWY_FULL(float) d;
using V = hn::Vec<decltype(d)>;
constexpr std::size_t N = HWY_LANES(float);
constexpr std::size_t registers = HWY_TARGET <= HWY_AVX3 ? 24 : 12;  // for sums; the rest hold operands
constexpr std::size_t widest = HWY_TARGET <= HWY_AVX3 ? 4 : 5;       // 5 x 8 and 3 x 16 cover 40 features

template <std::size_t height, std::size_t width>
HWY_NOINLINE void tile(const Product& p, std::size_t m, std::size_t n) {
  V sums[height][width];
  for (std::size_t i = 0; i < height; ++i)
    for (std::size_t j = 0; j < width; ++j) sums[i][j] = hn::LoadU(d, p.start + (m + i) * p.start_stride + n + j * N);
  const float* a = p.a.data + m * p.a.row;
  const float* b = p.b + n;
  for (std::size_t k = 0; k < p.depth; ++k, a += p.a.column, b += p.b_stride) {
    V row[width];
    for (std::size_t j = 0; j < width; ++j) row[j] = hn::LoadU(d, b + j * N);
    for (std::size_t i = 0; i < height; ++i) {
      const V factor = hn::Set(d, a[i * p.a.row]);
      for (std::size_t j = 0; j < width; ++j) sums[i][j] = hn::MulAdd(factor, row[j], sums[i][j]);
    }
  }
  for (std::size_t i = 0; i < height; ++i)
    for (std::size_t j = 0; j < width; ++j) hn::StoreU(sums[i][j], d, p.out + (m + i) * p.out_stride + n + j * N);
}

constexpr std::size_t tallest(std::size_t width) { return std::min<std::size_t>(registers / width, 16); }

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
  constexpr std::size_t height = tallest(width);
  std::size_t m = 0;
  for (; m + height <= p.rows; m += height) tile<height, width>(p, m, n);
  if (m < p.rows) last_tile<height, width>(p, m, n);
}

void Multiply(const Product& p) {
  const std::size_t vectors = (p.columns + N - 1) / N;
  std::size_t done = 0;
  for (; vectors - done > widest; done += widest) strip<widest>(p, done * N);
  switch (vectors - done) {
    case 1:
      return strip<1>(p, done * N);
    case 2:
      return strip<2>(p, done * N);
    case 3:
      return strip<3>(p, done * N);
    case 4:
      return strip<4>(p, done * N);
    default:
      return strip<widest>(p, done * N);
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {
HWY_EXPORT(Multiply);
void multiply(const Product& p) { HWY_DYNAMIC_DISPATCH(Multiply)(p); }
}  // namespace trigloop::train::kernel
#endif
