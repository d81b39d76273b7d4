#pragma once
// One column's window: the rows of one row of chunks, decoded, in C order and native bytes.
#include <memory>
#include <string>

#include "core/buffer.hpp"
#include "io/array/array.hpp"

namespace trigloop::io::array {

class Stripe {
 public:
  /// Error: limit, if a chunk or the rows that it spans exceed options.max_unit_bytes.
  Stripe(std::string name, std::shared_ptr<const Array> array, const ReadOptions& options);

  /// Makes `row` one of the rows held. Errors: damaged, naming column and chunk.
  void seek(std::uint64_t row, CodecCost* cost = nullptr);
  std::uint64_t begin() const noexcept { return begin_; }  ///< first row held
  std::uint64_t end() const noexcept { return end_; }      ///< one past the last
  /// The values of a row that is held, and of those after it.
  const std::byte* at(std::uint64_t row) const noexcept { return rows_.data() + (row - begin_) * row_bytes_; }
  const Layout& layout() const noexcept { return array_->layout(); }

 private:
  void read_row_of_chunks(std::uint64_t number, CodecCost* cost);
  void read_chunk(std::span<const std::uint64_t> index, std::span<std::byte> out, CodecCost* cost);

  std::string name_;
  std::shared_ptr<const Array> array_;
  std::unique_ptr<ChunkReader> reader_;
  std::uint64_t row_bytes_, stored_row_bytes_;
  bool whole_;  ///< a chunk spans the whole of its rows, and stands as it will be delivered
  std::uint64_t begin_ = 0, end_ = 0;
  core::ByteBuffer rows_, chunk_, halves_;
};

}  // namespace trigloop::io::array
