// Random numbers, exp, log, sine and loops over vectors. Included once for each kind of machine by the files of
// kernels.
//
// The polynomials are Cephes' (S. Moshier) in single precision, evaluated by fused multiply-adds: errors of 1 to 2 ulp.
// They have the same bits everywhere because they use nothing but additions, multiplications and fused ones.
#if defined(TRIGLOOP_TRAIN_VECTOR_MATH) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIGLOOP_TRAIN_VECTOR_MATH
#undef TRIGLOOP_TRAIN_VECTOR_MATH
#else
#define TRIGLOOP_TRAIN_VECTOR_MATH
#endif

#include "hwy/highway.h"
#include "train/kernels/kernels.hpp"
#include "train/kernels/rows.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

const HWY_FULL(float) d;
const HWY_FULL(std::uint32_t) du;
const HWY_FULL(std::int32_t) di;
using V = hn::Vec<decltype(d)>;
using VU = hn::Vec<decltype(du)>;
constexpr std::size_t N = HWY_LANES(float);

/// first, first + 1, ... (Iota of a variable would be stored lane by lane.)
HWY_INLINE VU counters_from(std::uint32_t first) { return hn::Add(hn::Iota(du, 0), hn::Set(du, first)); }

/// The first multiplication of a hash. It may be done once for many: spread(a + b) = spread(a) + b x spreading.
constexpr std::uint32_t spreading = 0x9E3779B1u;
HWY_INLINE VU spread(VU counter) { return hn::Mul(counter, hn::Set(du, spreading)); }

/// A word for each counter: multiply and shift-xor twice ("lowbias32", C. Wellons), with a second key in the middle, so
/// that streams of different keys are not shifted copies of each other. Unfolded, the low half lacks the high one.
HWY_INLINE VU unfolded_hash(Keys keys, VU spread_counter) {
  VU x = hn::Xor(spread_counter, hn::Set(du, keys.a));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(du, 0x7FEB352Du));
  x = hn::Add(x, hn::Set(du, keys.b));
  return hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(du, 0x846CA68Bu));
}

HWY_INLINE VU hash_of_spread(Keys keys, VU spread_counter) {
  const VU x = unfolded_hash(keys, spread_counter);
  return hn::Xor(x, hn::ShiftRight<16>(x));
}

HWY_INLINE VU hash(Keys keys, VU counter) { return hash_of_spread(keys, spread(counter)); }

/// c[0] + x (c[1] + x (...)).
template <std::size_t n>
HWY_INLINE V polynomial(V x, const float (&c)[n]) {
  V y = hn::Set(d, c[n - 1]);
  for (std::size_t k = n - 1; k-- > 0;) y = hn::MulAdd(y, x, hn::Set(d, c[k]));
  return y;
}

/// Clamped to |x| <= 87, where exp is a normal float.
HWY_INLINE V exp(V x) {
  static constexpr float c[] = {1.0f,
                                1.0f,
                                5.0000001201e-1f,
                                1.6666665459e-1f,
                                4.1665795894e-2f,
                                8.3334519073e-3f,
                                1.3981999507e-3f,
                                1.9875691500e-4f};
  x = hn::Min(hn::Max(x, hn::Set(d, -87.0f)), hn::Set(d, 87.0f));
  const V k = hn::Round(hn::Mul(x, hn::Set(d, 1.44269504f)));
  const V r = hn::NegMulAdd(k, hn::Set(d, -2.12194440e-4f), hn::NegMulAdd(k, hn::Set(d, 0.693359375f), x));
  const auto power = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, k), hn::Set(di, 127)));
  return hn::Mul(polynomial(r, c), hn::BitCast(d, power));
}

/// Of a positive normal number.
HWY_INLINE V log(V x) {
  static constexpr float c[] = {3.3333331174e-1f,  -2.4999993993e-1f, 2.0000714765e-1f,
                                -1.6668057665e-1f, 1.4249322787e-1f,  -1.2420140846e-1f,
                                1.1676998740e-1f,  -1.1514610310e-1f, 7.0376836292e-2f};
  // x = 2^k (1 + f), 1 + f between sqrt(1/2) and sqrt(2).
  const auto bits = hn::Sub(hn::BitCast(di, x), hn::Set(di, 0x3F3504F3));
  const V k = hn::ConvertTo(d, hn::ShiftRight<23>(bits));
  const auto fraction = hn::Add(hn::And(bits, hn::Set(di, 0x007FFFFF)), hn::Set(di, 0x3F3504F3));
  const V f = hn::Sub(hn::BitCast(d, fraction), hn::Set(d, 1.0f));
  const V square = hn::Mul(f, f);
  V y = hn::Mul(hn::Mul(polynomial(f, c), f), square);
  y = hn::MulAdd(k, hn::Set(d, -2.12194440e-4f), y);
  y = hn::NegMulAdd(square, hn::Set(d, 0.5f), y);
  return hn::MulAdd(k, hn::Set(d, 0.693359375f), hn::Add(f, y));
}

/// sin(2 pi t) for t in [-1/4, 1/4].
HWY_INLINE V sin_quarter(V t) {
  static constexpr float c[] = {
      1.0f, -1.6666666667e-1f, 8.3333333333e-3f, -1.9841269841e-4f, 2.7557319224e-6f, -2.5052108385e-8f};
  const V x = hn::Mul(t, hn::Set(d, 6.28318531f));
  return hn::Mul(x, polynomial(hn::Mul(x, x), c));
}

struct Normals {
  V first, second;
};

/// Box and Muller: of two words, the one gives the radius, the other the angle of two independent numbers.
HWY_INLINE Normals standard_normals(Keys keys, std::uint32_t first) {
  const VU counter = counters_from(first);
  const VU a = hash(keys, counter), b = hash(keys, hn::Add(counter, hn::Set(du, 0x80000000u)));
  const V one = hn::ConvertTo(d, hn::BitCast(di, hn::Add(hn::ShiftRight<8>(a), hn::Set(du, 1))));
  const V two = hn::ConvertTo(d, hn::ShiftRight<8>(hn::BitCast(di, b)));  // -2^23 ... 2^23 - 1
  const V radius = hn::Sqrt(hn::Mul(hn::Set(d, -2.0f), log(hn::Mul(one, hn::Set(d, 0x1p-24f)))));
  const V turn = hn::Mul(two, hn::Set(d, 0x1p-24f)), quarter = hn::Set(d, 0.25f);
  // cos t = sin (1/4 - |t|); sin t = sin (1/4 - | |t| - 1/4 |) with the sign of t.
  const V up = hn::Sub(quarter, hn::Abs(turn));
  const V side = hn::CopySign(hn::Sub(quarter, hn::Abs(up)), turn);
  return {hn::Mul(radius, sin_quarter(up)), hn::Mul(radius, sin_quarter(side))};
}

/// f(offset) for every vector of `count` floats.
template <class F>
HWY_INLINE void each(std::size_t count, const F& f) {
  for (std::size_t k = 0; k < count; k += N) f(k);
}

HWY_INLINE void put(float* to, V v, bool add) { hn::Store(add ? hn::Add(hn::Load(d, to), v) : v, d, to); }

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
