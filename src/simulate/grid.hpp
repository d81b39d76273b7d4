#pragma once
// The grid on which distributions are tabulated, and the two ways to choose between its rows.
//
// The unit interval is cut into 2^k equal segments, and the last one again by octaves of the survival probability, so
// that a steeply falling spectrum is resolved at one in 10^5. A place on the grid is a knot and a fraction; that is
// also how levels (probabilities) are kept: 16.16 numbers that are stretched towards 1. Everything is integer
// arithmetic: one result on every machine.
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace trigloop::simulate {

/// A probability as a place on the common grid: knot << 16 | fraction.
using Level = std::int32_t;

inline constexpr std::uint32_t level_segments = 16, level_octaves = 10;
inline constexpr Level last_level = static_cast<Level>((level_segments + level_octaves) << 16) - 1;

class Grid {
 public:
  Grid(std::uint32_t segments, std::uint32_t octaves)
      : shift_(static_cast<std::uint32_t>(32 - std::countr_zero(segments))), last_(segments - 1), octaves_(octaves) {}

  std::uint32_t knots() const noexcept { return last_ + octaves_ + 2; }

  /// Where the probability `uniform` / 2^32 lies.
  Level place(std::uint32_t uniform) const noexcept {
    std::uint32_t segment = uniform >> shift_;
    std::uint32_t fraction = uniform << (32 - shift_) >> 16;
    if (octaves_ != 0 && segment == last_) [[unlikely]] {
      const std::uint32_t survival = ~(uniform << (32 - shift_));  // in units of the last segment
      const auto octave = static_cast<std::uint32_t>(std::countl_zero(survival));
      // An octave halves the survival; the last one takes all that is left.
      fraction = octave < octaves_ ? ~survival << (octave + 1) >> 16 : ~(survival << octaves_) >> 16;
      segment += octave < octaves_ ? octave : octaves_;
    }
    return static_cast<Level>(segment << 16 | fraction);
  }

 private:
  std::uint32_t shift_, last_, octaves_;
};

/// The row of knots read at a place, linear between knots.
inline std::int32_t read(const std::int32_t* knots, Level at) noexcept {
  const std::int32_t* const knot = knots + (at >> 16);
  return knot[0] + static_cast<std::int32_t>(static_cast<std::int64_t>(knot[1] - knot[0]) * (at & 0xFFFF) >> 16);
}

/// `low` and `high` mixed; `weight` of `high` in 65536ths.
inline std::int32_t mixed(std::int32_t low, std::int32_t high, std::int32_t weight) noexcept {
  return low + static_cast<std::int32_t>(static_cast<std::int64_t>(high - low) * weight >> 16);
}

/// Nodes of an integer: a value between two nodes belongs to either, at random, with linear weights. So a coarse table
/// follows a slope, and its marginals stay what they were. Look-up is one load.
class Axis {
 public:
  Axis(std::span<const int> nodes, std::uint32_t stride);
  /// stride * node; `chance` is random, 8 bits.
  std::uint32_t operator()(int value, std::uint32_t chance) const noexcept {
    const Step step = step_of(value);
    return step.row + (chance < step.weight ? stride_ : 0);
  }
  /// Both nodes, for quantiles that are to be mixed: stride * node of each, and the weight of the second in 65536ths.
  struct Pair {
    std::uint32_t below, above;
    std::int32_t weight;
  };
  Pair both(int value) const noexcept {
    const Step step = step_of(value);
    return {step.row, step.row + (step.weight != 0 ? stride_ : 0), step.weight << 8};
  }

 private:
  struct Step {
    std::uint16_t row, weight;  // of the node below; of the node above, in 256ths
  };
  Step step_of(int value) const noexcept {
    const int last = static_cast<int>(steps_.size()) - 1;
    return steps_[static_cast<std::size_t>(value < 0 ? 0 : value < last ? value : last)];
  }
  std::uint32_t stride_;
  std::vector<Step> steps_;
};

}  // namespace trigloop::simulate
