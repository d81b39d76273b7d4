#pragma once
// Keys out of columns of any integer type.
#include <cstddef>
#include <cstdint>

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
  constexpr std::size_t block = 64;
  return event::visit(column.type, [&](auto type) {
    using T = std::conditional_t<std::is_same_v<decltype(type), bool>, std::uint8_t, decltype(type)>;
    const T* values = reinterpret_cast<const T*>(column.data);
    const T first = values[begin];
    std::size_t i = begin;
    // Whole blocks without a branch: compilers turn these into vectors.
    for (; i + block <= end; i += block) {
      bool other = false;
      for (std::size_t k = 0; k < block; ++k) other |= values[i + k] != first;
      if (other) break;
    }
    while (i < end && values[i] == first) ++i;
    return i;
  });
}

}  // namespace trigloop::scout
