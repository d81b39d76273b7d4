// The kernels of the SIMD engine, compiled once for each kind of machine (Highway's foreach_target) and once more with
// vpdpwssd. See score/plan.hpp for the rows that they work on.
//
// What decides the speed is the inner loop of `accumulate`: two outputs times `unroll` vectors of events stay in
// registers while the terms go by, so a row is loaded once for both outputs, and a weight pair is broadcast once for
// all its vectors. With 32 registers that is 2 x 8 accumulators, with 16 it is 2 x 4.
//
// Order of events: interleaving two vectors of int16 works in blocks of 128 bits, so a group of 2N events (N int32
// lanes) ends up as two vectors L and U: L holds events 0-3, 8-11, ..., U holds 4-7, 12-15, .... Nothing in between
// minds the order; `store` and event_of undo it at the end.
#include <algorithm>
#include <cstring>

#include "score/plane_steps.hpp"
#include "score/simd.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "score/kernels.cpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#if HWY_TARGET != HWY_SCALAR  // one lane has no halves to interleave: see kernels_scalar.cpp
HWY_BEFORE_NAMESPACE();
namespace trigloop::score::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

const HWY_FULL(std::int32_t) d32;
const HWY_FULL(std::int16_t) d16;
using V32 = hn::Vec<decltype(d32)>;
using V16 = hn::Vec<decltype(d16)>;
constexpr std::size_t N = HWY_LANES(std::int32_t);  // int32 lanes; a group is 2N events
#if HWY_TARGET <= HWY_AVX3
constexpr std::size_t unroll = 8;
#else
constexpr std::size_t unroll = 4;
#endif

// --- The leaf: sum + x.low * w.low + x.high * w.high in each 32-bit lane ---

struct MultiplyAdd {
  static HWY_INLINE V32 dot(V32 sum, V32 x, V32 w) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    return hn::Add(sum, V32{_mm512_madd_epi16(x.raw, w.raw)});
#elif HWY_TARGET == HWY_AVX2
    return hn::Add(sum, V32{_mm256_madd_epi16(x.raw, w.raw)});
#elif HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
    return hn::Add(sum, V32{_mm_madd_epi16(x.raw, w.raw)});
#else
    const auto low = [](V32 v) HWY_ATTR { return hn::ShiftRight<16>(hn::ShiftLeft<16>(v)); };
    const auto high = [](V32 v) HWY_ATTR { return hn::ShiftRight<16>(v); };
    return hn::Add(sum, hn::Add(hn::Mul(low(x), low(w)), hn::Mul(high(x), high(w))));
#endif
  }
};

#if HWY_TARGET == HWY_AVX3
// Highway 1.0.3 does not know AVX-512 VNNI, so the instruction is written out; the assembler needs no flag.
struct Vnni {
  static HWY_INLINE V32 dot(V32 sum, V32 x, V32 w) {
    asm("vpdpwssd %2, %1, %0" : "+v"(sum.raw) : "v"(x.raw), "v"(w.raw));
    return sum;
  }
};
#endif

std::size_t event_of(std::size_t lane) {
  const std::size_t group = lane / (2 * N), upper = lane % (2 * N) / N, i = lane % N;
  return group * 2 * N + i / 4 * 8 + upper * 4 + i % 4;
}

HWY_INLINE V32 rounded(V32 v, const Rounder& rounder) {
  if (rounder.half_even) v = hn::Add(v, hn::And(hn::ShiftRightSame(v, rounder.shift), hn::Set(d32, 1)));
  return hn::ShiftRightSame(v, rounder.shift);
}

// --- Scaling ---

class ScaledVector {
 public:
  explicit HWY_INLINE ScaledVector(const Scaling& s)
      : clamp_low_(hn::Set(d16, s.clamp_low)),
        clamp_high_(hn::Set(d16, s.clamp_high)),
        offset_(hn::Set(d16, s.offset)),
        low_(hn::Set(d16, s.low)),
        high_(hn::Set(d16, s.high)),
        top_(hn::Set(d16, s.top)),
        left_(s.left),
        right_(s.right),
        up_(s.up),
        half_even_(s.half_even) {}

  HWY_INLINE V16 operator()(V16 x) const {
    const V16 clamped = hn::Min(hn::Max(x, clamp_low_), clamp_high_);
    V16 wrapped = hn::ShiftLeftSame(hn::Sub(clamped, offset_), left_);
    if (half_even_) wrapped = hn::Add(wrapped, hn::And(hn::ShiftRightSame(wrapped, right_), hn::Set(d16, 1)));
    const V16 t = hn::Min(hn::Max(hn::ShiftRightSame(wrapped, right_), low_), high_);
    return hn::Min(hn::ShiftLeftSame(t, up_), top_);
  }

 private:
  V16 clamp_low_, clamp_high_, offset_, low_, high_, top_;
  int left_, right_, up_;
  bool half_even_;
};

/// Looks `count` values up, into `out`.
HWY_INLINE void look_up(const ScaledFeature& feature, const std::int16_t* in, std::int16_t* out, std::size_t count) {
  const int low = feature.scaling.clamp_low, high = feature.scaling.clamp_high;
  for (std::size_t e = 0; e < count; ++e)
    out[e] = feature.table[static_cast<std::size_t>(std::clamp<int>(in[e], low, high) - low)];
}

/// One feature for all groups, into `out`.
HWY_INLINE void scale_feature(const ScaledFeature& feature, const TileView& tile, std::size_t lanes,
                              std::int16_t* out) {
  const std::int16_t* in = tile.data + feature.source * tile.stride;
  if (!feature.table.empty()) return look_up(feature, in, out, lanes);
  const ScaledVector scaled(feature.scaling);
  for (std::size_t e = 0; e < lanes; e += 2 * N) hn::Store(scaled(hn::LoadU(d16, in + e)), d16, out + e);
}

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

/// x in the low halves, y in the high ones, for a group of events.
HWY_INLINE void store_pairs(V16 x, V16 y, std::int32_t* row) {
  hn::Store(hn::BitCast(d32, hn::InterleaveLower(d16, x, y)), d32, row);
  hn::Store(hn::BitCast(d32, hn::InterleaveUpper(d16, x, y)), d32, row + N);
}

/// The rare case: at least one of the two features goes by its table.
void scale_row_by_table(const ScaledFeature& a, const ScaledFeature& b, const TileView& tile, std::size_t lanes,
                        std::int32_t* row) {
  HWY_ALIGN std::int16_t low[tile_lanes], high[tile_lanes];
  scale_feature(a, tile, lanes, low);
  scale_feature(b, tile, lanes, high);
  for (std::size_t e = 0; e < lanes; e += 2 * N) store_pairs(hn::Load(d16, low + e), hn::Load(d16, high + e), row + e);
}

void run_scale(const ScaleStep& step, const TileView& tile, std::size_t lanes, std::int32_t* rows) {
  std::int32_t* row = rows + step.first_row;
  for (std::size_t k = 0; k < step.features.size(); k += 2, row += tile_lanes) {
    const ScaledFeature& a = step.features[k];
    const ScaledFeature& b = step.features[std::min(k + 1, step.features.size() - 1)];
    if (!a.table.empty() || !b.table.empty()) {
      scale_row_by_table(a, b, tile, lanes, row);
      continue;
    }
    const ScaledVector x(a.scaling), y(b.scaling);
    const std::int16_t* in_a = tile.data + a.source * tile.stride;
    const std::int16_t* in_b = tile.data + b.source * tile.stride;
    for (std::size_t e = 0; e < lanes; e += 2 * N)
      store_pairs(x(hn::LoadU(d16, in_a + e)), y(hn::LoadU(d16, in_b + e)), row + e);
  }
}

// --- Matrix products ---

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

HWY_INLINE V32 clamped(V32 v, std::int32_t low, std::int32_t high) {
  return hn::Min(hn::Max(v, hn::Set(d32, low)), hn::Set(d32, high));
}

/// Low halves of `a`, low halves of `b` above them.
HWY_INLINE V32 paired(V32 a, V32 b) {
  return hn::BitCast(d32, hn::OddEven(hn::BitCast(d16, hn::ShiftLeft<16>(b)), hn::BitCast(d16, a)));
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

/// Scores back in the order of events.
HWY_INLINE void store_scores(const std::int32_t* sum_row, std::int32_t* codes, std::size_t lanes) {
  for (std::size_t i = 0; i < lanes; i += 4) std::memcpy(codes + event_of(i), sum_row + i, 4 * sizeof(std::int32_t));
}

// --- A tile ---

template <class Leaf>
class TileRun {
 public:
  /// `lanes` is a multiple of 2N; `codes` has room for as many.
  TileRun(const Plan& plan, Scratch& scratch, const TileView& tile, std::size_t lanes, std::int32_t* codes,
          std::size_t stride)
      : plan_(plan),
        scratch_(scratch),
        tile_(tile),
        lanes_(lanes),
        codes_(codes),
        stride_(stride),
        prefetcher_(tile, plan.features(), lanes) {}

  void operator()(const ScaleStep& step) const { run_scale(step, tile_, lanes_, scratch_.rows.data()); }

  void operator()(const LinearStep& step) {
    const std::size_t vectors = lanes_ / N;
    std::size_t v = 0;
    if (tile_.lanes <= 4) return one_vector(step);
    for (; v + unroll <= vectors; v += unroll) linear_part<Leaf, unroll>(step, plan_, scratch_, v, prefetcher_);
    for (; v < vectors; v += 2) linear_part<Leaf, 2>(step, plan_, scratch_, v, prefetcher_);
    if (step.target == Target::score) store_scores(scratch_.rows.data() + step.sum_row, codes_, lanes_);
  }

  template <class Step>
  void operator()(const Step& step) const {  // between planes and rows
    run_plane_step(step, plan_, scratch_, tile_, codes_, stride_, event_of);
  }

 private:
  /// The first four events are all in the first vector.
  void one_vector(const LinearStep& step) {
    linear_part<Leaf, 1>(step, plan_, scratch_, 0, prefetcher_);
    if (step.target == Target::score) std::copy_n(scratch_.rows.data() + step.sum_row, 4, codes_);
  }

  const Plan& plan_;
  Scratch& scratch_;
  const TileView& tile_;
  std::size_t lanes_;
  std::int32_t* codes_;
  std::size_t stride_;
  Prefetcher prefetcher_;
};

template <class Leaf>
void run_full(const Plan& plan, Scratch& scratch, const TileView& tile, std::size_t lanes, std::int32_t* codes,
              std::size_t stride) {
  TileRun<Leaf> run(plan, scratch, tile, lanes, codes, stride);
  for (const Step& step : plan.steps()) std::visit([&](const auto& s) HWY_ATTR { run(s); }, step);
}

/// Events that do not fill their last group are copied, so that nothing is read behind the tile or written behind the
/// codes.
template <class Leaf>
void run_tile(const Plan& plan, Scratch& scratch, const TileView& tile, std::int32_t* codes, std::size_t stride) {
  const std::size_t lanes = (tile.lanes + 2 * N - 1) / (2 * N) * (2 * N);
  if (lanes == tile.lanes) return run_full<Leaf>(plan, scratch, tile, lanes, codes, stride);
  for (std::size_t k = 0; k < plan.features(); ++k) {
    const std::int16_t* in = tile.data + k * tile.stride;
    std::int16_t* out = scratch.input.data() + k * tile_lanes;
    if (tile.lanes == 1) {
      *out = *in;  // a call for each value is most of the time of a lone event
    } else {
      std::copy_n(in, tile.lanes, out);
    }
  }
  const TileView copy{scratch.input.data(), tile_lanes, tile.lanes, nullptr};
  const bool is_score = std::holds_alternative<LinearStep>(plan.steps().back());
  run_full<Leaf>(plan, scratch, copy, lanes, is_score ? scratch.codes.data() : codes, stride);
  if (is_score) std::copy_n(scratch.codes.data(), tile.lanes, codes);
}

}  // namespace

Isa isa(std::string_view name) { return {name, N, run_tile<MultiplyAdd>}; }
#if HWY_TARGET == HWY_AVX3
Isa isa_vnni(std::string_view name) { return {name, N, run_tile<Vnni>}; }
#endif

}  // namespace trigloop::score::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // HWY_SCALAR

#if HWY_ONCE
namespace trigloop::score {
namespace {

std::vector<Isa> detect() {
  std::vector<Isa> isas;
  const auto targets = hwy::SupportedTargets();
#if HWY_TARGETS & HWY_AVX3
  if (targets & HWY_AVX3) {
    if (__builtin_cpu_supports("avx512vnni")) isas.push_back(N_AVX3::isa_vnni("avx512vnni"));
    isas.push_back(N_AVX3::isa("avx512"));
  }
#endif
#if HWY_TARGETS & HWY_AVX2
  if (targets & HWY_AVX2) isas.push_back(N_AVX2::isa("avx2"));
#endif
#if HWY_TARGETS & HWY_SSE4
  if (targets & HWY_SSE4) isas.push_back(N_SSE4::isa("sse4"));
#endif
#if HWY_TARGETS & HWY_SSSE3
  if (targets & HWY_SSSE3) isas.push_back(N_SSSE3::isa("ssse3"));
#endif
#if HWY_TARGETS & HWY_NEON
  if (targets & HWY_NEON) isas.push_back(N_NEON::isa("neon"));
#endif
  isas.push_back(scalar_isa());
  return isas;
}

}  // namespace

std::span<const Isa> available_isas() {
  static const std::vector<Isa> isas = detect();
  return isas;
}

}  // namespace trigloop::score
#endif
