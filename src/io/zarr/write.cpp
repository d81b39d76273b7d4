#include <algorithm>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/array/collector.hpp"
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

struct Writer::Table {
  std::string name;
  array::Collector rows;
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
  for (unsigned i = 0; i < options_.threads; ++i) codecs_.emplace_back(options_.compressor);
}

Writer::~Writer() = default;

std::size_t Writer::add_table(const TableSpec& spec) {
  if (!spec.name.empty()) check_name(spec.name, true);
  const auto same = [&](const auto& other) { return other.name == spec.name; };
  if (std::ranges::any_of(tables_, same)) throw Error(ErrorCode::usage, "group '" + spec.name + "' is there already");
  for (const ColumnSpec& column : spec.columns) check_name(column.name, false);
  try {
    tables_.push_back({spec.name, array::Collector(spec, options_.chunk_entries, options_.threads)});
  } catch (Error& e) {
    e.in("group '" + spec.name + "'").file(folder_.path().native());
    throw;
  }
  return tables_.size() - 1;
}

ArrayMeta Writer::meta_of(const Table& table, std::size_t column) const {
  ArrayMeta meta;
  meta.layout = table.rows.layout(column);
  meta.compressor = options_.compressor;
  meta.separator = options_.separator;
  return meta;
}

/// Compresses and writes chunks, each by whichever thread is free.
void Writer::write(const Table& table, std::span<const array::FullChunk> chunks) {
  core::parallel_for(chunks.size(), options_.threads, [&](std::size_t i, unsigned worker) {
    const array::FullChunk& chunk = chunks[i];
    const ArrayMeta meta = meta_of(table, chunk.column);
    std::vector<std::uint64_t> index(meta.layout.shape.size(), 0);
    index[0] = chunk.number;
    folder_.write(in_group(table.name, table.rows.name(chunk.column)) / meta.chunk_name(index),
                  codecs_[worker].encode(chunk.bytes, meta.layout.encoding.stored_bytes()));
  });
}

void Writer::append(std::size_t number, const event::Columns& cluster) {
  Table& table = tables_.at(number);
  try {
    table.rows.append(cluster, [&](std::span<const array::FullChunk> chunks) { write(table, chunks); });
  } catch (Error& e) {
    e.in("group '" + table.name + "'").file(folder_.path().native());
    throw;
  }
}

void Writer::set_attributes(const std::string& node, std::string json) {
  if (!node.empty()) check_name(node, true);
  check_attributes(json);
  attributes_.push_back({node, std::move(json)});
}

void Writer::commit() {
  folder_.write(".zgroup", group_json);
  for (Table& table : tables_) {
    table.rows.finish([&](std::span<const array::FullChunk> chunks) { write(table, chunks); });
    for (fs::path group = table.name; !group.empty(); group = group.parent_path()) {
      folder_.write(group / ".zgroup", group_json);
    }
    for (std::size_t i = 0; i < table.rows.columns(); ++i) {
      folder_.write(in_group(table.name, table.rows.name(i)) / ".zarray", make_array(meta_of(table, i)));
    }
  }
  for (const Attributes& a : attributes_) folder_.write(in_group(a.node, ".zattrs"), a.json);
  folder_.commit();
}

}  // namespace trigloop::io::zarr
