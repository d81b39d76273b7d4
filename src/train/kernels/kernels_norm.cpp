// Kernels of batch norm and of moments. See kernels.hpp.
#include "train/kernels/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/kernels_norm.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernels/kernel_dispatch.hpp"
#include "train/kernels/lane_sums.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

/// f(k, e) for every vector: feature k, events from e on.
template <class F>
HWY_INLINE void each_of_feature(Shape shape, std::size_t k, const F& f) {
  for (std::size_t e = 0; e < padded(shape.events); e += N) f(k * feature_stride + e);
}

void BlockMeans(const float* x, Shape shape, float* mean) {
  const float share = 1.0f / static_cast<float>(shape.events);
  feature_sums(shape, mean, [&](std::size_t k, std::size_t e, V sum) HWY_ATTR {
    return hn::Add(sum, hn::Load(d, x + k * feature_stride + e));
  });
  for (std::size_t k = 0; k < shape.features; ++k) mean[k] *= share;
}

void BlockMoments(const float* x, Shape shape, float* mean, float* squares) {
  BlockMeans(x, shape, mean);
  feature_sums(shape, squares, [&](std::size_t k, std::size_t e, V sum) HWY_ATTR {
    const V away = hn::Sub(hn::Load(d, x + k * feature_stride + e), hn::Set(d, mean[k]));
    return hn::MulAdd(away, away, sum);
  });
}

void Centre(const float* x, const float* mean, Shape shape, float* out) {
  for (std::size_t k = 0; k < shape.features; ++k) {
    const V m = hn::Set(d, mean[k]);
    each_of_feature(shape, k,
                    [&](std::size_t at) HWY_ATTR { hn::Store(hn::Sub(hn::Load(d, x + at), m), d, out + at); });
  }
}

/// What batch norm knows of a feature.
struct NormFeature {
  V mean, inverse, scale, beta, floor;
  HWY_INLINE NormFeature(const Norm& n, std::size_t k)
      : mean(hn::Set(d, n.mean[k])),
        inverse(hn::Set(d, n.inverse[k])),
        scale(hn::Set(d, n.gamma[k] * n.inverse[k])),
        beta(hn::Set(d, n.beta[k])),
        floor(hn::Set(d, n.floor)) {}
  HWY_INLINE V output(V x) const { return hn::MulAdd(hn::Sub(x, mean), scale, beta); }
  HWY_INLINE V away(V x) const { return hn::Mul(hn::Sub(x, mean), inverse); }
  /// The gradient in front of the floor.
  HWY_INLINE V passed(V x, V dy) const { return hn::IfThenElseZero(hn::Gt(output(x), floor), dy); }
};

void Normalise(const Norm& n, const float* x, Shape shape, float* y) {
  for (std::size_t k = 0; k < shape.features; ++k) {
    const NormFeature norm(n, k);
    each_of_feature(shape, k, [&](std::size_t at) HWY_ATTR {
      hn::Store(hn::Max(norm.floor, norm.output(hn::Load(d, x + at))), d, y + at);
    });
  }
}

void NormaliseSums(const Norm& n, const float* x, const float* dy, Shape shape, float* dy_sum, float* dyx_sum) {
  feature_sums(shape, dy_sum, [&](std::size_t k, std::size_t e, V sum) HWY_ATTR {
    const std::size_t at = k * feature_stride + e;
    return hn::Add(sum, NormFeature(n, k).passed(hn::Load(d, x + at), hn::Load(d, dy + at)));
  });
  feature_sums(shape, dyx_sum, [&](std::size_t k, std::size_t e, V sum) HWY_ATTR {
    const std::size_t at = k * feature_stride + e;
    const NormFeature norm(n, k);
    const V value = hn::Load(d, x + at);
    return hn::MulAdd(norm.passed(value, hn::Load(d, dy + at)), norm.away(value), sum);
  });
}

void NormaliseGradient(const Norm& n, const float* x, const float* dy, const float* dy_mean, const float* dyx_mean,
                       Shape shape, float* dx, bool add) {
  for (std::size_t k = 0; k < shape.features; ++k) {
    const NormFeature norm(n, k);
    const V s = hn::Set(d, dy_mean[k]), t = hn::Set(d, dyx_mean[k]);
    each_of_feature(shape, k, [&](std::size_t at) HWY_ATTR {
      const V value = hn::Load(d, x + at);
      const V g = hn::Sub(norm.passed(value, hn::Load(d, dy + at)), s);
      put(dx + at, hn::Mul(norm.scale, hn::NegMulAdd(t, norm.away(value), g)), add);
    });
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {

TRIGLOOP_KERNEL(block_means, BlockMeans, (const float* x, Shape shape, float* mean), (x, shape, mean))
TRIGLOOP_KERNEL(block_moments, BlockMoments, (const float* x, Shape shape, float* mean, float* squares),
                (x, shape, mean, squares))
TRIGLOOP_KERNEL(centre, Centre, (const float* x, const float* mean, Shape shape, float* out), (x, mean, shape, out))
TRIGLOOP_KERNEL(normalise, Normalise, (const Norm& n, const float* x, Shape shape, float* y), (n, x, shape, y))
TRIGLOOP_KERNEL(normalise_sums, NormaliseSums,
                (const Norm& n, const float* x, const float* dy, Shape shape, float* s, float* t),
                (n, x, dy, shape, s, t))
TRIGLOOP_KERNEL(normalise_gradient, NormaliseGradient,
                (const Norm& n, const float* x, const float* dy, const float* s, const float* t, Shape shape, float* dx,
                 bool add),
                (n, x, dy, s, t, shape, dx, add))

}  // namespace trigloop::train::kernel
#endif
