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
  /// Makes the rows that the groups' bounds name.
  explicit Leading(const std::vector<Group>& groups);
  /// Of events [first, first + n), n <= chunk_events.
  void fill(const std::array<ObjectColumns, kinds>& columns, std::size_t first, std::size_t n);
  /// rows()[row_of(kind, rank)][event - first]; null for rows that no bound names.
  const std::int16_t* const* rows() const noexcept { return rows_.data(); }

 private:
  void want(const std::vector<Group::Bound>& bounds);
  void fill_objects(const ObjectColumns& columns, std::int16_t* const* out, std::size_t first, std::size_t n);

  std::array<bool, menu::rows> wanted_{};
  std::array<std::vector<std::int16_t>, menu::rows> memory_;
  std::array<std::int16_t*, menu::rows> rows_{};
  std::vector<std::uint32_t> start_, count_, position_, kept_;
};

}  // namespace trigloop::menu
