#pragma once
// The copula chain: how strongly an object is above or below what ET lets expect (its level), passed from rank to rank.
//
// LevelTable turns a level into a value, given ET; Link draws the level of one variable from that of another. Keeping
// the two apart keeps both small: the marginals at each ET are exact, and the correlation of neighbours is one table.
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "simulate/grid.hpp"

namespace trigloop::simulate {

/// Where a value of ET lies between the nodes that all level tables share.
struct EtPlace {
  std::uint32_t node = 0;
  std::int32_t weight = 0;  ///< of the node above, in 65536ths
};

class EtNodes {
 public:
  explicit EtNodes(std::string_view text);
  EtPlace operator()(int et) const noexcept;

 private:
  std::vector<int> nodes_;
};

/// Quantiles of a variable at the nodes of ET, interpolated between them.
class LevelTable {
 public:
  explicit LevelTable(std::string_view text);

  /// The value at a level, 16.16.
  std::int32_t value(EtPlace et, Level level) const noexcept {
    const std::int32_t* const row = rows_.data() + et.node * width;
    return mixed(read(row + 1, level), read(row + width + 1, level), et.weight);
  }
  /// The level below which there is no object.
  Level absent(EtPlace et) const noexcept {
    const std::int32_t* const row = rows_.data() + et.node * width;
    return mixed(row[0], row[width], et.weight);
  }
  /// The level at which the value (16.16) is reached.
  Level rank(EtPlace et, std::int32_t value) const noexcept;

 private:
  static constexpr std::uint32_t knots = level_segments + level_octaves + 1, width = knots + 1;
  std::vector<std::int32_t> rows_;
};

/// The level of a variable, given the level of its parent and the nodes of a third variable (a single node if none).
class Link {
 public:
  explicit Link(std::string_view text);

  /// Takes 64 random bits: 8 for the third variable, 32 for the draw.
  Level draw(std::uint64_t random, Level parent, int third = 0) const noexcept {
    const Level at = grid_.place(static_cast<std::uint32_t>(random >> 32));
    // Rows stand at spacing/2, 3/2 spacing, ...; the first and the last reach to the ends.
    std::int32_t position = (parent >> spacing_shift_) - 0x8000;
    position = position < 0 ? 0 : position < last_ ? position : last_;
    const std::int32_t* const row =
        rows_.data() + third_(third, random & 255) + static_cast<std::uint32_t>(position >> 16) * width_;
    return mixed(read(row, at), read(row + width_, at), position & 0xFFFF);
  }

 private:
  Grid grid_{16, 0};
  std::uint32_t width_ = 0, spacing_shift_ = 0;
  std::int32_t last_ = 0;
  Axis third_{std::array{0}, 0};
  std::vector<std::int32_t> rows_;
};

}  // namespace trigloop::simulate
