#pragma once
// What tests of every format do with a source: read whole columns, and read everything of a damaged one.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "io/source.hpp"

namespace trigloop::test {

/// A column's values as bytes, in C order and native, read cluster by cluster.
inline std::string column_bytes(const io::Source& source, const std::string& table, const std::string& column,
                                const io::ReadOptions& options = {}, io::EntryRange range = {0, ~0ull}) {
  const auto reader = source.read({table, 0, {column}}, options);
  if (range.end != ~0ull) reader->rewind(range);
  std::string bytes;
  for (event::Columns cluster; reader->next(cluster);) {
    const event::ColumnView& view = cluster.columns[0];
    EXPECT_EQ(view.values, cluster.entries * view.inner);
    bytes.append(reinterpret_cast<const char*>(view.data), view.values * event::size_of(view.type));
  }
  return bytes;
}

template <class T>
std::vector<T> column_values(const io::Source& source, const std::string& table, const std::string& column) {
  const std::string bytes = column_bytes(source, table, column);
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Every readable column of every table, joined: what a damaged file can still give. Small units only.
inline std::string everything(const io::Source& source) {
  io::ReadOptions options;
  options.max_unit_bytes = 64u << 20;
  std::string all;
  for (const io::TableInfo& table : source.info().tables) {
    for (const io::ColumnInfo& column : table.columns) {
      if (column.type && column.raw_bytes < (64u << 20)) all += column_bytes(source, table.name, column.name, options);
    }
  }
  return all;
}

template <class T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

/// The code of the error that `work` throws; the message must be one line and name a file.
inline core::ErrorCode error_of(const std::function<void()>& work, std::string* text = nullptr) {
  try {
    work();
  } catch (const core::Error& e) {
    EXPECT_FALSE(e.file_name().empty()) << e.what();
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    if (text != nullptr) *text = e.what();
    return e.code();
  }
  ADD_FAILURE() << "no error";
  return core::ErrorCode::internal;
}

}  // namespace trigloop::test
