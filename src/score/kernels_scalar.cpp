// What a plan's steps mean, in plain loops over events. Lane e of a row is event e.
#include <algorithm>
#include <cstdlib>

#include "score/plane_steps.hpp"
#include "score/simd.hpp"

namespace trigloop::score {
namespace {

std::int32_t rounded(std::int32_t code, const Rounder& rounder) {
  if (rounder.half_even) code += (code >> rounder.shift) & 1;
  return code >> rounder.shift;
}

std::int32_t low_half(std::int32_t pair) { return static_cast<std::int16_t>(pair); }
std::int32_t high_half(std::int32_t pair) { return pair >> 16; }
std::int32_t paired(std::int32_t low, std::int32_t high) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(high) << 16 | static_cast<std::uint16_t>(low));
}

class ScalarRun {
 public:
  ScalarRun(const Plan& plan, Scratch& scratch, const TileView& tile, std::int32_t* codes, std::size_t stride)
      : plan_(plan), scratch_(scratch), tile_(tile), codes_(codes), stride_(stride) {}

  void operator()(const ScaleStep& step) const {
    for (std::size_t k = 0; k < step.features.size(); ++k) {
      const ScaledFeature& feature = step.features[k];
      const RowPlace place{0, static_cast<std::uint32_t>(step.first_row + k / 2 * tile_lanes), k % 2 == 1};
      for (std::size_t e = 0; e < tile_.lanes; ++e)
        half_of(scratch_, place, e) = scaled(feature, tile_.data[feature.source * tile_.stride + e]);
    }
  }

  void operator()(const LinearStep& step) const {
    for (std::size_t e = 0; e < tile_.lanes; ++e) {
      std::int32_t squares = step.sum_rounder.add;
      for (const Block& block : step.blocks) finish(step, block, e, squares);
      if (step.target == Target::score)
        codes_[e] = std::clamp(rounded(squares, step.sum_rounder), step.sum_low, step.sum_high);
    }
  }

  template <class Step>
  void operator()(const Step& step) const {
    run_plane_step(step, plan_, scratch_, tile_, codes_, stride_, [](std::size_t lane) { return lane; });
  }

 private:
  static std::int16_t scaled(const ScaledFeature& feature, std::int16_t x) {
    const Scaling& s = feature.scaling;
    return feature.table.empty()
               ? s(x)
               : feature.table[static_cast<std::size_t>(std::clamp(x, s.clamp_low, s.clamp_high) - s.clamp_low)];
  }

  void finish(const LinearStep& step, const Block& block, std::size_t e, std::int32_t& squares) const {
    const std::int32_t sums[2] = {sum(step, block, 0, e), sum(step, block, 1, e)};
    if (step.target == Target::score) {
      for (const std::int32_t d : sums)
        squares += std::min(std::abs(d), step.limit) * std::min(std::abs(d), step.limit);
      return;
    }
    std::int32_t codes[2];
    for (int half = 0; half < 2; ++half)
      codes[half] = std::clamp(rounded(sums[half], step.rounder), block.low[half], block.high[half]);
    if (step.target == Target::rows && step.split == 0) {
      scratch_.rows[block.target + e] = paired(codes[0], codes[1]);
      return;
    }
    if (step.target == Target::rows) {
      for (std::uint32_t half = 0; half < 2; ++half)
        put(scratch_, {0, static_cast<std::uint32_t>(block.target + half * tile_lanes), false, step.split}, e,
            codes[half]);
      return;
    }
    for (std::size_t half = 0; half < 2 && block.target + half < step.outputs; ++half)
      plan_.exact().set_code(scratch_.planes, step.node, block.target + half, e, codes[half]);
  }

  std::int32_t sum(const LinearStep& step, const Block& block, int half, std::size_t e) const {
    std::int32_t sum = block.bias[half];
    const auto add = [&](std::uint32_t begin, std::uint32_t end, int weights) {
      for (std::uint32_t t = begin; t < end; ++t) {
        const std::int32_t x = scratch_.rows[step.terms[t].row + e], w = step.terms[t].weights[weights];
        sum += low_half(x) * low_half(w) + high_half(x) * high_half(w);
      }
    };
    add(block.begin, block.both, half);
    if (half == 0) add(block.both, block.first, 0);
    if (half == 1) add(block.first, block.end, 0);
    return sum;
  }

  const Plan& plan_;
  Scratch& scratch_;
  const TileView& tile_;
  std::int32_t* codes_;
  std::size_t stride_;
};

void run_tile(const Plan& plan, Scratch& scratch, const TileView& tile, std::int32_t* codes, std::size_t stride) {
  const ScalarRun run(plan, scratch, tile, codes, stride);
  for (const Step& step : plan.steps()) std::visit(run, step);
}

}  // namespace

Isa scalar_isa() { return {"scalar", 1, run_tile}; }

}  // namespace trigloop::score
