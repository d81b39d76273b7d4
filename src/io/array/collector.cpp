#include "io/array/collector.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"

namespace trigloop::io::array {

using core::Error;
using core::ErrorCode;

Collector::Collector(const TableSpec& table, std::uint64_t chunk_entries, unsigned batch)
    : chunk_entries_(chunk_entries), batch_rows_(chunk_entries * batch) {
  if (chunk_entries == 0 || chunk_entries > (1u << 31)) {
    throw Error(ErrorCode::usage, "chunks have between 1 and 2^31 entries");
  }
  for (const ColumnSpec& spec : table.columns) {
    if (std::ranges::any_of(columns_, [&](const Column& c) { return c.name == spec.name; })) {
      throw Error(ErrorCode::usage, "column '" + spec.name + "' is there twice");
    }
    if (!spec.counter.empty()) {
      throw Error(ErrorCode::unsupported, "column '" + spec.name + "' is jagged, which this format does not hold");
    }
    Layout layout{{spec.type}, {0}, {chunk_entries}, Order::c};
    for (const std::uint64_t extent : spec.shape) {
      layout.shape.push_back(extent);
      layout.chunk.push_back(std::max<std::uint64_t>(extent, 1));
    }
    array::check(layout);
    const std::uint64_t row_bytes = layout.inner() * event::size_of(spec.type);
    columns_.push_back({spec.name, std::move(layout), row_bytes, {}});
  }
}

void Collector::check(const event::Columns& cluster) const {
  if (cluster.columns.size() != columns_.size()) {
    throw Error(ErrorCode::usage, "a cluster has " + std::to_string(cluster.columns.size()) + " columns, its table " +
                                      std::to_string(columns_.size()));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const event::ColumnView& view = cluster.columns[i];
    const Layout& layout = columns_[i].layout;
    if (view.type != layout.encoding.type || view.jagged || view.values != cluster.entries * layout.inner()) {
      throw Error(ErrorCode::usage, "column '" + columns_[i].name + "' got values of another type or shape");
    }
  }
}

void Collector::append(const event::Columns& cluster, const Write& write) {
  check(cluster);
  const FillRows copy = [&](std::size_t i, std::uint64_t begin, std::uint64_t rows, std::byte* to) {
    const std::uint64_t row = columns_[i].row_bytes;
    if (row != 0) std::memcpy(to, cluster.columns[i].data + begin * row, rows * row);
  };
  for (std::uint64_t done = 0; done < cluster.entries;) {
    const bool whole = pending_rows_ == 0 && cluster.entries - done >= chunk_entries_;
    done += whole ? pass_through(cluster, done, write) : hold(done, cluster.entries, copy, write);
  }
}

void Collector::append(std::uint64_t rows, const FillRows& fill, const Write& write) {
  for (std::uint64_t done = 0; done < rows;) done += hold(done, rows, fill, write);
}

/// Whole chunks go out from the caller's memory, without a copy.
std::uint64_t Collector::pass_through(const event::Columns& cluster, std::uint64_t done, const Write& write) {
  const std::uint64_t chunks = std::min(cluster.entries - done, batch_rows_) / chunk_entries_;
  std::vector<FullChunk> full;
  for (std::uint64_t c = 0; c < chunks; ++c) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::uint64_t row = columns_[i].row_bytes;
      if (row == 0) continue;
      full.push_back(
          {i, chunks_ + c, {cluster.columns[i].data + (done + c * chunk_entries_) * row, chunk_entries_ * row}});
    }
  }
  rows_ += chunks * chunk_entries_;
  chunks_ += chunks;
  if (!full.empty()) write(full);
  return chunks * chunk_entries_;
}

/// Takes rows of [begin, end) until the batch is full, which then goes out. Returns how many.
std::uint64_t Collector::hold(std::uint64_t begin, std::uint64_t end, const FillRows& fill, const Write& write) {
  const std::uint64_t rows = std::min(batch_rows_ - pending_rows_, end - begin);
  const std::uint64_t chunks = (pending_rows_ + rows + chunk_entries_ - 1) / chunk_entries_;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    column.pending.resize(chunks * chunk_entries_ * column.row_bytes);
    fill(i, begin, rows, column.pending.data() + pending_rows_ * column.row_bytes);
  }
  pending_rows_ += rows;
  if (pending_rows_ == batch_rows_) flush(write);
  return rows;
}

void Collector::finish(const Write& write) {
  flush(write);
  for (Column& column : columns_) column.pending = {};
}

void Collector::flush(const Write& write) {
  const std::uint64_t chunks = (pending_rows_ + chunk_entries_ - 1) / chunk_entries_;
  std::vector<FullChunk> full;
  for (std::uint64_t c = 0; c < chunks; ++c) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      Column& column = columns_[i];
      const std::uint64_t bytes = chunk_entries_ * column.row_bytes, held = pending_rows_ * column.row_bytes;
      if (bytes == 0) continue;
      if (c + 1 == chunks) std::memset(column.pending.data() + held, 0, chunks * bytes - held);
      full.push_back({i, chunks_ + c, column.pending.span().subspan(c * bytes, bytes)});
    }
  }
  rows_ += pending_rows_;
  chunks_ += chunks;
  pending_rows_ = 0;
  if (!full.empty()) write(full);
}

Layout Collector::layout(std::size_t column) const {
  Layout layout = columns_[column].layout;
  layout.shape[0] = rows_ + pending_rows_;
  return layout;
}

}  // namespace trigloop::io::array
