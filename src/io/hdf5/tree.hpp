#pragma once
// The two kinds of B-tree in HDF5. Both walks end on any bytes: levels fall by one, and what a walk yields is bounded
// by the size of the file.
#include <cstdint>
#include <functional>
#include <vector>

#include "io/hdf5/image.hpp"

namespace trigloop::io::hdf5 {

/// Version 1, of a group: the addresses of its symbol table nodes, in order.
std::vector<std::uint64_t> group_tree_leaves(const Image& image, std::uint64_t address);

/// A chunk as a version 1 tree has it; `offset` counts values.
struct TreeChunk {
  std::uint64_t address = 0, bytes = 0;
  std::uint32_t mask = 0;
  std::vector<std::uint64_t> offset;
};

/// Version 1, of a data set of `rank` dimensions: its chunks.
std::vector<TreeChunk> chunk_tree_leaves(const Image& image, std::uint64_t address, std::size_t rank);

/// Version 2: all records of a tree of the given type, one Record each.
std::vector<Record> tree2_records(const Image& image, std::uint64_t address, unsigned type);

}  // namespace trigloop::io::hdf5
