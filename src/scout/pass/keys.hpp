#pragma once
// Keys out of columns of any integer type.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "event/columns.hpp"

namespace trigloop::scout {

/// The value of an integer column, cut to 32 bits. Tilers and `wide_key` see to those that do not fit.
inline std::uint32_t key_at(const event::ColumnView& column, std::size_t entry) {
  return event::visit(column.type, [&](auto type) {
    using T = decltype(type);
    if constexpr (std::is_same_v<T, bool>) {
      return static_cast<std::uint32_t>(column.data[entry]);
    } else {
      return static_cast<std::uint32_t>(reinterpret_cast<const T*>(column.data)[entry]);
    }
  });
}

/// The first entry from `begin` on, below `end`, whose value is not that of `begin`; else `end`.
inline std::size_t same_until(const event::ColumnView& column, std::size_t begin, std::size_t end) {
  const std::size_t size = event::size_of(column.type);
  const std::byte* first = column.data + begin * size;
  // Values that are all the same equal themselves one further, which is seen at the speed of memory.
  if (end - begin <= 1 || std::memcmp(first, first + size, (end - begin - 1) * size) == 0) return end;
  std::size_t i = begin;
  while (i < end && std::memcmp(first, column.data + i * size, size) == 0) ++i;
  return i;
}

}  // namespace trigloop::scout
