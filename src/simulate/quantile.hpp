#pragma once
// Conditional distributions as quantile tables: one row for each combination of nodes of what a variable depends on.
#include <cstdint>
#include <string_view>
#include <vector>

#include "simulate/grid.hpp"
#include "simulate/random.hpp"

namespace trigloop::simulate {

class QuantileTable {
 public:
  /// `text`: one table of src/simulate/generated, after its name.
  explicit QuantileTable(std::string_view text);

  static constexpr std::int32_t none = -1;

  /// A value at these places of the axes, 16.16, or `none` (no muon, no partner). Takes 64 random bits: 24 choose among
  /// at most three pairs of nodes, 16 whether there is a value, 24 its quantile.
  template <class... Values>
  std::int32_t draw(std::uint64_t random, Values... values) const noexcept {
    static_assert(sizeof...(Values) <= 3);
    const std::int32_t* const at = row(static_cast<std::uint32_t>(random), values...);
    if (static_cast<std::int32_t>(random >> 24 & 0xFFFF) < at[0]) return none;
    return read(at + 1, grid_.place(static_cast<std::uint32_t>(random >> 40) << 8 | 0x80));
  }
  /// The same from 32 bits, for variables that are always there and have at most two axes.
  template <class... Values>
  std::int32_t draw_short(Bits& bits, Values... values) const noexcept {
    static_assert(sizeof...(Values) <= 2);
    const std::int32_t* const at = row(bits.take(16), values...);
    return read(at + 1, grid_.place(bits.level(16)));
  }

  /// A value that is always there, from 64 bits: along the first axis quantiles are mixed instead of nodes, for spreads
  /// that grow along it.
  std::int32_t draw_mixed(std::uint64_t random, int first, int second) const noexcept {
    const Axis::Pair nodes = axes_[0].both(first);
    const std::int32_t* const at = rows_.data() + axes_[1](second, static_cast<std::uint32_t>(random) >> 8 & 255) + 1;
    const Level level = grid_.place(static_cast<std::uint32_t>(random >> 40) << 8 | 0x80);
    return mixed(read(at + nodes.below, level), read(at + nodes.above, level), nodes.weight);
  }

 private:
  /// A row begins with the share, in 65536ths, of events that have no value.
  template <class... Values>
  const std::int32_t* row(std::uint32_t chance, Values... values) const noexcept {
    std::uint32_t at = 0;
    const Axis* axis = axes_.data();
    ((at += (*axis++)(values, chance & 255), chance >>= 8), ...);
    return rows_.data() + at;
  }

  Grid grid_{32, 0};
  std::vector<Axis> axes_;
  std::vector<std::int32_t> rows_;
};

}  // namespace trigloop::simulate
