#pragma once
// The counterpart of Source: tables of columns go out in clusters, and become visible by commit alone.
#include <cstdint>
#include <string>
#include <vector>

#include "event/columns.hpp"

namespace trigloop::io {

/// A column to be written.
struct ColumnSpec {
  std::string name;
  event::Type type = event::Type::int32;
  std::vector<std::uint64_t> shape;  ///< fixed dimensions of an item; empty for one value
  std::string counter;               ///< jagged: the name of the column (of the same table) that counts its items
};

struct TableSpec {
  std::string name, title;
  std::vector<ColumnSpec> columns;
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// Declares a table and returns its number. All tables come before the first append.
  virtual std::size_t add_table(const TableSpec& table) = 0;
  /// Appends a cluster; its columns are those of the TableSpec in order, counters included.
  virtual void append(std::size_t table, const event::Columns& cluster) = 0;
  /// Makes the whole output visible under its name. Without it nothing appears.
  virtual void commit() = 0;
};

}  // namespace trigloop::io
