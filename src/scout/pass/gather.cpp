#include "scout/pass/gather.hpp"

#include <algorithm>
#include <utility>

#include "event/plan.hpp"

namespace trigloop::scout {
namespace {

template <class T>
std::int32_t nearest(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<std::int32_t>(std::clamp<double>(value, INT32_MIN, INT32_MAX));
  } else if (std::cmp_less(value, INT32_MIN)) {
    return INT32_MIN;
  } else if (std::cmp_greater(value, INT32_MAX)) {
    return INT32_MAX;
  } else {
    return static_cast<std::int32_t>(value);
  }
}

std::int32_t value_at(const event::ColumnView& column, std::size_t at) {
  return event::visit(column.type, [&](auto type) {
    using T = decltype(type);
    if constexpr (std::is_same_v<T, bool>) {
      return static_cast<std::int32_t>(column.data[at]);
    } else {
      return nearest(reinterpret_cast<const T*>(column.data)[at]);
    }
  });
}

}  // namespace

TailEvent gather(const std::vector<std::vector<std::int32_t>>& columns, const event::Columns& window,
                 std::size_t entry) {
  const auto items_in = [&](const std::vector<std::int32_t>& fields) {
    std::uint32_t items = UINT32_MAX;
    for (const std::int32_t c : fields) {
      if (c != event::no_column)
        items = std::min(items, items_of(window.columns[static_cast<std::size_t>(c)], entry).count);
    }
    return items == UINT32_MAX ? 0 : items;
  };
  std::size_t values = 0;
  for (const auto& fields : columns) values += 1 + items_in(fields) * fields.size();
  TailEvent event;
  event.values.reserve(values);
  for (const auto& fields : columns) {
    const std::uint32_t items = items_in(fields);
    event.values.push_back(static_cast<std::int32_t>(items));
    for (std::uint32_t k = 0; k < items; ++k) {
      for (const std::int32_t c : fields) {
        if (c == event::no_column) {
          event.values.push_back(-1);
          continue;
        }
        const event::ColumnView& column = window.columns[static_cast<std::size_t>(c)];
        event.values.push_back(value_at(column, items_of(column, entry).first + k));
      }
    }
  }
  return event;
}

}  // namespace trigloop::scout
