#pragma once
// Zarr v2 stores on a file system.
//
// A group is a table named by its path ("" is the root), its arrays are columns whose first dimension counts entries. A
// store that is one array is a table "" with one column, named by the folder's stem. Absent chunks are the fill value.
// The folders are walked; a .zmetadata is a copy of what stands there, may be stale, and is not needed on a file
// system.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/folder.hpp"
#include "io/sink.hpp"
#include "io/source.hpp"
#include "io/zarr/codec.hpp"

namespace trigloop::io::array {
struct FullChunk;
}

namespace trigloop::io::zarr {

struct ArrayMeta;

/// Opens a store. Arrays that cannot be read are listed with the reason. Errors: not_found; damaged; unsupported, for
/// Zarr v3, by name.
std::unique_ptr<Source> open(const std::filesystem::path& path);

/// Whether a folder is a store of any version.
bool is_store(const std::filesystem::path& path);

/// The attributes of the group or array at `node` ("" is the root) as the JSON text that stands there, "{}" if there
/// are none. Errors: not_found, if there is no such node; limit.
std::string read_attributes(const std::filesystem::path& store, const std::string& node);

struct WriteOptions {
  Compressor compressor;
  std::uint64_t chunk_entries = 1u << 14;  ///< entries a chunk; an entry is never cut
  char separator = '.';                    ///< '.' or '/'
  unsigned threads = 1;                    ///< that compress and write chunks; 0: all cores
};

/// Writes groups of arrays. Everything lies in a hidden folder until commit; attributes are the last files written.
class Writer final : public Sink {
 public:
  /// Errors: output, if `path` exists and is no Zarr store; usage and unsupported, for bad options.
  explicit Writer(std::filesystem::path path, WriteOptions options = {});
  ~Writer() override;

  /// A table is the group at its name ("" is the root, "a/b" nests). Errors: usage, for a bad or repeated name or type;
  /// unsupported, for jagged columns.
  std::size_t add_table(const TableSpec& table) override;
  /// Errors: usage, if the cluster is not of the table's columns; output.
  void append(std::size_t table, const event::Columns& cluster) override;
  /// Sets the attributes of a group or array: `json` is the text of an object. Error: usage.
  void set_attributes(const std::string& node, std::string json);
  void commit() override;

 private:
  struct Table;
  struct Attributes {
    std::string node, json;
  };
  ArrayMeta meta_of(const Table& table, std::size_t column) const;
  void write(const Table& table, std::span<const array::FullChunk> chunks);

  core::OutputFolder folder_;
  WriteOptions options_;
  std::vector<Codec> codecs_;  ///< one a thread
  std::vector<Table> tables_;
  std::vector<Attributes> attributes_;
};

}  // namespace trigloop::io::zarr
