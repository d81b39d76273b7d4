#pragma once
// Writes trees of numbers as a ROOT file that ROOT 6 and uproot read.
//
// Values are collected until a cluster is full; its baskets are then packed on all threads and written in the order of
// the columns. The file is the same, byte for byte, for any number of threads and any division of the entries into
// appended clusters. It appears under its name by commit alone.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/root/compress.hpp"
#include "io/sink.hpp"

namespace trigloop::io::root {

struct WriterOptions {
  Codec codec = Codec::zstd;
  int level = 5;                             ///< ROOT's, 1 to 9
  std::size_t cluster_entries = 0;           ///< entries a cluster; 0: as many as fill cluster_bytes
  std::size_t cluster_bytes = 32u << 20;     ///< uncompressed; also bounds the memory (to about four times this)
  std::size_t basket_bytes = 64u << 10;      ///< uncompressed; an entry that is larger has a basket of its own
  unsigned threads = 0;                      ///< 0: all cores
  std::string title = "";                    ///< of the file
  std::int64_t unix_time = 788918400;        ///< stamped on all keys; 1995-01-01, so that equal input gives equal files
  std::uint64_t big_file_from = 2000000000;  ///< offsets beyond need 64 bits; ROOT's limit, lower for tests
};

class Writer final : public Sink {
 public:
  /// Errors: output, if the folder does not exist or may not be written; usage, for a level that there is not.
  explicit Writer(std::filesystem::path path, WriterOptions options = {});
  ~Writer() override;

  /// Declares a tree. Error: usage, for what ROOT's format cannot say (see check_table) and for a name used before.
  std::size_t add_table(const TableSpec& table) override;
  /// Errors: usage, naming the column, if the cluster contradicts the table or itself; limit, if an entry exceeds
  /// 1 GiB; output. After an error of the last two kinds only the destructor may follow.
  void append(std::size_t table, const event::Columns& cluster) override;
  /// Error: output.
  void commit() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trigloop::io::root
