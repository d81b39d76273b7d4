#pragma once
// Heaps: the fractal heap (links of big groups) and the global heap (strings of variable length).
#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5/image.hpp"

namespace trigloop::io::hdf5 {

/// A fractal heap: objects in blocks that double in size, row by row. Objects that are "huge" or filtered are not read.
class FractalHeap {
 public:
  FractalHeap(const Image& image, std::uint64_t address);
  /// The object whose heap id stands next in `record`. Errors: damaged, unsupported.
  Record object(Record& record) const;

 private:
  struct Block {
    std::uint64_t offset, bytes, address;  ///< offset within the heap
  };
  void add_blocks(std::uint64_t address, std::uint64_t offset, std::uint64_t rows, unsigned depth);
  std::uint64_t row_bytes(std::uint64_t row) const;

  const Image& image_;
  std::uint64_t address_;
  std::size_t id_bytes_ = 0, offset_bytes_ = 0, size_bytes_ = 0;
  std::uint64_t width_ = 0, start_bytes_ = 0, direct_bytes_ = 0;
  unsigned flags_ = 0;
  std::vector<Block> blocks_;
};

/// An object in the global heap: what a variable-length string points to.
std::string global_heap_text(const Image& image, std::uint64_t collection, std::uint32_t index, std::uint64_t bytes);

}  // namespace trigloop::io::hdf5
