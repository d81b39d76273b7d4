#pragma once
// Chunk indexes of HDF5 1.10 and later that need no tree: chunks in a row, fixed and extensible arrays of addresses.
// Source: HDF5 File Format Specification, version 3.0, sections VII.A to VII.D.
#include <cstdint>
#include <vector>

#include "io/hdf5/chunk_index.hpp"

namespace trigloop::io::hdf5 {

/// What an index says of a chunk besides its address.
struct ChunkForm {
  std::uint64_t chunk_bytes = 0;  ///< unfiltered
  bool filtered = false;          ///< then stored size and filter mask follow the address
  std::size_t size_bytes = 0;     ///< that the stored size takes
};

ChunkForm chunk_form(const Image& image, const DataLayout& layout, std::uint64_t chunk_bytes, bool filtered);

/// All chunks one after the other from `address`.
std::vector<ChunkPlace> implicit_chunks(const Image& image, std::uint64_t address, std::uint64_t chunks,
                                        std::uint64_t chunk_bytes);

std::vector<ChunkPlace> fixed_array_chunks(const Image& image, std::uint64_t address, const ChunkForm& form);

std::vector<ChunkPlace> extensible_array_chunks(const Image& image, std::uint64_t address, const ChunkForm& form);

}  // namespace trigloop::io::hdf5
