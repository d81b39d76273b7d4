// Kernels of batch norm and of moments. See kernels.hpp.
//
// A strip of up to four vectors goes down the rows together, so that every sum has a few neighbours to hide its
// latency.
#include <type_traits>

#include "train/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels_norm.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernel_dispatch.hpp"
#include "train/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

/// f(offset, width) over strips; width is a constant number of vectors.
template <class F>
HWY_INLINE void strips(std::size_t stride, const F& f) {
  std::size_t k = 0;
  for (; k + 4 * N <= stride; k += 4 * N) f(k, std::integral_constant<std::size_t, 4>());
  switch ((stride - k) / N) {
    case 1:
      return f(k, std::integral_constant<std::size_t, 1>());
    case 2:
      return f(k, std::integral_constant<std::size_t, 2>());
    case 3:
      return f(k, std::integral_constant<std::size_t, 3>());
    default:
      return;
  }
}

template <std::size_t width>
struct Strip {
  V v[width];
  static HWY_INLINE Strip load(const float* from) {
    Strip s;
    for (std::size_t j = 0; j < width; ++j) s.v[j] = hn::Load(d, from + j * N);
    return s;
  }
  static HWY_INLINE Strip zero() {
    Strip s;
    for (std::size_t j = 0; j < width; ++j) s.v[j] = hn::Zero(d);
    return s;
  }
  HWY_INLINE void store(float* to) const {
    for (std::size_t j = 0; j < width; ++j) hn::Store(v[j], d, to + j * N);
  }
};

void BlockMoments(const float* x, std::size_t rows, std::size_t stride, float* mean, float* squares) {
  const V share = hn::Set(d, 1.0f / static_cast<float>(rows));
  strips(stride, [&](std::size_t k, auto width) HWY_ATTR {
    auto sum = Strip<width>::zero(), square = Strip<width>::zero();
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t j = 0; j < width; ++j) sum.v[j] = hn::Add(sum.v[j], hn::Load(d, x + r * stride + k + j * N));
    for (std::size_t j = 0; j < width; ++j) sum.v[j] = hn::Mul(sum.v[j], share);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t j = 0; j < width; ++j) {
        const V away = hn::Sub(hn::Load(d, x + r * stride + k + j * N), sum.v[j]);
        square.v[j] = hn::MulAdd(away, away, square.v[j]);
      }
    }
    sum.store(mean + k);
    square.store(squares + k);
  });
}

void Centre(const float* x, const float* mean, std::size_t rows, std::size_t stride, float* out) {
  strips(stride, [&](std::size_t k, auto width) HWY_ATTR {
    const auto m = Strip<width>::load(mean + k);
    for (std::size_t at = k; at < rows * stride; at += stride)
      for (std::size_t j = 0; j < width; ++j)
        hn::Store(hn::Sub(hn::Load(d, x + at + j * N), m.v[j]), d, out + at + j * N);
  });
}

/// What batch norm knows of a strip of features.
template <std::size_t width>
struct NormStrip {
  Strip<width> mean, inverse, scale, beta;
  V floor;
  HWY_INLINE NormStrip(const Norm& n, std::size_t k)
      : mean(Strip<width>::load(n.mean + k)),
        inverse(Strip<width>::load(n.inverse + k)),
        scale(Strip<width>::load(n.gamma + k)),
        beta(Strip<width>::load(n.beta + k)),
        floor(hn::Set(d, n.floor)) {
    for (std::size_t j = 0; j < width; ++j) scale.v[j] = hn::Mul(scale.v[j], inverse.v[j]);
  }
  HWY_INLINE V output(V x, std::size_t j) const { return hn::MulAdd(hn::Sub(x, mean.v[j]), scale.v[j], beta.v[j]); }
  HWY_INLINE V away(V x, std::size_t j) const { return hn::Mul(hn::Sub(x, mean.v[j]), inverse.v[j]); }
  /// The gradient in front of the floor.
  HWY_INLINE V passed(V x, V dy, std::size_t j) const { return hn::IfThenElseZero(hn::Gt(output(x, j), floor), dy); }
};

void Normalise(const Norm& n, const float* x, std::size_t rows, std::size_t stride, float* y) {
  strips(stride, [&](std::size_t k, auto width) HWY_ATTR {
    const NormStrip<width> norm(n, k);
    for (std::size_t at = k; at < rows * stride; at += stride)
      for (std::size_t j = 0; j < width; ++j)
        hn::Store(hn::Max(norm.floor, norm.output(hn::Load(d, x + at + j * N), j)), d, y + at + j * N);
  });
}

void NormaliseSums(const Norm& n, const float* x, const float* dy, std::size_t rows, std::size_t stride, float* dy_sum,
                   float* dyx_sum) {
  strips(stride, [&](std::size_t k, auto width) HWY_ATTR {
    const NormStrip<width> norm(n, k);
    auto sum = Strip<width>::load(dy_sum + k), moment = Strip<width>::load(dyx_sum + k);
    for (std::size_t at = k; at < rows * stride; at += stride) {
      for (std::size_t j = 0; j < width; ++j) {
        const V value = hn::Load(d, x + at + j * N);
        const V g = norm.passed(value, hn::Load(d, dy + at + j * N), j);
        sum.v[j] = hn::Add(sum.v[j], g);
        moment.v[j] = hn::MulAdd(g, norm.away(value, j), moment.v[j]);
      }
    }
    sum.store(dy_sum + k);
    moment.store(dyx_sum + k);
  });
}

void NormaliseGradient(const Norm& n, const float* x, const float* dy, const float* dy_mean, const float* dyx_mean,
                       std::size_t rows, std::size_t stride, float* dx, bool add) {
  strips(stride, [&](std::size_t k, auto width) HWY_ATTR {
    const NormStrip<width> norm(n, k);
    const auto s = Strip<width>::load(dy_mean + k), t = Strip<width>::load(dyx_mean + k);
    for (std::size_t at = k; at < rows * stride; at += stride) {
      for (std::size_t j = 0; j < width; ++j) {
        const V value = hn::Load(d, x + at + j * N);
        const V g = hn::Sub(norm.passed(value, hn::Load(d, dy + at + j * N), j), s.v[j]);
        put(dx + at + j * N, hn::Mul(norm.scale.v[j], hn::NegMulAdd(t.v[j], norm.away(value, j), g)), add);
      }
    }
  });
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {

TRIGLOOP_KERNEL(block_moments, BlockMoments,
                (const float* x, std::size_t rows, std::size_t stride, float* mean, float* squares),
                (x, rows, stride, mean, squares))
TRIGLOOP_KERNEL(centre, Centre, (const float* x, const float* mean, std::size_t rows, std::size_t stride, float* out),
                (x, mean, rows, stride, out))
TRIGLOOP_KERNEL(normalise, Normalise, (const Norm& n, const float* x, std::size_t rows, std::size_t stride, float* y),
                (n, x, rows, stride, y))
TRIGLOOP_KERNEL(normalise_sums, NormaliseSums,
                (const Norm& n, const float* x, const float* dy, std::size_t rows, std::size_t stride, float* s,
                 float* t),
                (n, x, dy, rows, stride, s, t))
TRIGLOOP_KERNEL(normalise_gradient, NormaliseGradient,
                (const Norm& n, const float* x, const float* dy, const float* s, const float* t, std::size_t rows,
                 std::size_t stride, float* dx, bool add),
                (n, x, dy, s, t, rows, stride, dx, add))

}  // namespace trigloop::train::kernel
#endif
