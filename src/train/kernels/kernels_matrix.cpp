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
constexpr std::size_t highest = 4;

template <std::size_t height>
HWY_INLINE void matrix_tile(const MatrixProduct& p, std::size_t i, std::size_t j) {
  VD sums[height];
  for (std::size_t r = 0; r < height; ++r)
    sums[r] = p.add ? hn::LoadU(dd, p.out + (i + r) * p.out_row + j) : hn::Zero(dd);
  for (std::size_t k = 0; k < p.depth; ++k) {
    const VD right = hn::LoadU(dd, p.b + k * p.b_row + j);
    for (std::size_t r = 0; r < height; ++r)
      sums[r] = hn::MulAdd(hn::Set(dd, p.a[(i + r) * p.a_row + k * p.a_column]), right, sums[r]);
  }
  for (std::size_t r = 0; r < height; ++r) hn::StoreU(sums[r], dd, p.out + (i + r) * p.out_row + j);
}

void MultiplyMatrices(const MatrixProduct& p) {
  for (std::size_t j = 0; j < p.columns; j += ND) {
    std::size_t i = 0;
    for (; i + highest <= p.rows; i += highest) matrix_tile<highest>(p, i, j);
    for (; i < p.rows; ++i) matrix_tile<1>(p, i, j);
  }
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
