// Kernels of random numbers: sampling, its divergence, augmentations. See kernels.hpp.
#include <algorithm>

#include "train/kernels/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/kernels_random.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernels/kernel_dispatch.hpp"
#include "train/kernels/lane_sums.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

/// Counters of a pair of features start here.
constexpr std::uint32_t pair_words = 1u << 22;

void Sample(const float* mean, const float* log_variance, Keys keys, std::uint32_t first_event, Shape shape,
            float* slope, float* z) {
  const V half = hn::Set(d, 0.5f);
  const auto put_one = [&](std::size_t at, V normal) HWY_ATTR {
    const V away = hn::Mul(exp(hn::Mul(hn::Load(d, log_variance + at), half)), normal);
    hn::Store(hn::Mul(half, away), d, slope + at);
    hn::Store(hn::Add(hn::Load(d, mean + at), away), d, z + at);
  };
  for (std::size_t k = 0; k < shape.features; k += 2) {
    const std::uint32_t first = first_event + static_cast<std::uint32_t>(k / 2) * pair_words;
    for (std::size_t e = 0; e < padded(shape.events); e += N) {
      const Normals normals = standard_normals(keys, first + static_cast<std::uint32_t>(e));
      put_one(k * feature_stride + e, normals.first);
      if (k + 1 < shape.features) put_one((k + 1) * feature_stride + e, normals.second);
    }
  }
}

void SampleGradient(const float* slope, const float* dz, Shape shape, float* dmean, float* dlog_variance, bool add) {
  each(shape, [&](std::size_t at) HWY_ATTR {
    const V g = hn::Load(d, dz + at);
    put(dmean + at, g, add);
    put(dlog_variance + at, hn::Mul(g, hn::Load(d, slope + at)), add);
  });
}

float Divergence(const float* mean, const float* log_variance, Shape shape) {
  return total(shape, [&](std::size_t at, V sum) HWY_ATTR {
    const V m = hn::Load(d, mean + at), l = hn::Load(d, log_variance + at);
    return hn::Add(sum, hn::Sub(hn::NegMulAdd(m, m, hn::Add(hn::Set(d, 1), l)), exp(l)));
  });
}

void DivergenceGradient(const float* mean, const float* log_variance, float scale, Shape shape, float* dmean,
                        float* dlog_variance, bool add) {
  const V s = hn::Set(d, scale), half = hn::Set(d, 0.5f * scale);
  each(shape, [&](std::size_t at) HWY_ATTR {
    put(dmean + at, hn::Mul(s, hn::Load(d, mean + at)), add);
    put(dlog_variance + at, hn::Mul(half, hn::Sub(exp(hn::Load(d, log_variance + at)), hn::Set(d, 1))), add);
  });
}

/// Where the words of an event begin: features from 0, objects from 64, the event's own last.
constexpr std::uint32_t object_words = 64, blur_word = 126, rotation_word = 127;

/// Whether the low 16 bits of words are below a limit.
HWY_INLINE auto is_hit(VU words, hn::Vec<decltype(di)> limit) {
  return hn::RebindMask(d, hn::Lt(hn::BitCast(di, hn::And(words, hn::Set(du, 0xFFFF))), limit));
}

HWY_INLINE auto limit_of(std::uint32_t probability) { return hn::Set(di, static_cast<std::int32_t>(probability)); }

/// The high 16 bits of words as a uniform number in [0, 1).
HWY_INLINE V uniform(VU words) {
  return hn::Mul(hn::ConvertTo(d, hn::BitCast(di, hn::ShiftRight<16>(words))), hn::Set(d, 0x1p-16f));
}

/// phi + turn, modulo the period, in periods.
HWY_INLINE V turned(const Augmentation& a, std::size_t k, V x, V turn) {
  const V phi = hn::MulAdd(x, hn::Set(d, a.scale[k]), hn::Set(d, a.bias[k]));
  const V phase = hn::MulAdd(phi, hn::Set(d, a.inverse_period[k]), turn);
  const V back = hn::Mul(hn::Sub(phase, hn::Floor(phase)), hn::Set(d, a.period[k]));
  return hn::Mul(hn::Sub(back, hn::Set(d, a.bias[k])), hn::Set(d, a.inverse_scale[k]));
}

/// What the words of N events say of all their features.
struct EventDraw {
  VU features, objects;  ///< spread counters of the next
  hn::Vec<decltype(di)> blur;
  decltype(hn::Eq(V(), V())) rotates;
  V turn;
};

HWY_INLINE EventDraw draw_events(const Augmentation& a, Keys keys, std::uint32_t first) {
  const VU base = spread(hn::ShiftLeft<7>(counters_from(first)));
  const auto at = [&](std::uint32_t place) HWY_ATTR { return hn::Add(base, hn::Set(du, place * spreading)); };
  const auto blurs = is_hit(hash_of_spread(keys, at(blur_word)), limit_of(a.blur_event));
  const VU rotation = hash_of_spread(keys, at(rotation_word));
  return {base, at(object_words), hn::IfThenElseZero(hn::RebindMask(di, blurs), limit_of(a.blur_feature)),
          is_hit(rotation, limit_of(a.rotate_event)), uniform(rotation)};
}

/// A number, blurred where its word says so.
HWY_INLINE V blurred(Keys keys, VU counter, hn::Vec<decltype(di)> limit, V magnitude, V value) {
  const VU word = unfolded_hash(keys, counter), high = hn::ShiftRight<16>(word);
  // The product is exact, so the difference from the uniform number is rounded as if it stood alone.
  const V away = hn::MulSub(hn::ConvertTo(d, hn::BitCast(di, high)), hn::Set(d, 0x1p-16f), value);
  return hn::IfThenElse(is_hit(hn::Xor(word, high), limit), hn::MulAdd(away, magnitude, value), value);
}

/// `values(at)` are those at an offset in the block. Hashes are long chains of dependent operations: two side by side
/// keep the processor busy, and what rotates does so afterwards.
template <class Values>
HWY_INLINE void augment_each(const Augmentation& given, Keys keys, const Values& values, std::uint32_t first_event,
                             std::size_t events, float* out) {
  constexpr std::size_t ways = HWY_TARGET <= HWY_AVX3 ? 2 : 1;
  static_assert(block_events % (ways * N) == 0);
  const Augmentation a = given;  // not to be looked up anew after each store
  const V magnitude = hn::Set(d, a.blur_magnitude);
  const VU next = hn::Set(du, spreading);
  for (std::size_t e = 0; e < events; e += ways * N) {
    EventDraw draws[ways];
    for (std::size_t w = 0; w < ways; ++w)
      draws[w] = draw_events(a, keys, first_event + static_cast<std::uint32_t>(e + w * N));
    for (std::size_t k = 0; k < a.features; k += 3) {
      decltype(hn::Eq(V(), V())) masked[ways];
      for (std::size_t w = 0; w < ways; ++w) {
        masked[w] = is_hit(hash_of_spread(keys, draws[w].objects), limit_of(a.mask_object));
        draws[w].objects = hn::Add(draws[w].objects, next);
      }
      for (std::size_t j = k; j < k + 3; ++j) {
        for (std::size_t w = 0; w < ways; ++w) {
          const std::size_t at = j * feature_stride + e + w * N;
          const V value = blurred(keys, draws[w].features, draws[w].blur, magnitude, values(at));
          draws[w].features = hn::Add(draws[w].features, next);
          hn::Store(hn::IfThenZeroElse(masked[w], value), d, out + at);
        }
      }
    }
    for (std::size_t k = 0; k < a.features; ++k) {
      if (a.turns[k] == 0) continue;
      for (std::size_t w = 0; w < ways; ++w) {
        float* at = out + k * feature_stride + e + w * N;
        const V value = hn::Load(d, at);
        hn::Store(hn::IfThenElse(draws[w].rotates, turned(a, k, value, draws[w].turn), value), d, at);
      }
    }
  }
}

void Augment(const Augmentation& a, Keys keys, const float* x, std::uint32_t first_event, std::size_t events,
             float* out) {
  const auto values = [&](std::size_t at) HWY_ATTR { return hn::Load(d, x + at); };
  augment_each(a, keys, values, first_event, events, out);
}

void AugmentCodes(const Augmentation& a, Keys keys, const std::int8_t* codes, float step, std::uint32_t first_event,
                  std::size_t events, float* out) {
  const hn::Rebind<std::int8_t, decltype(d)> narrow;
  const V scale = hn::Set(d, step);
  const auto values = [&](std::size_t at) HWY_ATTR {
    return hn::Mul(hn::ConvertTo(d, hn::PromoteTo(di, hn::Load(narrow, codes + at))), scale);
  };
  augment_each(a, keys, values, first_event, events, out);
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

/// Place / b and place % b of N places from `first` on.
HWY_INLINE void halves_of(std::uint32_t first, std::uint32_t b, VU& left, VU& right) {
  left = hn::Set(du, first / b);
  right = counters_from(first % b);
  const VU limit = hn::Set(du, b), one = hn::Set(du, 1);
  for (std::size_t wraps = (first % b + N - 1) / b; wraps > 0; --wraps) {
    const auto wrapped = hn::Gt(hn::BitCast(di, right), hn::BitCast(di, hn::Sub(limit, one)));
    const VU mask = hn::BitCast(du, hn::VecFromMask(di, wrapped));
    right = hn::Sub(right, hn::And(mask, limit));
    left = hn::Add(left, hn::And(mask, one));
  }
}

void Permute(const Cells& cells, std::uint32_t first, std::size_t count, std::uint32_t* out) {
  for (std::size_t k = 0; k < count; k += N) {
    VU l, r;
    halves_of(first + static_cast<std::uint32_t>(k), cells.b, l, r);
    for (int round = 0; round < 6; round += 2) {
      l = wrapped(hn::Add(l, share(r, cells.keys[round], cells.a)), cells.a);
      r = wrapped(hn::Add(r, share(l, cells.keys[round + 1], cells.b)), cells.b);
    }
    const VU place = hn::Add(hn::Mul(l, hn::Set(du, cells.b)), r);
    if (k + N <= count) {
      hn::StoreU(place, du, out + k);
    } else {
      std::uint32_t made[N];
      hn::StoreU(place, du, made);
      std::copy_n(made, count - k, out + k);
    }
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {

TRIGLOOP_KERNEL(sample, Sample,
                (const float* mean, const float* log_variance, Keys keys, std::uint32_t first, Shape shape,
                 float* slope, float* z),
                (mean, log_variance, keys, first, shape, slope, z))
TRIGLOOP_KERNEL(sample_gradient, SampleGradient,
                (const float* slope, const float* dz, Shape shape, float* dmean, float* dlog_variance, bool add),
                (slope, dz, shape, dmean, dlog_variance, add))
TRIGLOOP_VALUE_KERNEL(float, divergence, Divergence, (const float* mean, const float* log_variance, Shape shape),
                      (mean, log_variance, shape))
TRIGLOOP_KERNEL(divergence_gradient, DivergenceGradient,
                (const float* mean, const float* log_variance, float scale, Shape shape, float* dmean,
                 float* dlog_variance, bool add),
                (mean, log_variance, scale, shape, dmean, dlog_variance, add))
TRIGLOOP_KERNEL(augment, Augment,
                (const Augmentation& a, Keys keys, const float* x, std::uint32_t first, std::size_t events, float* out),
                (a, keys, x, first, events, out))
TRIGLOOP_KERNEL(augment, AugmentCodes,
                (const Augmentation& a, Keys keys, const std::int8_t* codes, float step, std::uint32_t first,
                 std::size_t events, float* out),
                (a, keys, codes, step, first, events, out))
TRIGLOOP_KERNEL(permute, Permute, (const Cells& cells, std::uint32_t first, std::size_t count, std::uint32_t* out),
                (cells, first, count, out))

}  // namespace trigloop::train::kernel
#endif
