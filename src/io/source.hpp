#pragma once
// The one interface over all inputs: a source of columns in clusters.
//
// A Source is an opened file or store; it tells its tables and columns. A ColumnReader streams chosen columns of one
// table over a range of entries, cluster by cluster, into memory that it reuses. Sources are immutable and shared by
// threads; each thread has a reader of its own.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event/columns.hpp"
#include "event/type.hpp"

namespace trigloop::io {

/// What a source says of a column without decoding it.
struct ColumnInfo {
  std::string name;
  std::optional<event::Type> type;  ///< none: not a numeric column; `type_name` says what it is
  std::string type_name;            ///< for people: "int16", "int16[]", "float32[3]", "string"
  bool jagged = false;
  std::vector<std::uint64_t> shape;  ///< fixed dimensions of an item, outermost first; empty for one value
  std::string counter;               ///< the column that counts a jagged one's items; empty if it counts itself
  std::uint64_t entries = 0;
  std::uint64_t stored_bytes = 0;  ///< bytes in the file, compressed, headers of the chunks included
  std::uint64_t raw_bytes = 0;     ///< the same uncompressed
  std::string compression;         ///< "ZLIB-9", "ZSTD-5", "blosc-lz4-5", "none"; "" where nothing is stored
  std::string why_not;             ///< if it cannot be read: why, in a sentence
};

struct TableInfo {
  std::string name;           ///< tree name with its folder, HDF5 or Zarr group; "" for the root group
  std::uint32_t cycle = 0;    ///< ROOT's cycle number; 0 where there is no such thing
  std::uint64_t entries = 0;  ///< of all its columns; where they differ, see ColumnInfo::entries
  std::vector<ColumnInfo> columns;
};

/// Something in a source that is not read, and why ("RNTuple 'Events': ...").
struct Unread {
  std::string name, kind, reason;
};

struct SourceInfo {
  std::filesystem::path path;
  std::string format;   ///< "ROOT", "HDF5", "Zarr v2", "npy", "npz"
  std::string version;  ///< of the writer, where the format tells it ("ROOT 6.40/00")
  std::uint64_t bytes = 0;
  std::vector<TableInfo> tables;  ///< of several cycles of a name, the highest comes first
  std::vector<Unread> unread;
};

/// Which columns of which table. `cycle` 0 is the highest.
struct Selection {
  std::string table;
  std::uint32_t cycle = 0;
  std::vector<std::string> columns;
};

/// Entries [begin, end).
struct EntryRange {
  std::uint64_t begin = 0, end = 0;
};

struct ReadOptions {
  /// Entries per cluster that the reader aims at; readers may choose fewer.
  std::size_t cluster_entries = 8192;
  /// Check the format's own checksums (adler32, xxh64). What is redundant need not be decoded for that: a wrong
  /// checksum may then be told no sooner than the last entry of its unit has been read. `false` may be faster.
  bool verify = true;
  /// A single compressed unit (basket, chunk) that claims to hold more than this is refused before allocation.
  std::uint64_t max_unit_bytes = 512u << 20;
  /// Stored bytes that a thread of the reader's own fetches before they are asked for; 0: none. For storage whose
  /// streams are slow; of ROOT files so far.
  std::uint64_t read_ahead = 0;
};

class ColumnReader {
 public:
  virtual ~ColumnReader() = default;
  /// Starts over at the entries `range`, which must lie in the table.
  virtual void rewind(EntryRange range) = 0;
  /// Decodes the next cluster; its views stay valid until the next call. False at the end of the range, `out` empty
  /// then. Errors: damaged, with file, column, unit and byte offset.
  virtual bool next(event::Columns& out) = 0;
};

/// What reading a selection costs without any decoding: for `inspect --time` and the benchmarks.
struct CodecCost {
  std::uint64_t stored_bytes = 0, raw_bytes = 0, units = 0;
  double seconds = 0;  ///< CPU time of decompression alone, from memory, one thread
};

class Source {
 public:
  virtual ~Source() = default;
  virtual const SourceInfo& info() const noexcept = 0;

  /// A reader of all entries of `selection` (narrow it by rewind). Errors: mismatch, if a table or column does not
  /// exist (with the nearest name) or the columns have different numbers of entries; unsupported, with
  /// ColumnInfo::why_not.
  virtual std::unique_ptr<ColumnReader> read(const Selection& selection, const ReadOptions& options = {}) const = 0;

  /// Splits a table's entries into ranges of about `target` entries at places where little is decoded twice.
  virtual std::vector<EntryRange> split(const Selection& selection, std::uint64_t target) const = 0;

  /// Decompresses what `selection` needs and nothing else.
  virtual CodecCost measure_codec(const Selection& selection, const ReadOptions& options = {}) const = 0;
};

/// The table that a selection means. Error: mismatch, naming the nearest table.
const TableInfo& find_table(const SourceInfo& info, const std::string& name, std::uint32_t cycle = 0);
/// The column of that name. Error: mismatch, naming the nearest column.
const ColumnInfo& find_column(const SourceInfo& info, const TableInfo& table, const std::string& name);

}  // namespace trigloop::io
