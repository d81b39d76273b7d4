#include "io/zarr/scatter.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "core/error.hpp"

namespace trigloop::io::zarr {

struct ScatterWriter::Chunk {
  std::vector<std::byte> bytes;  ///< of all entries of the chunk, beyond the array's edge zeros
  std::uint64_t missing = 0;     ///< entries that have not come
};

ScatterWriter::ScatterWriter(std::filesystem::path path, const std::vector<ColumnSpec>& columns, std::uint64_t entries,
                             WriteOptions options)
    : folder_(path), options_(std::move(options)), entries_(entries) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !is_store(path)) {
    throw core::Error(core::ErrorCode::output, "exists and is no Zarr store")
        .file(path.native())
        .remedy("Choose another name");
  }
  check(options_.compressor);
  for (const ColumnSpec& spec : columns) {
    Column& column = columns_.emplace_back();
    column.name = spec.name;
    column.meta.layout.encoding.type = spec.type;
    column.meta.layout.shape = spec.shape;
    column.meta.layout.shape.insert(column.meta.layout.shape.begin(), entries);
    column.meta.layout.chunk = column.meta.layout.shape;
    column.meta.layout.chunk[0] = std::max<std::uint64_t>(1, std::min(entries, options_.chunk_entries));
    column.meta.compressor = options_.compressor;
    column.meta.separator = options_.separator;
    array::check(column.meta.layout);
    column.row_bytes = column.meta.layout.inner() * event::size_of(spec.type);
  }
}

ScatterWriter::~ScatterWriter() = default;

std::shared_ptr<ScatterWriter::Chunk> ScatterWriter::chunk(Column& column, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Chunk>& chunk = column.waiting[number];
  if (!chunk) {
    const std::uint64_t size = column.meta.layout.chunk[0];
    chunk = std::make_shared<Chunk>();
    chunk->bytes.resize(column.meta.layout.chunk_bytes());
    chunk->missing = std::min(size, entries_ - number * size);
  }
  return chunk;
}

void ScatterWriter::write(Column& column, std::uint64_t number, const Chunk& chunk) {
  std::vector<std::uint64_t> index(column.meta.layout.shape.size(), 0);
  index[0] = number;
  Codec codec(options_.compressor);
  folder_.write(std::filesystem::path(column.name) / column.meta.chunk_name(index),
                codec.encode(chunk.bytes, column.meta.layout.encoding.stored_bytes()));
}

void ScatterWriter::put(std::size_t number, std::uint64_t first, std::size_t count, const void* rows) {
  assert(first + count <= entries_);
  Column& column = columns_.at(number);
  const std::uint64_t size = column.meta.layout.chunk[0];
  const auto* from = static_cast<const std::byte*>(rows);
  for (const std::uint64_t end = first + count; first < end;) {
    const std::uint64_t at = first / size, n = std::min(end, (at + 1) * size) - first;
    const std::shared_ptr<Chunk> part = chunk(column, at);
    std::memcpy(part->bytes.data() + (first - at * size) * column.row_bytes, from, n * column.row_bytes);
    bool full = false;
    {
      const std::lock_guard lock(mutex_);
      assert(part->missing >= n);
      part->missing -= n;
      full = part->missing == 0;
      if (full) column.waiting.erase(at);
      if (full) column.complete += std::min(size, entries_ - at * size);
    }
    if (full) write(column, at, *part);
    first += n;
    from += n * column.row_bytes;
  }
}

std::uint64_t ScatterWriter::waiting_bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const Column& column : columns_) sum += column.waiting.size() * column.meta.layout.chunk_bytes();
  return sum;
}

void ScatterWriter::finish(const std::string& attributes) {
  check_attributes(attributes);
  for (const Column& column : columns_) {
    if (column.complete == entries_) continue;
    throw core::Error(core::ErrorCode::mismatch, std::to_string(entries_ - column.complete) + " of " +
                                                     std::to_string(entries_) + " entries have not been written")
        .in("array '" + column.name + "'")
        .file(folder_.path().native());
  }
  folder_.write(".zgroup", group_json);
  for (const Column& column : columns_) {
    folder_.write(std::filesystem::path(column.name) / ".zarray", make_array(column.meta));
  }
  folder_.write(".zattrs", attributes);
}

}  // namespace trigloop::io::zarr
