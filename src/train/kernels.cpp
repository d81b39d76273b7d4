// See kernels.hpp. Compiled once for each kind of machine by Highway; the linear algebra is in kernels_multiply.cpp.
#include "train/kernels.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/isa.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

/// f(offset) for every vector of `count` floats.
template <class F>
HWY_INLINE void each(std::size_t count, const F& f) {
  for (std::size_t k = 0; k < count; k += N) f(k);
}

HWY_INLINE void put(float* to, V v, bool add) { hn::Store(add ? hn::Add(hn::Load(d, to), v) : v, d, to); }

void Quantise(const Quantiser& q, const float* x, float* y, std::size_t count) {
  using Kind = Quantiser::Kind;
  const V low = hn::Set(d, q.lowest()), high = hn::Set(d, q.largest());
  if (q.kind == Kind::identity) return void(std::copy(x, x + count, y));
  if (q.kind == Kind::relu)
    return each(count, [&](std::size_t k) { hn::Store(hn::Max(low, hn::Load(d, x + k)), d, y + k); });
  const V up = hn::Set(d, 1 / q.step()), down = hn::Set(d, q.step());
  each(count, [&](std::size_t k) {
    // Clamping first keeps huge values out of the rounding; the bounds are codes, so the result is the same. The number
    // stands second, which passes a NaN on.
    const V clamped = hn::Min(high, hn::Max(low, hn::Load(d, x + k)));
    hn::Store(hn::Mul(hn::Round(hn::Mul(clamped, up)), down), d, y + k);
  });
}

void QuantiseGradient(const Quantiser& q, const float* x, const float* dy, float* dx, std::size_t count, bool add) {
  const bool passes = q.kind == Quantiser::Kind::identity || q.kind == Quantiser::Kind::quantised_bits;
  const V zero = hn::Zero(d), high = hn::Set(d, q.largest());
  each(count, [&](std::size_t k) {
    const V v = hn::Load(d, x + k), g = hn::Load(d, dy + k);
    const V kept = hn::IfThenElseZero(hn::And(hn::Gt(v, zero), hn::Le(v, high)), g);
    put(dx + k, passes ? g : kept, add);
  });
}

void AddTo(const float* x, float* y, std::size_t count) {
  each(count, [&](std::size_t k) { put(y + k, hn::Load(d, x + k), true); });
}

void AddRows(const float* x, std::size_t rows, std::size_t stride, float* out) {
  each(stride, [&](std::size_t k) {
    V sum = hn::Load(d, out + k);
    for (std::size_t r = 0; r < rows; ++r) sum = hn::Add(sum, hn::Load(d, x + r * stride + k));
    hn::Store(sum, d, out + k);
  });
}

void BlockMoments(const float* x, std::size_t rows, std::size_t stride, float* mean, float* squares) {
  const V share = hn::Set(d, 1.0f / static_cast<float>(rows));
  each(stride, [&](std::size_t k) {
    V sum = hn::Zero(d), square = hn::Zero(d);
    for (std::size_t r = 0; r < rows; ++r) sum = hn::Add(sum, hn::Load(d, x + r * stride + k));
    const V centre = hn::Mul(sum, share);
    for (std::size_t r = 0; r < rows; ++r) {
      const V away = hn::Sub(hn::Load(d, x + r * stride + k), centre);
      square = hn::MulAdd(away, away, square);
    }
    hn::Store(centre, d, mean + k);
    hn::Store(square, d, squares + k);
  });
}

void Centre(const float* x, const float* mean, std::size_t rows, std::size_t stride, float* out) {
  each(stride, [&](std::size_t k) {
    const V m = hn::Load(d, mean + k);
    for (std::size_t r = 0; r < rows; ++r)
      hn::Store(hn::Sub(hn::Load(d, x + r * stride + k), m), d, out + r * stride + k);
  });
}

void Normalise(const Norm& n, const float* x, std::size_t rows, std::size_t stride, float* y) {
  each(stride, [&](std::size_t k) {
    const V m = hn::Load(d, n.mean + k), b = hn::Load(d, n.beta + k);
    const V a = hn::Mul(hn::Load(d, n.gamma + k), hn::Load(d, n.inverse + k));
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t at = r * stride + k;
      hn::Store(hn::MulAdd(hn::Sub(hn::Load(d, x + at), m), a, b), d, y + at);
    }
  });
}

void NormaliseSums(const Norm& n, const float* x, const float* dy, std::size_t rows, std::size_t stride, float* dy_sum,
                   float* dyx_sum) {
  each(stride, [&](std::size_t k) {
    const V m = hn::Load(d, n.mean + k), inverse = hn::Load(d, n.inverse + k);
    V sum = hn::Load(d, dy_sum + k), moment = hn::Load(d, dyx_sum + k);
    for (std::size_t r = 0; r < rows; ++r) {
      const V g = hn::Load(d, dy + r * stride + k);
      sum = hn::Add(sum, g);
      moment = hn::MulAdd(g, hn::Mul(hn::Sub(hn::Load(d, x + r * stride + k), m), inverse), moment);
    }
    hn::Store(sum, d, dy_sum + k);
    hn::Store(moment, d, dyx_sum + k);
  });
}

void NormaliseGradient(const Norm& n, const float* x, const float* dy, const float* dy_mean, const float* dyx_mean,
                       std::size_t rows, std::size_t stride, float* dx, bool add) {
  each(stride, [&](std::size_t k) {
    const V m = hn::Load(d, n.mean + k), inverse = hn::Load(d, n.inverse + k);
    const V a = hn::Mul(hn::Load(d, n.gamma + k), inverse);
    const V s = hn::Load(d, dy_mean + k), t = hn::Load(d, dyx_mean + k);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t at = r * stride + k;
      const V away = hn::Mul(hn::Sub(hn::Load(d, x + at), m), inverse);
      put(dx + at, hn::Mul(a, hn::NegMulAdd(t, away, hn::Sub(hn::Load(d, dy + at), s))), add);
    }
  });
}

void Difference(const float* x, const float* y, float scale, float* dx, std::size_t count, bool add) {
  const V s = hn::Set(d, scale);
  each(count, [&](std::size_t k) { put(dx + k, hn::Mul(s, hn::Sub(hn::Load(d, x + k), hn::Load(d, y + k))), add); });
}

/// out[16] += f of 16 numbers at a time: lane l of the sums takes numbers l, l + 16, ...
template <class F>
HWY_INLINE void sixteen_sums(std::size_t count, float* out, const F& f) {
  for (std::size_t lane = 0; lane < 16; lane += N) {
    V sum = hn::Load(d, out + lane);
    for (std::size_t k = lane; k < count; k += 16) sum = f(k, sum);
    hn::Store(sum, d, out + lane);
  }
}

void SquaredDifference(const float* x, const float* y, std::size_t count, float* out) {
  sixteen_sums(count, out, [&](std::size_t k, V sum) {
    const V away = hn::Sub(hn::Load(d, x + k), hn::Load(d, y + k));
    return hn::MulAdd(away, away, sum);
  });
}

void AbsoluteDifference(const float* x, const float* y, std::size_t count, float* out) {
  sixteen_sums(count, out, [&](std::size_t k, V sum) {
    return hn::Add(sum, hn::Abs(hn::Sub(hn::Load(d, x + k), hn::Load(d, y + k))));
  });
}

void SignOfDifference(const float* x, const float* y, float scale, float* dx, std::size_t count, bool add) {
  const V s = hn::Set(d, scale), zero = hn::Zero(d);
  each(count, [&](std::size_t k) {
    const V away = hn::Sub(hn::Load(d, x + k), hn::Load(d, y + k));
    put(dx + k, hn::IfThenElse(hn::Eq(away, zero), zero, hn::CopySign(s, hn::Mul(away, s))), add);
  });
}

/// Columns from `features` on are padding, and stay 0.
HWY_INLINE auto is_feature(std::size_t k, std::size_t features) {
  return hn::RebindMask(
      d, hn::Lt(hn::Iota(di, static_cast<std::int32_t>(k)), hn::Set(di, static_cast<std::int32_t>(features))));
}

void Sample(const float* mean, const float* log_variance, Keys keys, std::uint32_t first_event, std::size_t rows,
            std::size_t stride, std::size_t features, float* noise, float* z) {
  for (std::size_t k = 0; k < stride; k += N) {
    const auto real = is_feature(k, features);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t at = r * stride + k;
      const V normal = hn::IfThenElseZero(real, standard_normal(keys, first_event + static_cast<std::uint32_t>(r), k));
      const V spread = exp(hn::Mul(hn::Load(d, log_variance + at), hn::Set(d, 0.5f)));
      hn::Store(normal, d, noise + at);
      hn::Store(hn::MulAdd(spread, normal, hn::Load(d, mean + at)), d, z + at);
    }
  }
}

void SampleGradient(const float* log_variance, const float* noise, const float* dz, float* dmean, float* dlog_variance,
                    std::size_t count, bool add) {
  const V half = hn::Set(d, 0.5f);
  each(count, [&](std::size_t k) {
    const V g = hn::Load(d, dz + k);
    const V spread = exp(hn::Mul(hn::Load(d, log_variance + k), half));
    put(dmean + k, g, add);
    put(dlog_variance + k, hn::Mul(hn::Mul(g, hn::Load(d, noise + k)), hn::Mul(half, spread)), add);
  });
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

void Exponential(const float* x, float* y, std::size_t count) {
  each(count, [&](std::size_t k) { hn::Store(exp(hn::Load(d, x + k)), d, y + k); });
}

void Gather(const float* const* events, std::size_t rows, std::size_t stride, float* out) {
  for (std::size_t r = 0; r < rows; ++r) std::copy(events[r], events[r] + stride, out + r * stride);
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

void AdamStep(const Adam& o, const float* g, float* w, float* m, float* v, std::size_t count) {
  const V up1 = hn::Set(d, 1 - o.beta1), up2 = hn::Set(d, 1 - o.beta2), rate = hn::Set(d, o.rate);
  const V epsilon = hn::Set(d, o.epsilon), clip = hn::Set(d, o.clip), decay = hn::Set(d, o.decay);
  each(count, [&](std::size_t k) {
    const V gradient = hn::Load(d, g + k);
    const V old_m = hn::Load(d, m + k), old_v = hn::Load(d, v + k), weight = hn::Load(d, w + k);
    const V new_m = hn::MulAdd(hn::Sub(gradient, old_m), up1, old_m);
    const V new_v = hn::MulAdd(hn::Sub(hn::Mul(gradient, gradient), old_v), up2, old_v);
    const V step = hn::Div(hn::Mul(new_m, rate), hn::Add(hn::Sqrt(new_v), epsilon));
    const V moved = hn::Sub(hn::NegMulAdd(weight, decay, weight), step);
    hn::Store(new_m, d, m + k);
    hn::Store(new_v, d, v + k);
    hn::Store(hn::Min(clip, hn::Max(hn::Neg(clip), moved)), d, w + k);
  });
}

void LionStep(const Lion& o, const float* g, float* w, float* m, std::size_t count) {
  const V beta1 = hn::Set(d, o.beta1), beta2 = hn::Set(d, o.beta2), rate = hn::Set(d, o.rate);
  const V clip = hn::Set(d, o.clip), decay = hn::Set(d, o.decay), zero = hn::Zero(d);
  each(count, [&](std::size_t k) {
    const V gradient = hn::Load(d, g + k), old_m = hn::Load(d, m + k), weight = hn::Load(d, w + k);
    const V way = hn::MulAdd(hn::Sub(old_m, gradient), beta1, gradient);
    const V step = hn::IfThenElse(hn::Eq(way, zero), zero, hn::CopySign(rate, way));
    const V moved = hn::Sub(hn::NegMulAdd(weight, decay, weight), step);
    hn::Store(hn::MulAdd(hn::Sub(old_m, gradient), beta2, gradient), d, m + k);
    hn::Store(hn::Min(clip, hn::Max(hn::Neg(clip), moved)), d, w + k);
  });
}

void Reduce(const float* slots, std::size_t n_slots, std::size_t slot_stride, float scale, float* out,
            std::size_t count) {
  const hn::Rebind<double, hn::Half<decltype(d)>> dd;
  const hn::Half<decltype(d)> dh;
  const std::size_t lanes = hn::Lanes(dh);
  for (std::size_t k = 0; k < count; k += lanes) {
    auto sum = hn::Zero(dd);
    for (std::size_t s = 0; s < n_slots; ++s)
      sum = hn::Add(sum, hn::PromoteTo(dd, hn::Load(dh, slots + s * slot_stride + k)));
    hn::Store(hn::DemoteTo(dh, hn::Mul(sum, hn::Set(dd, static_cast<double>(scale)))), dh, out + k);
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {
#define TRIGLOOP_KERNEL(name, Name, parameters, arguments) \
  HWY_EXPORT(Name);                                        \
  void name parameters { HWY_DYNAMIC_DISPATCH(Name) arguments; }

TRIGLOOP_KERNEL(quantise, Quantise, (const Quantiser& q, const float* x, float* y, std::size_t n), (q, x, y, n))
TRIGLOOP_KERNEL(quantise_gradient, QuantiseGradient,
                (const Quantiser& q, const float* x, const float* dy, float* dx, std::size_t n, bool add),
                (q, x, dy, dx, n, add))
TRIGLOOP_KERNEL(add, AddTo, (const float* x, float* y, std::size_t n), (x, y, n))
TRIGLOOP_KERNEL(add_rows, AddRows, (const float* x, std::size_t rows, std::size_t stride, float* out),
                (x, rows, stride, out))
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
TRIGLOOP_KERNEL(difference, Difference,
                (const float* x, const float* y, float scale, float* dx, std::size_t n, bool add),
                (x, y, scale, dx, n, add))
TRIGLOOP_KERNEL(squared_difference, SquaredDifference, (const float* x, const float* y, std::size_t n, float* out),
                (x, y, n, out))
TRIGLOOP_KERNEL(absolute_difference, AbsoluteDifference, (const float* x, const float* y, std::size_t n, float* out),
                (x, y, n, out))
TRIGLOOP_KERNEL(sign_of_difference, SignOfDifference,
                (const float* x, const float* y, float scale, float* dx, std::size_t n, bool add),
                (x, y, scale, dx, n, add))
TRIGLOOP_KERNEL(sample, Sample,
                (const float* mean, const float* l, Keys keys, std::uint32_t first, std::size_t rows,
                 std::size_t stride, std::size_t features, float* noise, float* z),
                (mean, l, keys, first, rows, stride, features, noise, z))
TRIGLOOP_KERNEL(sample_gradient, SampleGradient,
                (const float* l, const float* noise, const float* dz, float* dm, float* dl, std::size_t n, bool add),
                (l, noise, dz, dm, dl, n, add))
TRIGLOOP_KERNEL(divergence, Divergence,
                (const float* m, const float* l, std::size_t rows, std::size_t stride, std::size_t features,
                 float* out),
                (m, l, rows, stride, features, out))
TRIGLOOP_KERNEL(divergence_gradient, DivergenceGradient,
                (const float* m, const float* l, float scale, std::size_t rows, std::size_t stride,
                 std::size_t features, float* dm, float* dl, bool add),
                (m, l, scale, rows, stride, features, dm, dl, add))
TRIGLOOP_KERNEL(exponential, Exponential, (const float* x, float* y, std::size_t n), (x, y, n))
TRIGLOOP_KERNEL(augment, Augment,
                (const Augmentation& a, Keys keys, const float* const* events, std::uint32_t first, std::size_t rows,
                 float* out),
                (a, keys, events, first, rows, out))
TRIGLOOP_KERNEL(gather, Gather, (const float* const* events, std::size_t rows, std::size_t stride, float* out),
                (events, rows, stride, out))
TRIGLOOP_KERNEL(adam, AdamStep, (const Adam& o, const float* g, float* w, float* m, float* v, std::size_t n),
                (o, g, w, m, v, n))
TRIGLOOP_KERNEL(lion, LionStep, (const Lion& o, const float* g, float* w, float* m, std::size_t n), (o, g, w, m, n))
TRIGLOOP_KERNEL(reduce, Reduce,
                (const float* slots, std::size_t n, std::size_t stride, float scale, float* out, std::size_t count),
                (slots, n, stride, scale, out, count))
#undef TRIGLOOP_KERNEL

void require_fused_arithmetic() {
  const std::string isa = core::active_isa();
  if (isa == "avx2" || isa == "avx512" || isa == "neon") return;
  throw core::Error(core::ErrorCode::unsupported, "training needs a fused multiply-add, which '" + isa + "' lacks")
      .remedy("It runs on x86 processors with AVX2 and on 64-bit Arm");
}

}  // namespace trigloop::train::kernel
#endif
