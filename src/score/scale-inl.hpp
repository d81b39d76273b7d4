// The first step of a plan: hardware integers become the network's inputs, two features a row.
//
// Compiled once for each kind of machine, so its guard opens again with each (Highway's convention for "-inl" headers).
#if defined(TRIGLOOP_SCORE_SCALE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIGLOOP_SCORE_SCALE_INL_HPP
#undef TRIGLOOP_SCORE_SCALE_INL_HPP
#else
#define TRIGLOOP_SCORE_SCALE_INL_HPP
#endif

#include <algorithm>

#include "score/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::score::HWY_NAMESPACE {
namespace {

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

/// x in the low halves, y in the high ones, for a group of events.
HWY_INLINE void store_pairs(V16 x, V16 y, std::int32_t* row) {
  hn::Store(hn::BitCast(d32, hn::InterleaveLower(d16, x, y)), d32, row);
  hn::Store(hn::BitCast(d32, hn::InterleaveUpper(d16, x, y)), d32, row + N);
}

/// The rare case: at least one of the two features goes by its table.
inline void scale_row_by_table(const ScaledFeature& a, const ScaledFeature& b, const TileView& tile, std::size_t lanes,
                               std::int32_t* row) {
  HWY_ALIGN std::int16_t low[tile_lanes], high[tile_lanes];
  scale_feature(a, tile, lanes, low);
  scale_feature(b, tile, lanes, high);
  for (std::size_t e = 0; e < lanes; e += 2 * N) store_pairs(hn::Load(d16, low + e), hn::Load(d16, high + e), row + e);
}

inline void run_scale(const ScaleStep& step, const TileView& tile, std::size_t lanes, std::int32_t* rows) {
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

}  // namespace
}  // namespace trigloop::score::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // TRIGLOOP_SCORE_SCALE_INL_HPP
