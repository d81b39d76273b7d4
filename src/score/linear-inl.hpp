// Matrix products over rows.
//
// What decides the speed is the inner loop of `accumulate`: two outputs times `unroll` vectors of events stay in
// registers while the terms go by, so a row is loaded once for both outputs, and a weight pair is broadcast once for
// all its vectors. With 32 registers that is 2 x 8 accumulators, with 16 it is 2 x 4.
//
// Compiled once for each kind of machine, so its guard opens again with each (Highway's convention for "-inl" headers).
#if defined(TRIGLOOP_SCORE_LINEAR_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIGLOOP_SCORE_LINEAR_INL_HPP
#undef TRIGLOOP_SCORE_LINEAR_INL_HPP
#else
#define TRIGLOOP_SCORE_LINEAR_INL_HPP
#endif

#include "hwy/cache_control.h"
#include "score/simd.hpp"
#include "score/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::score::HWY_NAMESPACE {
namespace {

/// Fetches the next tile while this one is computed: a few features with each block of the first matrices. All at once,
/// they would stand in each other's way.
class Prefetcher {
 public:
  Prefetcher(const TileView& tile, std::size_t features, std::size_t lanes)
      : tile_(tile), left_(tile.next == nullptr ? 0 : features), lanes_(lanes) {}

  HWY_INLINE void advance() {
    for (std::size_t k = 0; k < 4 && left_ > 0; ++k) {
      const std::int16_t* row = tile_.next + --left_ * tile_.stride;
      for (std::size_t e = 0; e < lanes_; e += 32) hwy::Prefetch(row + e);
    }
  }

 private:
  const TileView& tile_;
  std::size_t left_, lanes_;
};

/// The sums of a block's two outputs for U vectors of events.
template <class Leaf, std::size_t U>
HWY_INLINE void accumulate(const Term* terms, const Block& block, const std::int32_t* rows, V32 (&a)[U], V32 (&b)[U]) {
  const V32 bias_a = hn::Set(d32, block.bias[0]), bias_b = hn::Set(d32, block.bias[1]);
#pragma GCC unroll 8
  for (std::size_t u = 0; u < U; ++u) {
    a[u] = bias_a;
    b[u] = bias_b;
  }
  const Term* term = terms + block.begin;
  for (; term != terms + block.both; ++term) {
    const std::int32_t* x = rows + term->row;
    const V32 weight_a = hn::Set(d32, term->weights[0]), weight_b = hn::Set(d32, term->weights[1]);
#pragma GCC unroll 8
    for (std::size_t u = 0; u < U; ++u) {
      const V32 v = hn::Load(d32, x + u * N);
      a[u] = Leaf::dot(a[u], v, weight_a);
      b[u] = Leaf::dot(b[u], v, weight_b);
    }
  }
  for (; term != terms + block.first; ++term) {
    const std::int32_t* x = rows + term->row;
    const V32 weight = hn::Set(d32, term->weights[0]);
#pragma GCC unroll 8
    for (std::size_t u = 0; u < U; ++u) a[u] = Leaf::dot(a[u], hn::Load(d32, x + u * N), weight);
  }
  for (; term != terms + block.end; ++term) {
    const std::int32_t* x = rows + term->row;
    const V32 weight = hn::Set(d32, term->weights[0]);
#pragma GCC unroll 8
    for (std::size_t u = 0; u < U; ++u) b[u] = Leaf::dot(b[u], hn::Load(d32, x + u * N), weight);
  }
}

/// A wide code as a row of its own: its low bits below, the others above.
HWY_INLINE V32 split_row(V32 code, int split) {
  return paired(hn::And(code, hn::Set(d32, (std::int32_t{1} << split) - 1)), hn::ShiftRightSame(code, split));
}

template <class Leaf, std::size_t U>
HWY_INLINE void to_rows(const LinearStep& step, const std::int32_t* rows_in, std::int32_t* rows_out,
                        Prefetcher& prefetcher) {
  for (const Block& block : step.blocks) {
    prefetcher.advance();
    V32 a[U], b[U];
    accumulate<Leaf, U>(step.terms.data(), block, rows_in, a, b);
    std::int32_t* out = rows_out + block.target;
#pragma GCC unroll 8
    for (std::size_t u = 0; u < U; ++u) {
      const V32 x = clamped(rounded(a[u], step.rounder), block.low[0], block.high[0]);
      const V32 y = clamped(rounded(b[u], step.rounder), block.low[1], block.high[1]);
      if (step.split == 0) {
        hn::Store(paired(x, y), d32, out + u * N);
      } else {
        hn::Store(split_row(x, step.split), d32, out + u * N);
        hn::Store(split_row(y, step.split), d32, out + tile_lanes + u * N);
      }
    }
  }
}

template <class Leaf, std::size_t U>
HWY_INLINE void to_score(const LinearStep& step, const std::int32_t* rows, std::int32_t* sum_row) {
  const V32 limit = hn::Set(d32, step.limit);
  V32 total[U];
  for (std::size_t u = 0; u < U; ++u) total[u] = hn::Set(d32, step.sum_rounder.add);
  for (const Block& block : step.blocks) {
    V32 a[U], b[U];
    accumulate<Leaf, U>(step.terms.data(), block, rows, a, b);
#pragma GCC unroll 8
    for (std::size_t u = 0; u < U; ++u) {
      const V32 both = paired(hn::Min(hn::Abs(a[u]), limit), hn::Min(hn::Abs(b[u]), limit));
      total[u] = Leaf::dot(total[u], both, both);
    }
  }
  for (std::size_t u = 0; u < U; ++u)
    hn::Store(clamped(rounded(total[u], step.sum_rounder), step.sum_low, step.sum_high), d32, sum_row + u * N);
}

/// Output codes of vectors [first, first + U) go to the node's planes.
template <class Leaf, std::size_t U>
HWY_INLINE void to_planes(const LinearStep& step, const Plan& plan, Scratch& scratch, std::size_t first) {
  HWY_ALIGN std::int32_t codes[2][U * N];
  for (std::size_t k = 0; k < step.blocks.size(); ++k) {
    const Block& block = step.blocks[k];
    V32 a[U], b[U];
    accumulate<Leaf, U>(step.terms.data(), block, scratch.rows.data() + first * N, a, b);
    for (std::size_t u = 0; u < U; ++u) {
      hn::Store(clamped(rounded(a[u], step.rounder), block.low[0], block.high[0]), d32, codes[0] + u * N);
      hn::Store(clamped(rounded(b[u], step.rounder), block.low[1], block.high[1]), d32, codes[1] + u * N);
    }
    for (std::size_t half = 0; half < 2 && block.target + half < step.outputs; ++half)
      for (std::size_t i = 0; i < U * N; ++i)
        plan.exact().set_code(scratch.planes, step.node, block.target + half, event_of(first * N + i), codes[half][i]);
  }
}

template <class Leaf, std::size_t U>
HWY_INLINE void linear_part(const LinearStep& step, const Plan& plan, Scratch& scratch, std::size_t first,
                            Prefetcher& prefetcher) {
  std::int32_t* rows = scratch.rows.data() + first * N;
  if (step.target == Target::rows) {
    to_rows<Leaf, U>(step, rows, rows, prefetcher);
  } else if (step.target == Target::score) {
    to_score<Leaf, U>(step, rows, rows + step.sum_row);
  } else {
    to_planes<Leaf, U>(step, plan, scratch, first);
  }
}

}  // namespace
}  // namespace trigloop::score::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // TRIGLOOP_SCORE_LINEAR_INL_HPP
