// Kernels of random numbers: sampling, its divergence, augmentations. See kernels.hpp.
#include <algorithm>

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

/// What of an augmentation is the same for all features of an event. Nothing branches on it: half of the branches would
/// be mispredicted.
struct Event {
  std::uint32_t base;         ///< of its counters
  std::int32_t blur_feature;  ///< 0 where it is not blurred
  float turn, lowest_turn;    ///< in periods; features with `turns` above `lowest_turn` rotate

  Event(const Augmentation& a, Keys keys, std::uint32_t event) : base(event * 128) {
    const std::uint32_t rotation = hash(keys, base + rotation_word);
    blur_feature = low16(hash(keys, base + blur_word)) < a.blur_event ? static_cast<std::int32_t>(a.blur_feature) : 0;
    turn = static_cast<float>(rotation >> 16) * 0x1p-16f;
    lowest_turn = low16(rotation) < a.rotate_event ? 0.0f : 1.0f;
  }
};

/// Whether the low 16 bits of words are below a limit.
HWY_INLINE auto is_hit(VU words, std::int32_t limit) {
  return hn::RebindMask(d, hn::Lt(hn::BitCast(di, hn::And(words, hn::Set(du, 0xFFFF))), hn::Set(di, limit)));
}

HWY_INLINE V augmented(const Augmentation& a, Keys keys, const Event& event, std::size_t k, V x) {
  const VU word = hash(keys, counters_from(event.base + static_cast<std::uint32_t>(k)));
  const V uniform = hn::Mul(hn::ConvertTo(d, hn::BitCast(di, hn::ShiftRight<16>(word))), hn::Set(d, 0x1p-16f));
  const V blurred = hn::MulAdd(hn::Sub(uniform, x), hn::Set(d, a.blur_magnitude), x);
  x = hn::IfThenElse(is_hit(word, event.blur_feature), blurred, x);
  const VU object = hash(keys, hn::Add(hn::Set(du, event.base + object_words), hn::Load(du, a.object + k)));
  x = hn::IfThenZeroElse(is_hit(object, static_cast<std::int32_t>(a.mask_object)), x);
  // phi + turn, modulo the period, in periods.
  const V phi = hn::MulAdd(x, hn::Load(d, a.scale + k), hn::Load(d, a.bias + k));
  const V phase = hn::MulAdd(phi, hn::Load(d, a.inverse_period + k), hn::Set(d, event.turn));
  const V turned = hn::Mul(hn::Sub(phase, hn::Floor(phase)), hn::Load(d, a.period + k));
  const V back = hn::Mul(hn::Sub(turned, hn::Load(d, a.bias + k)), hn::Load(d, a.inverse_scale + k));
  return hn::IfThenElse(hn::Gt(hn::Load(d, a.turns + k), hn::Set(d, event.lowest_turn)), back, x);
}

void Augment(const Augmentation& a, Keys keys, const float* const* events, std::uint32_t first_event, std::size_t rows,
             float* out) {
  const std::size_t stride = padded(a.features);
  for (std::size_t r = 0; r < rows; ++r) {
    const Event event(a, keys, first_event + static_cast<std::uint32_t>(r));
    for (std::size_t k = 0; k < stride; k += N) {
      const V x = augmented(a, keys, event, k, hn::Load(d, events[r] + k));
      hn::Store(hn::IfThenElseZero(is_feature(k, a.features), x), d, out + r * stride + k);
    }
  }
}

/// A number from 0 to `limit` from x; `limit` itself may come out, as it wraps to 0.
HWY_INLINE VU share(VU x, std::uint32_t key, std::uint32_t limit) {
  x = hn::Mul(hn::Xor(x, hn::Set(du, key)), hn::Set(du, 0x7FEB352Du));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(du, 0x846CA68Bu));
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  const V uniform = hn::ConvertTo(d, hn::BitCast(di, hn::ShiftRight<8>(x)));
  return hn::BitCast(du, hn::ConvertTo(di, hn::Mul(uniform, hn::Set(d, static_cast<float>(limit) * 0x1p-24f))));
}

/// x modulo limit, for x < 2 limit < 2^31.
HWY_INLINE VU wrapped(VU x, std::uint32_t limit) {
  return hn::Min(x, hn::Sub(x, hn::Set(du, limit)));  // as unsigned, a negative difference is large
}

void Permute(const Cells& cells, std::uint32_t first, std::size_t count, std::uint32_t* out) {
  for (std::size_t k = 0; k < count; k += N) {
    std::uint32_t lefts[N], rights[N], left = (first + static_cast<std::uint32_t>(k)) / cells.b;
    std::uint32_t right = (first + static_cast<std::uint32_t>(k)) % cells.b;
    for (std::size_t lane = 0; lane < N; ++lane) {
      lefts[lane] = left;
      rights[lane] = right;
      if (++right == cells.b) ++left, right = 0;
    }
    VU l = hn::LoadU(du, lefts), r = hn::LoadU(du, rights);
    for (int round = 0; round < 6; round += 2) {
      l = wrapped(hn::Add(l, share(r, cells.keys[round], cells.a)), cells.a);
      r = wrapped(hn::Add(r, share(l, cells.keys[round + 1], cells.b)), cells.b);
    }
    std::uint32_t made[N];
    hn::StoreU(hn::Add(hn::Mul(l, hn::Set(du, cells.b)), r), du, made);
    std::copy_n(made, std::min(N, count - k), out + k);
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

TRIGLOOP_KERNEL(permute, Permute, (const Cells& cells, std::uint32_t first, std::size_t count, std::uint32_t* out),
                (cells, first, count, out))

}  // namespace trigloop::train::kernel
#endif
