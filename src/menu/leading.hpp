#pragma once
// The leading pts of a chunk of events, as rows: what the screen compares.
#include <array>
#include <cstdint>
#include <vector>

#include "menu/columns.hpp"
#include "menu/requirement.hpp"

namespace trigloop::menu {

/// Events whose leading pts are in the first-level cache at a time.
inline constexpr std::size_t chunk_events = 512;

class Leading {
 public:
  /// Makes the plain rows that the bounds name, and the first one of each kind whose objects they filter.
  Leading(const std::vector<Alternative>& alternatives, const Filters& filters);
  /// Of events [first, first + n), n <= chunk_events.
  void fill(const std::array<ObjectColumns, kinds>& columns, std::size_t first, std::size_t n);
  /// rows()[row_of(kind, rank)][event - first]; null for rows that are not made.
  const std::int16_t* const* rows() const noexcept { return rows_.data(); }
  /// Whether the lists of this kind are known to descend in these events, as the uGT's do.
  bool descends(Kind kind) const noexcept { return descends_[static_cast<std::size_t>(kind)]; }

 private:
  void want(const std::vector<Bound>& bounds, const Filters& filters);
  bool fill_descending(const ObjectColumns& columns, std::int16_t* const* out, std::size_t first, std::size_t n);

  void fill_sums(const std::array<ObjectColumns, kinds>& columns, std::size_t first, std::size_t n);

  std::array<std::vector<std::int16_t>, plain_rows> memory_;
  std::array<std::int16_t*, plain_rows> rows_{};
  std::array<bool, kinds> descends_{};
  std::vector<std::uint32_t> position_, kept_;
  std::vector<std::int16_t> starts_;
};

}  // namespace trigloop::menu
