#pragma once
// A decoded cluster of events, still columnar. Columns are views into the memory of whoever decoded them (a reader, a
// simulator): cheap to pass, valid until that owner is asked for the next cluster.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "event/type.hpp"

namespace trigloop::event {

/// One column of a cluster.
///
/// Scalars: one value an entry. Fixed arrays: `inner` values an entry. Jagged: entry i holds the items
/// [offsets[i], offsets[i+1]), each of `inner` values. Values are native-endian, aligned to their size, and followed by
/// at least 64 bytes that may be read. A boolean is one byte, 0 or 1.
struct ColumnView {
  Type type = Type::int32;
  bool jagged = false;
  std::uint32_t inner = 1;          ///< values per item (the product of the fixed dimensions)
  const std::byte* data = nullptr;  ///< the first value of the first entry of the cluster
  std::size_t values = 0;           ///< values in all
  std::span<const std::uint32_t>
      offsets;  ///< jagged: entries + 1 item numbers, offsets[0] == 0; columns of one counter share it

  template <class T>
  std::span<const T> as() const noexcept {
    assert(type_of<T>() == type);
    return {reinterpret_cast<const T*>(data), values};
  }
};

struct Columns {
  std::uint64_t first_entry = 0;  ///< number of the cluster's first entry in its table
  std::size_t entries = 0;
  std::vector<ColumnView> columns;  ///< in the order in which they were asked for
};

}  // namespace trigloop::event
