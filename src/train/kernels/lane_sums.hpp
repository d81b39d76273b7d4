// Sums over events by a fixed tree. Included once for each kind of machine by the files of kernels.
//
// 16 sums run along the events whatever the vector's width. At the end lanes l and l + 8 are added, then l and l + 4,
// l + 2, l + 1. To do that for one number would waste most of each vector, so it is done for as many numbers at once as
// a vector has lanes: halves, blocks and pairs of two vectors are added into one.
#if defined(TRIGLOOP_TRAIN_LANE_SUMS) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIGLOOP_TRAIN_LANE_SUMS
#undef TRIGLOOP_TRAIN_LANE_SUMS
#else
#define TRIGLOOP_TRAIN_LANE_SUMS
#endif

#include "train/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::train::kernel::HWY_NAMESPACE {
namespace {

constexpr std::size_t parts = 16 / N;  // vectors that hold the 16 sums

/// f(part, e, all?) for the vectors of events that part `part` of the 16 sums takes; where `all?` is false, only the
/// first `events` - e lanes count.
template <class F>
HWY_INLINE void each_event(std::size_t part, std::size_t events, const F& f) {
  std::size_t e = part * N;
  for (; e + N <= events; e += 16) f(e, std::true_type());
  if (e < events) f(e, std::false_type());
}

/// `next` where lanes count, else `sum` as it was.
template <bool all>
HWY_INLINE V counted(std::bool_constant<all>, V next, V sum, std::size_t e, std::size_t events) {
  if constexpr (all) return next;
  return hn::IfThenElse(hn::FirstN(d, events - e), next, sum);
}

/// The 16 sums in one vector, as far as it has lanes.
HWY_INLINE V folded(V* sum) {
  for (std::size_t n = parts / 2; n >= 1; n /= 2)
    for (std::size_t p = 0; p < n; ++p) sum[p] = hn::Add(sum[p], sum[p + n]);
  return sum[0];
}

/// sum = term(e, sum) over events.
template <class Term>
HWY_INLINE V lane_sums(std::size_t events, const Term& term) {
  V sum[parts];
  for (std::size_t part = 0; part < parts; ++part) {
    V s = hn::Zero(d);
    each_event(part, events, [&](std::size_t e, auto all) HWY_ATTR { s = counted(all, term(e, s), s, e, events); });
    sum[part] = s;
  }
  return folded(sum);
}

#if HWY_TARGET == HWY_SCALAR  // never run, see require_fused_arithmetic
HWY_INLINE V totals(const V* v) { return *v; }
#else
/// a, b -> lanes l and l + 2 of each block added: [a0 a1 b0 b1].
HWY_INLINE V fold_pairs(V a, V b) {
  const HWY_FULL(double) dd;
  const auto x = hn::BitCast(dd, a), y = hn::BitCast(dd, b);
  return hn::Add(hn::BitCast(d, hn::InterleaveLower(dd, x, y)), hn::BitCast(d, hn::InterleaveUpper(dd, x, y)));
}

/// Neighbours added: [a0 b0 a1 b1].
HWY_INLINE V fold_neighbours(V a, V b) {
  return hn::Add(hn::OddEven(hn::Shuffle2301(b), a), hn::OddEven(b, hn::Shuffle2301(a)));
}

/// Block b is what is left of v[4 b + k].
HWY_INLINE V folded_to_blocks(const V* v, std::size_t k) {
#if HWY_TARGET <= HWY_AVX3
  const auto halves = [](V a, V b)
                          HWY_ATTR { return hn::Add(hn::ConcatLowerLower(d, b, a), hn::ConcatUpperUpper(d, b, a)); };
  const V u = halves(v[k], v[8 + k]), w = halves(v[4 + k], v[12 + k]);
  return hn::Add(hn::OddEvenBlocks(hn::SwapAdjacentBlocks(w), u), hn::OddEvenBlocks(w, hn::SwapAdjacentBlocks(u)));
#elif HWY_TARGET <= HWY_AVX2
  return hn::Add(hn::ConcatLowerLower(d, v[4 + k], v[k]), hn::ConcatUpperUpper(d, v[4 + k], v[k]));
#else
  return v[k];
#endif
}

/// Lane i is the sum of the lanes of v[i]; N vectors.
HWY_INLINE V totals(const V* v) {
  const V even = fold_pairs(folded_to_blocks(v, 0), folded_to_blocks(v, 2));
  const V odd = fold_pairs(folded_to_blocks(v, 1), folded_to_blocks(v, 3));
  return fold_neighbours(even, odd);
}
#endif

/// out[f] = the sum over events of a feature: sum = term(f, e, sum). `out` has padded(features) places.
template <class Term>
HWY_INLINE void feature_sums(Shape shape, float* out, const Term& term) {
  for (std::size_t f = 0; f < shape.features; f += N) {
    V lanes[N];
    for (std::size_t j = 0; j < N; ++j) {
      lanes[j] = f + j < shape.features
                     ? lane_sums(shape.events, [&](std::size_t e, V s) HWY_ATTR { return term(f + j, e, s); })
                     : hn::Zero(d);
    }
    hn::StoreU(totals(lanes), d, out + f);
  }
}

/// The sum of everything: sum = term(offset, sum).
template <class Term>
HWY_INLINE float total(Shape shape, const Term& term) {
  V sum[parts];
  for (std::size_t part = 0; part < parts; ++part) {
    V s = hn::Zero(d);
    for (std::size_t f = 0; f < shape.features; ++f)
      each_event(part, shape.events, [&](std::size_t e, auto all) HWY_ATTR {
        s = counted(all, term(f * feature_stride + e, s), s, e, shape.events);
      });
    sum[part] = s;
  }
  V lanes[N];
  for (V& lane : lanes) lane = hn::Zero(d);
  lanes[0] = folded(sum);
  return hn::GetLane(totals(lanes));
}

/// f(offset) for every vector of a block.
template <class F>
HWY_INLINE void each(Shape shape, const F& f) {
  for (std::size_t k = 0; k < shape.features * feature_stride; k += feature_stride)
    for (std::size_t e = 0; e < shape.events; e += 16)
      for (std::size_t part = 0; part < 16; part += N) f(k + e + part);
}

}  // namespace
}  // namespace trigloop::train::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
