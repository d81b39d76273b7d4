// Kernels of random numbers: sampling, its divergence, augmentations. See kernels.hpp.
#include "train/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels_random.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernel_dispatch.hpp"
#include "train/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

void Sample(const float* mean, const float* log_variance, Keys keys, std::uint32_t first_event, std::size_t rows,
            std::size_t stride, std::size_t features, float* noise, float* z) {
  // Normal numbers are made end to end, without gaps for padding: they are what costs.
  const auto first = first_event * static_cast<std::uint32_t>(features);
  for (std::size_t k = 0; k < rows * features; k += N)
    hn::StoreU(standard_normal(keys, first + static_cast<std::uint32_t>(k)), d, noise + k);
  for (std::size_t k = 0; k < stride; k += N) {
    const auto real = is_feature(k, features);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t at = r * stride + k;
      const V normal = hn::IfThenElseZero(real, hn::LoadU(d, noise + r * features + k));
      const V spread = exp(hn::Mul(hn::Load(d, log_variance + at), hn::Set(d, 0.5f)));
      hn::Store(hn::MulAdd(spread, normal, hn::Load(d, mean + at)), d, z + at);
    }
  }
}

void SampleGradient(const float* log_variance, const float* noise, const float* dz, std::size_t rows,
                    std::size_t stride, std::size_t features, float* dmean, float* dlog_variance, bool add) {
  const V half = hn::Set(d, 0.5f);
  for (std::size_t k = 0; k < stride; k += N) {
    const auto real = is_feature(k, features);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t at = r * stride + k;
      const V g = hn::Load(d, dz + at), normal = hn::IfThenElseZero(real, hn::LoadU(d, noise + r * features + k));
      const V spread = exp(hn::Mul(hn::Load(d, log_variance + at), half));
      put(dmean + at, g, add);
      put(dlog_variance + at, hn::Mul(hn::Mul(g, normal), hn::Mul(half, spread)), add);
    }
  }
}

void Divergence(const float* mean, const float* log_variance, std::size_t rows, std::size_t stride,
                std::size_t features, float* out) {
  sixteen_sums(rows * stride, out, [&](std::size_t at, V sum) {
    const V m = hn::Load(d, mean + at), l = hn::Load(d, log_variance + at);
    const V term = hn::Sub(hn::NegMulAdd(m, m, hn::Add(hn::Set(d, 1), l)), exp(l));
    return hn::Add(sum, hn::IfThenElseZero(is_feature(at % stride, features), term));
  });
}

void DivergenceGradient(const float* mean, const float* log_variance, float scale, std::size_t rows, std::size_t stride,
                        std::size_t features, float* dmean, float* dlog_variance, bool add) {
  const V s = hn::Set(d, scale), half = hn::Set(d, 0.5f * scale);
  for (std::size_t k = 0; k < stride; k += N) {
    const auto real = is_feature(k, features);
    for (std::size_t at = k; at < rows * stride; at += stride) {
      put(dmean + at, hn::IfThenElseZero(real, hn::Mul(s, hn::Load(d, mean + at))), add);
      const V grown = hn::Sub(exp(hn::Load(d, log_variance + at)), hn::Set(d, 1));
      put(dlog_variance + at, hn::IfThenElseZero(real, hn::Mul(half, grown)), add);
    }
  }
}

/// Where the words of an event begin: features from 0, objects from 64, the event's own last.
constexpr std::uint32_t object_words = 64, blur_word = 126, rotation_word = 127;

HWY_INLINE std::uint32_t low16(std::uint32_t word) { return word & 0xFFFF; }

template <class Index>
HWY_INLINE V augmented(const Augmentation& a, Keys keys, std::uint32_t base, bool blurs, float turn, Index k, V x) {
  const VU word = hash(keys, hn::Add(hn::Set(du, base), hn::Iota(du, static_cast<std::uint32_t>(k))));
  const VU low = hn::Set(du, 0xFFFF);
  if (blurs) {
    const V uniform = hn::Mul(hn::ConvertTo(d, hn::BitCast(di, hn::ShiftRight<16>(word))), hn::Set(d, 0x1p-16f));
    const auto hit = hn::RebindMask(
        d, hn::Lt(hn::BitCast(di, hn::And(word, low)), hn::Set(di, static_cast<std::int32_t>(a.blur_feature))));
    const V m = hn::Set(d, a.blur_magnitude);
    x = hn::IfThenElse(hit, hn::MulAdd(hn::Sub(uniform, x), m, x), x);
  }
  const VU object = hash(keys, hn::Add(hn::Set(du, base + object_words), hn::Load(du, a.object + k)));
  const auto masked = hn::RebindMask(
      d, hn::Lt(hn::BitCast(di, hn::And(object, low)), hn::Set(di, static_cast<std::int32_t>(a.mask_object))));
  x = hn::IfThenZeroElse(masked, x);
  if (turn < 0) return x;
  // phi + turn, modulo the period, in periods.
  const V phase = hn::MulAdd(hn::MulAdd(x, hn::Load(d, a.scale + k), hn::Load(d, a.bias + k)),
                             hn::Load(d, a.inverse_period + k), hn::Set(d, turn));
  const V turned = hn::Mul(hn::Sub(phase, hn::Floor(phase)), hn::Load(d, a.period + k));
  const V back = hn::Mul(hn::Sub(turned, hn::Load(d, a.bias + k)), hn::Load(d, a.inverse_scale + k));
  return hn::IfThenElse(hn::Gt(hn::Load(d, a.turns + k), hn::Zero(d)), back, x);
}

void Augment(const Augmentation& a, Keys keys, const float* const* events, std::uint32_t first_event, std::size_t rows,
             float* out) {
  const std::size_t stride = padded(a.features);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::uint32_t base = (first_event + static_cast<std::uint32_t>(r)) * 128;
    const bool blurs = low16(hash(keys, base + blur_word)) < a.blur_event;
    const std::uint32_t rotation = hash(keys, base + rotation_word);
    const float turn = low16(rotation) < a.rotate_event ? static_cast<float>(rotation >> 16) * 0x1p-16f : -1.0f;
    for (std::size_t k = 0; k < stride; k += N) {
      const V x = augmented(a, keys, base, blurs, turn, k, hn::Load(d, events[r] + k));
      hn::Store(hn::IfThenElseZero(is_feature(k, a.features), x), d, out + r * stride + k);
    }
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {

TRIGLOOP_KERNEL(sample, Sample,
                (const float* mean, const float* l, Keys keys, std::uint32_t first, std::size_t rows,
                 std::size_t stride, std::size_t features, float* noise, float* z),
                (mean, l, keys, first, rows, stride, features, noise, z))
TRIGLOOP_KERNEL(sample_gradient, SampleGradient,
                (const float* l, const float* noise, const float* dz, std::size_t rows, std::size_t stride,
                 std::size_t features, float* dm, float* dl, bool add),
                (l, noise, dz, rows, stride, features, dm, dl, add))
TRIGLOOP_KERNEL(divergence, Divergence,
                (const float* m, const float* l, std::size_t rows, std::size_t stride, std::size_t features,
                 float* out),
                (m, l, rows, stride, features, out))
TRIGLOOP_KERNEL(divergence_gradient, DivergenceGradient,
                (const float* m, const float* l, float scale, std::size_t rows, std::size_t stride,
                 std::size_t features, float* dm, float* dl, bool add),
                (m, l, scale, rows, stride, features, dm, dl, add))
TRIGLOOP_KERNEL(augment, Augment,
                (const Augmentation& a, Keys keys, const float* const* events, std::uint32_t first, std::size_t rows,
                 float* out),
                (a, keys, events, first, rows, out))

}  // namespace trigloop::train::kernel
#endif
