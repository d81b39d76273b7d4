// Kernels of small matrices in double precision: what is done once a step with the moments of a batch. See kernels.hpp.
#include "train/kernels/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/kernels_matrix.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernels/kernel_dispatch.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

const HWY_FULL(double) dd;
using VD = hn::Vec<decltype(dd)>;
constexpr std::size_t ND = HWY_LANES(double);
constexpr std::size_t highest = 4, widest = 3;  // of sums in registers: enough to wait for none

template <std::size_t height, std::size_t width>
HWY_NOINLINE void matrix_tile(const MatrixProduct& p, std::size_t i, std::size_t j) {
  VD sums[height][width];
  for (std::size_t r = 0; r < height; ++r)
    for (std::size_t c = 0; c < width; ++c)
      sums[r][c] = p.add ? hn::LoadU(dd, p.out + (i + r) * p.out_row + j + c * ND) : hn::Zero(dd);
  for (std::size_t k = 0; k < p.depth; ++k) {
    VD right[width];
    for (std::size_t c = 0; c < width; ++c) right[c] = hn::LoadU(dd, p.b + k * p.b_row + j + c * ND);
    for (std::size_t r = 0; r < height; ++r) {
      const VD left = hn::Set(dd, p.a[(i + r) * p.a_row + k * p.a_column]);
      for (std::size_t c = 0; c < width; ++c) sums[r][c] = hn::MulAdd(left, right[c], sums[r][c]);
    }
  }
  for (std::size_t r = 0; r < height; ++r)
    for (std::size_t c = 0; c < width; ++c) hn::StoreU(sums[r][c], dd, p.out + (i + r) * p.out_row + j + c * ND);
}

template <std::size_t width>
HWY_INLINE void matrix_strip(const MatrixProduct& p, std::size_t j) {
  std::size_t i = 0;
  for (; i + highest <= p.rows; i += highest) matrix_tile<highest, width>(p, i, j);
  for (; i < p.rows; ++i) matrix_tile<1, width>(p, i, j);
}

void MultiplyMatrices(const MatrixProduct& p) {
  std::size_t j = 0;
  for (; j + (widest - 1) * ND < p.columns; j += widest * ND) matrix_strip<widest>(p, j);
  if (j + ND < p.columns) return matrix_strip<2>(p, j);
  if (j < p.columns) matrix_strip<1>(p, j);
}

void AddSlots(const float* slots, std::size_t n_slots, std::size_t slot_stride, double* out, std::size_t count) {
  const hn::Rebind<float, decltype(dd)> narrow;
  for (std::size_t k = 0; k < count; k += ND) {
    VD sum = hn::LoadU(dd, out + k);
    for (std::size_t s = 0; s < n_slots; ++s)
      sum = hn::Add(sum, hn::PromoteTo(dd, hn::LoadU(narrow, slots + s * slot_stride + k)));
    hn::StoreU(sum, dd, out + k);
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {
TRIGLOOP_KERNEL(multiply, MultiplyMatrices, (const MatrixProduct& p), (p))
TRIGLOOP_KERNEL(add_slots, AddSlots,
                (const float* slots, std::size_t n, std::size_t stride, double* out, std::size_t count),
                (slots, n, stride, out, count))
}  // namespace trigloop::train::kernel
#endif
