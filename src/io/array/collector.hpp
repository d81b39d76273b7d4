#pragma once
// The writers' side: clusters of any length come in, whole chunks go out.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "event/columns.hpp"
#include "io/array/array.hpp"
#include "io/sink.hpp"

namespace trigloop::io::array {

/// A chunk of one column, in C order and native bytes, padded with zeros at the array's end.
struct FullChunk {
  std::size_t column = 0;
  std::uint64_t number = 0;  ///< along the first dimension; chunks span the others
  std::span<const std::byte> bytes;
};

/// Puts `rows` values of a column, the first being that of row `begin` of those that are appended, behind `to`.
using FillRows = std::function<void(std::size_t column, std::uint64_t begin, std::uint64_t rows, std::byte* to)>;

/// Collects the rows of a table until chunks are full, and hands them out a batch at a time, so that a writer can
/// compress them on several threads.
class Collector {
 public:
  using Write = std::function<void(std::span<const FullChunk>)>;

  /// `batch`: chunks of each column that may wait in memory. Errors: usage, for a name used twice; unsupported, for
  /// jagged columns or absurd shapes.
  Collector(const TableSpec& table, std::uint64_t chunk_entries, unsigned batch);

  /// Error: usage, if the cluster is not of the table's columns.
  void append(const event::Columns& cluster, const Write& write);
  /// Rows that are made where they are to lie, without a copy.
  void append(std::uint64_t rows, const FillRows& fill, const Write& write);
  /// Hands out what is left, and frees the memory; no rows may follow.
  void finish(const Write& write);

  std::size_t columns() const noexcept { return columns_.size(); }
  const std::string& name(std::size_t column) const { return columns_[column].name; }
  /// Shape and chunks of a column; the shape counts the rows that were appended so far.
  Layout layout(std::size_t column) const;

 private:
  struct Column {
    std::string name;
    Layout layout;
    std::uint64_t row_bytes = 0;
    core::ByteBuffer pending;
  };
  void check(const event::Columns& cluster) const;
  std::uint64_t pass_through(const event::Columns& cluster, std::uint64_t done, const Write& write);
  std::uint64_t hold(std::uint64_t begin, std::uint64_t end, const FillRows& fill, const Write& write);
  void flush(const Write& write);

  std::vector<Column> columns_;
  std::uint64_t chunk_entries_, batch_rows_, pending_rows_ = 0, chunks_ = 0, rows_ = 0;
};

}  // namespace trigloop::io::array
