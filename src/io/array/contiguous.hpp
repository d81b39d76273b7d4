#pragma once
// Arrays that stand in a file in one piece: .npy, stored members of .npz, contiguous HDF5 data sets.
#include <memory>

#include "core/file.hpp"
#include "io/array/array.hpp"

namespace trigloop::io::array {

/// The array at byte `offset` of `file`. In Fortran order, rows are gathered from all over the piece, so its "chunks"
/// are long enough that each gathered run is worth a read. Error: damaged, if the file is too short for the shape.
class ContiguousArray : public Array {
 public:
  ContiguousArray(std::shared_ptr<const core::InputFile> file, std::uint64_t offset, Encoding encoding,
                  std::vector<std::uint64_t> shape, Order order = Order::c);

  std::unique_ptr<ChunkReader> open(const ReadOptions& options) const override;

 private:
  std::shared_ptr<const core::InputFile> file_;
  std::uint64_t offset_;
};

/// The layout of an array in one piece: chunks of whole rows, about a quarter of a megabyte each.
Layout rows_layout(Encoding encoding, std::vector<std::uint64_t> shape, Order order);

}  // namespace trigloop::io::array
