#pragma once
// Writes one group whose entries come in any order, from several threads.
//
// A chunk is a buffer from its first entry to its last, then compressed and written by the thread that completed it. So
// the store does not depend on the order, and memory holds the chunks that are begun and not complete: with threads
// that each walk through consecutive entries a few a thread, whatever the size of the store.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/folder.hpp"
#include "io/sink.hpp"
#include "io/zarr/metadata.hpp"
#include "io/zarr/zarr.hpp"

namespace trigloop::io::zarr {

class ScatterWriter {
 public:
  /// A root group of `entries` entries a column; `options.threads` has no meaning here. Errors: those of Writer.
  ScatterWriter(std::filesystem::path path, const std::vector<ColumnSpec>& columns, std::uint64_t entries,
                WriteOptions options = {});
  ~ScatterWriter();

  std::uint64_t entries() const noexcept { return entries_; }

  /// Gives the values of entries [first, first + count) of a column, row-major. Each entry once; thread-safe. Error:
  /// output.
  void put(std::size_t column, std::uint64_t first, std::size_t count, const void* rows);

  /// Bytes of chunks that wait for entries.
  std::uint64_t waiting_bytes() const;

  /// Writes what describes the arrays; `attributes`, the text of an object, is the last file. Error: mismatch, if
  /// entries are missing.
  void finish(const std::string& attributes);
  /// Makes the store visible; as OutputFolder::publish, since stores of this kind come in sets that wait for the disk
  /// once.
  void publish() { folder_.publish(); }

 private:
  struct Chunk;
  struct Column {
    std::string name;
    ArrayMeta meta;
    std::size_t row_bytes = 0;
    std::uint64_t complete = 0;                               ///< entries in chunks that are written
    std::map<std::uint64_t, std::shared_ptr<Chunk>> waiting;  ///< by number
  };
  std::shared_ptr<Chunk> chunk(Column& column, std::uint64_t number);
  void write(Column& column, std::uint64_t number, const Chunk& chunk);

  core::OutputFolder folder_;
  WriteOptions options_;
  std::uint64_t entries_;
  std::vector<Column> columns_;
  mutable std::mutex mutex_;
};

}  // namespace trigloop::io::zarr
