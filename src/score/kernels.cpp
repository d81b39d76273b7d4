// The kernels of the SIMD engine, compiled once for each kind of machine (Highway's foreach_target) and once more with
// vpdpwssd: the steps of a plan, run one after the other over a tile. See score/plan.hpp for the rows that they work
// on, linear-inl.hpp for what decides the speed.
#include <algorithm>
#include <cstring>

#include "score/plane_steps.hpp"
#include "score/simd.hpp"

// SVE's vectors have no size at compile time, so they cannot stay in arrays of registers: NEON serves such machines.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "score/kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#if HWY_TARGET != HWY_SCALAR  // one lane has no halves to interleave: see kernels_scalar.cpp
#include "score/linear-inl.hpp"
#include "score/scale-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace trigloop::score::HWY_NAMESPACE {
namespace {

/// Scores back in the order of events.
HWY_INLINE void store_scores(const std::int32_t* sum_row, std::int32_t* codes, std::size_t lanes) {
  for (std::size_t i = 0; i < lanes; i += 4) std::memcpy(codes + event_of(i), sum_row + i, 4 * sizeof(std::int32_t));
}

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
  [[maybe_unused]] const auto targets = HWY_SUPPORTED_TARGETS;  // no call where there is but one
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
