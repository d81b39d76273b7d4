#pragma once
// HDF5 files.
//
// A group is a table named by its path ("" is the root), its data sets are columns whose first dimension counts
// entries; a scalar data set is a column of one entry. Numbers of every width and both byte orders are read, float16 as
// float32, h5py's booleans as booleans. Strings, compounds, references and other types are listed with the reason.
//
// Files are read by our own code (README.md says why); the HDF5 library only writes.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/array/collector.hpp"
#include "io/sink.hpp"
#include "io/source.hpp"

namespace trigloop::core {
class InputFile;
}

namespace trigloop::io::hdf5 {

/// Opens a file. Errors: not_found; damaged; unsupported; limit. What is wrong with one data set alone is told in its
/// ColumnInfo::why_not.
std::unique_ptr<Source> open(const std::filesystem::path& path);

/// Whether a file has the signature of HDF5, at its start or behind a user block.
bool is_hdf5(const core::InputFile& file);

/// The text attribute `name` of the group or data set at `node` ("" is the root, "a/b" nests): fixed or variable-length
/// strings. None if there is no such attribute. Errors: mismatch, if there is no such node; unsupported, if the
/// attribute is no string.
std::optional<std::string> read_attribute(const std::filesystem::path& path, const std::string& node,
                                          const std::string& name);
/// The same of an attribute that is a list of strings; an empty list of any type is a list of none.
std::optional<std::vector<std::string>> read_attribute_list(const std::filesystem::path& path, const std::string& node,
                                                            const std::string& name);
/// The strings of the data set at `node`, in one piece (not chunked). Errors: mismatch, if there is no such data set;
/// unsupported, if it does not hold strings, or in chunks; damaged.
std::vector<std::string> read_strings(const std::filesystem::path& path, const std::string& node);

struct WriteOptions {
  int deflate = 4;                     ///< gzip level 1 to 9; 0 stores chunks as they are
  bool shuffle = true;                 ///< group the bytes of values by their place, which helps deflate
  std::uint64_t chunk_entries = 8192;  ///< entries a chunk; an entry is never cut
  unsigned threads = 1;                ///< that compress; 0: all cores
};

/// Numbers that are written in one piece, into a data set that cannot grow.
struct FixedArray {
  std::string node;  ///< "group/name"
  event::Type type = event::Type::float64;
  std::vector<std::uint64_t> shape;
  std::vector<std::byte> bytes;  ///< row-major
};

/// Writes groups of extendable, chunked data sets into a hidden neighbour, which commit renames; besides, what small
/// files of others are made of: data sets in one piece, lists of strings, attributes. Every HDF5 since 1.8 reads the
/// result. Calls of the HDF5 library are made under one lock: it is not thread-safe.
class Writer final : public Sink {
 public:
  /// Errors: output; usage, for bad options.
  explicit Writer(std::filesystem::path path, WriteOptions options = {});
  ~Writer() override;

  /// A table is the group at its name ("" is the root, "a/b" nests); booleans are written as h5py does. Errors: usage,
  /// for a bad or repeated name; unsupported, for jagged columns.
  std::size_t add_table(const TableSpec& table) override;
  /// Errors: usage, if the cluster is not of the table's columns; output.
  void append(std::size_t table, const event::Columns& cluster) override;
  /// Rows that `fill` makes where they are to lie, column by column. Errors: those of `fill`; output.
  void append(std::size_t table, std::uint64_t rows, const array::FillRows& fill);
  /// Writes what is held of a table that gets no more rows, and frees its memory; commit does so for all. Error:
  /// output.
  void finish(std::size_t table);
  /// Gives the group or data set at `node` a text attribute (UTF-8, any length; JSON, say). It is written at commit.
  void set_attribute(const std::string& node, const std::string& name, const std::string& text);
  /// The same of a list. An empty one has no strings to tell its type by, and becomes 0 numbers, as h5py writes it.
  void set_attribute_list(const std::string& node, const std::string& name, std::vector<std::string> texts);
  /// Both are written at commit. Errors: usage, for a bad name or bytes that do not fill the shape.
  void add_array(FixedArray array);
  void add_strings(const std::string& node, std::vector<std::string> texts);
  void commit() override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trigloop::io::hdf5
