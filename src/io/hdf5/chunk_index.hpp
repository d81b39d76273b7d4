#pragma once
// Where the chunks of a data set lie: every index that HDF5 has, brought into one sorted table.
#include <cstdint>
#include <span>
#include <vector>

#include "io/hdf5/message.hpp"

namespace trigloop::io::hdf5 {

struct ChunkPlace {
  std::uint64_t number = 0;   ///< position in the grid, last dimension fastest
  std::uint64_t address = 0;  ///< in the HDF5 file
  std::uint64_t bytes = 0;    ///< stored
  std::uint32_t mask = 0;     ///< bit i: filter i was skipped
};

class ChunkTable {
 public:
  /// Reads the index of a chunked data set. `filtered`: whether its chunks go through filters. Errors: damaged (chunks
  /// outside the grid or the file, twice the same); unsupported.
  ChunkTable(const Image& image, const DataLayout& layout, const array::Layout& grid, bool filtered);

  /// The chunk at a grid position, or null if it was never written.
  const ChunkPlace* find(std::span<const std::uint64_t> index) const;
  std::uint64_t stored_bytes() const noexcept { return stored_bytes_; }

 private:
  std::vector<std::uint64_t> counts_;  ///< chunks along each dimension
  std::vector<ChunkPlace> places_;
  std::uint64_t stored_bytes_ = 0;
};

}  // namespace trigloop::io::hdf5
