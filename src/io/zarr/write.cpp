#include <algorithm>
#include <cassert>
#include <cstring>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/zarr/metadata.hpp"
#include "io/zarr/zarr.hpp"

namespace trigloop::io::zarr {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

/// A name may be nested; no part may hide, climb or be a chunk's or Zarr's own file.
void check_name(const std::string& name, bool may_nest) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && name[i] != '/') continue;
    const bool bad = i == begin || name[begin] == '.' || i - begin > 255;
    if (bad || (i < name.size() && !may_nest) || name.find('\0') != std::string::npos) {
      throw Error(ErrorCode::usage, "'" + core::escaped(name.substr(0, 300)) + "' cannot name a Zarr node");
    }
    begin = i + 1;
  }
}

fs::path in_group(const std::string& group, const std::string& name) {
  return group.empty() ? fs::path(name) : fs::path(group) / name;
}

}  // namespace

/// A column's values that fill no chunk yet.
struct Writer::Column {
  std::string name;
  ArrayMeta meta;
  std::uint64_t row_bytes = 0;
  core::ByteBuffer pending;
};

struct Writer::Table {
  std::string name;
  std::vector<Column> columns;
  std::uint64_t chunks = 0;        ///< written so far, of each column
  std::uint64_t pending_rows = 0;  ///< held in memory, of each column
};

Writer::Writer(fs::path path, WriteOptions options) : folder_(path), options_(std::move(options)) {
  std::error_code error;
  if (fs::exists(folder_.path(), error) && !is_store(folder_.path())) {
    throw Error(ErrorCode::output, "exists and is no Zarr store").file(path.native()).remedy("Choose another name");
  }
  check(options_.compressor);
  if (options_.chunk_entries == 0 || (options_.separator != '.' && options_.separator != '/')) {
    throw Error(ErrorCode::usage, "chunks need at least one entry, and a separator '.' or '/'").file(path.native());
  }
  if (options_.threads == 0) options_.threads = core::available_cores();
}

Writer::~Writer() = default;

std::size_t Writer::add_table(const TableSpec& spec) {
  if (!spec.name.empty()) check_name(spec.name, true);
  const auto same = [&](const auto& other) { return other.name == spec.name; };
  if (std::ranges::any_of(tables_, same)) throw Error(ErrorCode::usage, "group '" + spec.name + "' is there already");
  Table table;
  table.name = spec.name;
  for (const ColumnSpec& column : spec.columns) {
    check_name(column.name, false);
    if (!column.counter.empty()) {
      throw Error(ErrorCode::unsupported, "column '" + column.name + "': Zarr v2 holds no jagged arrays");
    }
    ArrayMeta meta;
    meta.layout.encoding.type = column.type;
    meta.layout.shape.assign(1, 0);
    meta.layout.shape.insert(meta.layout.shape.end(), column.shape.begin(), column.shape.end());
    meta.layout.chunk = meta.layout.shape;
    for (std::uint64_t& extent : meta.layout.chunk) extent = std::max<std::uint64_t>(extent, 1);
    meta.layout.chunk[0] = options_.chunk_entries;
    array::check(meta.layout);
    meta.compressor = options_.compressor;
    meta.separator = options_.separator;
    const std::uint64_t row_bytes = meta.layout.inner() * event::size_of(column.type);
    table.columns.push_back({column.name, std::move(meta), row_bytes, {}});
  }
  tables_.push_back(std::move(table));
  return tables_.size() - 1;
}

void Writer::append(std::size_t number, const event::Columns& cluster) {
  Table& table = tables_.at(number);
  if (cluster.columns.size() != table.columns.size()) {
    throw Error(ErrorCode::usage, "a cluster has " + std::to_string(cluster.columns.size()) + " columns, the group " +
                                      std::to_string(table.columns.size()));
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const event::ColumnView& view = cluster.columns[i];
    const array::Layout& layout = table.columns[i].meta.layout;
    if (view.type != layout.encoding.type || view.jagged || view.values != cluster.entries * layout.inner()) {
      throw Error(ErrorCode::usage, "column '" + table.columns[i].name + "' got values of another type or shape");
    }
  }
  // A part of the cluster at a time, so that no more than a chunk for each thread waits in memory.
  const std::uint64_t batch = options_.chunk_entries * options_.threads;
  for (std::uint64_t done = 0; done < cluster.entries;) {
    const std::uint64_t rows = std::min(batch - table.pending_rows, cluster.entries - done);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      Column& column = table.columns[i];
      const std::uint64_t held = table.pending_rows * column.row_bytes, bytes = rows * column.row_bytes;
      column.pending.resize(held + bytes);
      if (bytes != 0) std::memcpy(&column.pending[held], cluster.columns[i].data + done * column.row_bytes, bytes);
    }
    done += rows;
    table.pending_rows += rows;
    if (table.pending_rows == batch) flush(table, false);
  }
}

/// Writes all chunks that are full; with `last`, the rest too, padded to the full size with the fill value 0.
void Writer::flush(Table& table, bool last) {
  const std::uint64_t entries = options_.chunk_entries, rows = table.pending_rows;
  const std::uint64_t chunks = rows / entries + (last && rows % entries != 0 ? 1 : 0);
  for (Column& column : table.columns) {
    column.meta.layout.shape[0] += rows;
    if (column.row_bytes == 0) continue;
    column.pending.resize(chunks * entries * column.row_bytes);
    const std::uint64_t held = rows * column.row_bytes;
    if (held < column.pending.size()) std::memset(&column.pending[held], 0, column.pending.size() - held);
  }
  core::parallel_for(chunks * table.columns.size(), options_.threads, [&](std::size_t item, unsigned) {
    const Column& column = table.columns[item % table.columns.size()];
    if (column.row_bytes == 0) return;
    const std::uint64_t chunk = item / table.columns.size(), bytes = entries * column.row_bytes;
    Codec codec(column.meta.compressor, column.meta.layout.encoding.stored_bytes());
    std::vector<std::uint64_t> index(column.meta.layout.shape.size(), 0);
    index[0] = table.chunks + chunk;
    folder_.write(in_group(table.name, column.name) / column.meta.chunk_name(index),
                  codec.encode(column.pending.span().subspan(chunk * bytes, bytes)));
  });
  table.chunks += chunks;
  table.pending_rows = 0;
}

void Writer::set_attributes(const std::string& node, std::string json) {
  if (!node.empty()) check_name(node, true);
  check_attributes(json);
  attributes_.push_back({node, std::move(json)});
}

void Writer::commit() {
  folder_.write(".zgroup", group_json);
  for (Table& table : tables_) {
    flush(table, true);
    for (fs::path group = table.name; !group.empty(); group = group.parent_path()) {
      folder_.write(group / ".zgroup", group_json);
    }
    for (const Column& column : table.columns) {
      folder_.write(in_group(table.name, column.name) / ".zarray", make_array(column.meta));
    }
  }
  for (const Attributes& a : attributes_) folder_.write(in_group(a.node, ".zattrs"), a.json);
  folder_.commit();
}

}  // namespace trigloop::io::zarr
