#pragma once
// A Source over arrays: clusters of entries, cut so that no chunk is decoded twice in a sequential read.
#include <functional>
#include <memory>
#include <vector>

#include "io/array/array.hpp"
#include "io/source.hpp"

namespace trigloop::io::array {

/// What a format makes of a file: what it tells, and the arrays of each table in the order of its columns (null where
/// ColumnInfo::why_not says why).
struct Contents {
  SourceInfo info;
  std::vector<std::vector<std::shared_ptr<const Array>>> arrays;
  std::function<void()> check_unchanged;  ///< throws if the file is no longer the one that was opened; may be empty

  /// Adds a table and its arrays; its entries are the largest of its columns'.
  void add(TableInfo table, std::vector<std::shared_ptr<const Array>> columns);
};

std::unique_ptr<Source> make_source(Contents contents);

}  // namespace trigloop::io::array
