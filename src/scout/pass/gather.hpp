#pragma once
// Single events out of a window of columns, for the few that are kept whole.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "event/columns.hpp"
#include "scout/record/tail.hpp"

namespace trigloop::scout {

/// Where the items of an entry are in a column.
struct Items {
  std::uint32_t first = 0, count = 0;
};
inline Items items_of(const event::ColumnView& column, std::size_t entry) noexcept {
  if (!column.jagged) return {static_cast<std::uint32_t>(entry) * column.inner, column.inner};
  return {column.offsets[entry], column.offsets[entry + 1] - column.offsets[entry]};
}

/// TailEvent::values of an entry. `columns`: per collection and field, or event::no_column, whose value is -1; a
/// collection without any column has no items. Values beyond 32 bits become the nearest.
TailEvent gather(const std::vector<std::vector<std::int32_t>>& columns, const event::Columns& window,
                 std::size_t entry);

}  // namespace trigloop::scout
