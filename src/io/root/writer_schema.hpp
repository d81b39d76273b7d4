#pragma once
// What a table must be, and what its columns must hold, before ROOT's format can say it.
#include <cstdint>
#include <vector>

#include "io/sink.hpp"

namespace trigloop::io::root {

inline constexpr std::size_t not_jagged = static_cast<std::size_t>(-1);

/// Checks a table and returns for each column the number of the column that counts it, or `not_jagged`. Error: usage,
/// if a name is empty, twice there or cannot stand in a leaf list, if a shape is empty or too large, or if a counter is
/// not an integer scalar column of the same table.
std::vector<std::size_t> check_table(const TableSpec& table);

/// Checks a cluster against its table. `counters` is the result of check_table. Error: usage, naming the column, if
/// types, shapes or lengths are not those of the table or a counter contradicts the items that it counts.
void check_cluster(const TableSpec& table, const std::vector<std::size_t>& counters, const event::Columns& cluster);

/// Values per item: the product of the fixed dimensions.
std::uint64_t values_per_item(const ColumnSpec& column) noexcept;

}  // namespace trigloop::io::root
