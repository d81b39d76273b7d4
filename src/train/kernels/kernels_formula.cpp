// See formula_kernels.hpp. Compiled once for each kind of machine by Highway.
#include "train/kernels/formula_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/kernels_formula.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "train/kernels/kernel_dispatch.hpp"
#include "train/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

HWY_INLINE V checked_log(V x) {
  const V smallest = hn::Set(d, 1.17549435e-38f);
  const V value = log(hn::Max(x, smallest));
  return hn::IfThenElse(hn::Ge(x, smallest), value, hn::Set(d, __builtin_nanf("")));
}

template <class F>
HWY_INLINE void map(const float* a, float* y, std::size_t count, const F& f) {
  each(count, [&](std::size_t k) { hn::Store(f(hn::Load(d, a + k)), d, y + k); });
}

template <class F>
HWY_INLINE void map(const float* a, const float* b, float* y, std::size_t count, const F& f) {
  each(count, [&](std::size_t k) { hn::Store(f(hn::Load(d, a + k), hn::Load(d, b + k)), d, y + k); });
}

void Apply(Elementary f, const float* a, const float* b, float* y, std::size_t count) {
  switch (f) {
    case Elementary::add:
      return map(a, b, y, count, [](V u, V v) { return hn::Add(u, v); });
    case Elementary::subtract:
      return map(a, b, y, count, [](V u, V v) { return hn::Sub(u, v); });
    case Elementary::multiply:
      return map(a, b, y, count, [](V u, V v) { return hn::Mul(u, v); });
    case Elementary::divide:
      return map(a, b, y, count, [](V u, V v) { return hn::Div(u, v); });
    case Elementary::minimum:
      return map(a, b, y, count, [](V u, V v) { return hn::IfThenElse(hn::Gt(u, v), v, u); });
    case Elementary::maximum:
      return map(a, b, y, count, [](V u, V v) { return hn::IfThenElse(hn::Lt(u, v), v, u); });
    case Elementary::exp:
      return map(a, y, count, [](V u) { return exp(u); });
    case Elementary::log:
      return map(a, y, count, [](V u) { return checked_log(u); });
    case Elementary::sqrt:
      return map(a, y, count, [](V u) { return hn::Sqrt(u); });
    case Elementary::abs:
      return map(a, y, count, [](V u) { return hn::Abs(u); });
  }
}

/// to += f(dy, one operand or result).
template <class F>
HWY_INLINE void accumulate(float* to, const float* dy, const float* x, std::size_t count, const F& f) {
  if (to == nullptr) return;
  each(count, [&](std::size_t k) { put(to + k, f(hn::Load(d, dy + k), hn::Load(d, x + k)), true); });
}

/// The derivative of a minimum or maximum goes to the operand that it was.
HWY_INLINE void choose(const float* a, const float* b, const float* dy, float* da, float* db, std::size_t count,
                       bool least) {
  each(count, [&](std::size_t k) {
    const V u = hn::Load(d, a + k), v = hn::Load(d, b + k), g = hn::Load(d, dy + k);
    const auto second = least ? hn::Gt(u, v) : hn::Lt(u, v);
    if (da != nullptr) put(da + k, hn::IfThenZeroElse(second, g), true);
    if (db != nullptr) put(db + k, hn::IfThenElseZero(second, g), true);
  });
}

void ApplyGradient(Elementary f, const float* a, const float* b, const float* y, const float* dy, float* da, float* db,
                   std::size_t count) {
  const auto pass = [](V g, V) { return g; };
  switch (f) {
    case Elementary::add:
      accumulate(da, dy, dy, count, pass);
      return accumulate(db, dy, dy, count, pass);
    case Elementary::subtract:
      accumulate(da, dy, dy, count, pass);
      return accumulate(db, dy, dy, count, [](V g, V) { return hn::Neg(g); });
    case Elementary::multiply:
      accumulate(da, dy, b, count, [](V g, V v) { return hn::Mul(g, v); });
      return accumulate(db, dy, a, count, [](V g, V u) { return hn::Mul(g, u); });
    case Elementary::divide:
      accumulate(da, dy, b, count, [](V g, V v) { return hn::Div(g, v); });
      if (db == nullptr) return;
      return each(count, [&](std::size_t k) {
        const V g = hn::Mul(hn::Load(d, dy + k), hn::Load(d, y + k));
        put(db + k, hn::Neg(hn::Div(g, hn::Load(d, b + k))), true);
      });
    case Elementary::minimum:
      return choose(a, b, dy, da, db, count, true);
    case Elementary::maximum:
      return choose(a, b, dy, da, db, count, false);
    case Elementary::exp:
      return accumulate(da, dy, y, count, [](V g, V v) { return hn::Mul(g, v); });
    case Elementary::log:
      return accumulate(da, dy, a, count, [](V g, V u) { return hn::Div(g, u); });
    case Elementary::sqrt:
      return accumulate(da, dy, y, count, [](V g, V v) { return hn::Div(hn::Mul(g, hn::Set(d, 0.5f)), v); });
    case Elementary::abs:
      return accumulate(da, dy, a, count, [](V g, V u) {
        return hn::IfThenZeroElse(hn::Eq(u, hn::Zero(d)), hn::Xor(g, hn::And(u, hn::SignBit(d))));
      });
  }
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::train::kernel {

TRIGLOOP_KERNEL(apply, Apply, (Elementary f, const float* a, const float* b, float* y, std::size_t count),
                (f, a, b, y, count))
TRIGLOOP_KERNEL(apply_gradient, ApplyGradient,
                (Elementary f, const float* a, const float* b, const float* y, const float* dy, float* da, float* db,
                 std::size_t count),
                (f, a, b, y, dy, da, db, count))

}  // namespace trigloop::train::kernel
#endif  // HWY_ONCE
