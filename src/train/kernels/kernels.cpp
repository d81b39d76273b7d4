// See kernels.hpp. Compiled once for each kind of machine by Highway; the linear algebra is in kernels_multiply.cpp.
#include "train/kernels/kernels.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/isa.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernels/kernel_dispatch.hpp"
#include "train/kernels/lane_sums.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

/// f(x) for every vector of the quantiser's function f.
template <class F>
HWY_INLINE void with_quantiser(const Quantiser& q, const F& f) {
  using Kind = Quantiser::Kind;
  const V low = hn::Set(d, q.lowest()), high = hn::Set(d, q.largest());
  if (q.kind == Kind::identity) return f([](V x) HWY_ATTR { return x; });
  if (q.kind == Kind::relu) return f([&](V x) HWY_ATTR { return hn::Max(low, x); });
  const V up = hn::Set(d, 1 / q.step()), down = hn::Set(d, q.step());
  // Clamping first keeps huge values out of the rounding; the bounds are codes, so the result is the same. The number
  // stands second, which passes a NaN on.
  f([&](V x) HWY_ATTR { return hn::Mul(hn::Round(hn::Mul(hn::Min(high, hn::Max(low, x)), up)), down); });
}

void Quantise(const Quantiser& q, const float* x, float* y, Shape shape) {
  with_quantiser(q, [&](const auto& value) HWY_ATTR {
    each(shape, [&](std::size_t k) HWY_ATTR { hn::Store(value(hn::Load(d, x + k)), d, y + k); });
  });
}

void QuantiseFlat(const Quantiser& q, const float* x, float* y, std::size_t count) {
  with_quantiser(q, [&](const auto& value) HWY_ATTR {
    each(count, [&](std::size_t k) HWY_ATTR { hn::Store(value(hn::Load(d, x + k)), d, y + k); });
  });
}

void QuantiseGradient(const Quantiser& q, const float* x, const float* dy, float* dx, Shape shape, bool add) {
  const bool passes = q.kind == Quantiser::Kind::identity || q.kind == Quantiser::Kind::quantised_bits;
  const V zero = hn::Zero(d), high = hn::Set(d, q.largest());
  each(shape, [&](std::size_t k) HWY_ATTR {
    const V v = hn::Load(d, x + k), g = hn::Load(d, dy + k);
    const V kept = hn::IfThenElseZero(hn::And(hn::Gt(v, zero), hn::Le(v, high)), g);
    put(dx + k, passes ? g : kept, add);
  });
}

using DNote = hn::Rebind<std::int16_t, decltype(d)>;
constexpr std::int32_t blocked = -32768;  // the sign bit of 16

void QuantiseWithNotes(const Quantiser& q, const float* x, float* y, std::int16_t* notes, Shape shape) {
  const V low = hn::Zero(d), high = hn::Set(d, q.largest()), up = hn::Set(d, 1 / q.step()), down = hn::Set(d, q.step());
  each(shape, [&](std::size_t k) HWY_ATTR {
    const V v = hn::Load(d, x + k), code = hn::Round(hn::Mul(hn::Min(high, hn::Max(low, v)), up));
    const auto passes = hn::RebindMask(di, hn::And(hn::Gt(v, low), hn::Le(v, high)));
    const auto note = hn::Or(hn::ConvertTo(di, code), hn::IfThenZeroElse(passes, hn::Set(di, blocked)));
    hn::Store(hn::Mul(code, down), d, y + k);
    hn::Store(hn::DemoteTo(DNote(), note), DNote(), notes + k);
  });
}

void QuantiseAgain(const Quantiser& q, const std::int16_t* notes, float* y, Shape shape) {
  const V down = hn::Set(d, q.step());
  each(shape, [&](std::size_t k) HWY_ATTR {
    const auto note = hn::PromoteTo(di, hn::Load(DNote(), notes + k));
    hn::Store(hn::Mul(hn::ConvertTo(d, hn::And(note, hn::Set(di, 0x7FFF))), down), d, y + k);
  });
}

void NotedGradient(const std::int16_t* notes, const float* dy, float* dx, Shape shape, bool add) {
  each(shape, [&](std::size_t k) HWY_ATTR {
    const auto note = hn::PromoteTo(di, hn::Load(DNote(), notes + k));
    const auto blocks = hn::RebindMask(d, hn::Lt(note, hn::Zero(di)));
    put(dx + k, hn::IfThenZeroElse(blocks, hn::Load(d, dy + k)), add);
  });
}

void Difference(const float* x, const float* y, float scale, float* dx, Shape shape, bool add) {
  const V s = hn::Set(d, scale);
  each(shape,
       [&](std::size_t k) HWY_ATTR { put(dx + k, hn::Mul(s, hn::Sub(hn::Load(d, x + k), hn::Load(d, y + k))), add); });
}

void SignOfDifference(const float* x, const float* y, float scale, float* dx, Shape shape, bool add) {
  const V s = hn::Set(d, scale), zero = hn::Zero(d);
  each(shape, [&](std::size_t k) HWY_ATTR {
    const V away = hn::Sub(hn::Load(d, x + k), hn::Load(d, y + k));
    put(dx + k, hn::IfThenElse(hn::Eq(away, zero), zero, hn::CopySign(s, hn::Mul(away, s))), add);
  });
}

float SquaredDifference(const float* x, const float* y, Shape shape) {
  return total(shape, [&](std::size_t k, V sum) HWY_ATTR {
    const V away = hn::Sub(hn::Load(d, x + k), hn::Load(d, y + k));
    return hn::MulAdd(away, away, sum);
  });
}

float AbsoluteDifference(const float* x, const float* y, Shape shape) {
  return total(shape, [&](std::size_t k, V sum)
                          HWY_ATTR { return hn::Add(sum, hn::Abs(hn::Sub(hn::Load(d, x + k), hn::Load(d, y + k)))); });
}

void Exponential(const float* x, float* y, Shape shape) {
  each(shape, [&](std::size_t k) HWY_ATTR { hn::Store(exp(hn::Load(d, x + k)), d, y + k); });
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

TRIGLOOP_KERNEL(quantise, Quantise, (const Quantiser& q, const float* x, float* y, Shape shape), (q, x, y, shape))
TRIGLOOP_KERNEL(quantise_flat, QuantiseFlat, (const Quantiser& q, const float* x, float* y, std::size_t n),
                (q, x, y, n))
TRIGLOOP_KERNEL(quantise_gradient, QuantiseGradient,
                (const Quantiser& q, const float* x, const float* dy, float* dx, Shape shape, bool add),
                (q, x, dy, dx, shape, add))
TRIGLOOP_KERNEL(quantise, QuantiseWithNotes,
                (const Quantiser& q, const float* x, float* y, std::int16_t* notes, Shape shape),
                (q, x, y, notes, shape))
TRIGLOOP_KERNEL(quantise_again, QuantiseAgain, (const Quantiser& q, const std::int16_t* notes, float* y, Shape shape),
                (q, notes, y, shape))
TRIGLOOP_KERNEL(noted_gradient, NotedGradient,
                (const std::int16_t* notes, const float* dy, float* dx, Shape shape, bool add),
                (notes, dy, dx, shape, add))
TRIGLOOP_KERNEL(difference, Difference, (const float* x, const float* y, float scale, float* dx, Shape shape, bool add),
                (x, y, scale, dx, shape, add))
TRIGLOOP_KERNEL(sign_of_difference, SignOfDifference,
                (const float* x, const float* y, float scale, float* dx, Shape shape, bool add),
                (x, y, scale, dx, shape, add))
TRIGLOOP_VALUE_KERNEL(float, squared_difference, SquaredDifference, (const float* x, const float* y, Shape shape),
                      (x, y, shape))
TRIGLOOP_VALUE_KERNEL(float, absolute_difference, AbsoluteDifference, (const float* x, const float* y, Shape shape),
                      (x, y, shape))
TRIGLOOP_KERNEL(exponential, Exponential, (const float* x, float* y, Shape shape), (x, y, shape))
TRIGLOOP_KERNEL(adam, AdamStep, (const Adam& o, const float* g, float* w, float* m, float* v, std::size_t n),
                (o, g, w, m, v, n))
TRIGLOOP_KERNEL(lion, LionStep, (const Lion& o, const float* g, float* w, float* m, std::size_t n), (o, g, w, m, n))
TRIGLOOP_KERNEL(reduce, Reduce,
                (const float* slots, std::size_t n, std::size_t stride, float scale, float* out, std::size_t count),
                (slots, n, stride, scale, out, count))

void require_fused_arithmetic() {
  const std::string isa = core::active_isa();
  if (isa == "avx2" || isa == "avx512" || isa == "neon") return;
  throw core::Error(core::ErrorCode::unsupported, "training needs a fused multiply-add, which '" + isa + "' lacks")
      .remedy("It runs on x86 processors with AVX2 and on 64-bit Arm");
}

}  // namespace trigloop::train::kernel
#endif
