#pragma once
// Fetches the stored records (baskets) that a reader needs, in few large reads.
//
// The records are known beforehand. Neighbours are read together in chunks of about 512 kB, a chunk on the first demand
// for one of its records, and the kernel is told of the next chunk; cold files then cost a quarter of the CPU time of
// one read per basket. A chunk's memory is reused when all its records are done with. Bounded: past `most_bytes` the
// oldest chunk is dropped, and read again if it is still needed.
#include <cstdint>
#include <span>
#include <vector>

#include "core/buffer.hpp"
#include "core/file.hpp"

namespace trigloop::io::root {

struct Record {
  std::uint64_t seek = 0, bytes = 0;
};

class RecordReader {
 public:
  explicit RecordReader(const core::InputFile& file) : file_(file) {}

  /// Sets the records to come; they are named by their position in `records`.
  void plan(std::vector<Record> records);
  /// The bytes of a record; they stay until it is released or another record is got.
  std::span<const std::byte> get(std::size_t record);
  /// The bytes of a record that was got before, read anew.
  std::vector<std::byte> fetch(Record record) const;
  /// The record is not needed any more.
  void release(std::size_t record) noexcept;

 private:
  struct Chunk {
    std::uint64_t begin = 0, end = 0;
    std::size_t wanted = 0;  ///< records that are not released yet
    std::size_t buffer = none;
    std::uint64_t loaded_at = 0;
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  static constexpr std::uint64_t chunk_bytes = 512u << 10, largest_gap = 8u << 10, most_bytes = 256u << 20;

  void load(std::size_t chunk);
  void drop(Chunk& chunk) noexcept;
  void make_room(std::size_t keep);

  const core::InputFile& file_;
  std::vector<Record> records_;
  std::vector<std::size_t> chunk_of_record_;
  std::vector<Chunk> chunks_;
  std::vector<core::ByteBuffer> buffers_;
  std::vector<std::size_t> free_buffers_;
  std::uint64_t live_bytes_ = 0, clock_ = 0;
};

}  // namespace trigloop::io::root
