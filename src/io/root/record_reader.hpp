#pragma once
// Fetches the stored records (baskets) that a reader needs, in few large reads.
//
// The records are known beforehand. Neighbours are read together in chunks of about 128 kB, a chunk on the first demand
// for one of its records, and the kernel is told of the next chunk; cold files then cost a quarter of the CPU time of
// one read per basket. A chunk's memory is reused when all its records are done with. Bounded: past `most_bytes` the
// oldest chunk is dropped, and read again if it is still needed.
//
// Slow storage is waited for by a thread of the reader's own, which fetches the next chunks while others compute
// (ReadOptions::read_ahead): many such streams deliver their sum even where there are few cores.
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/buffer.hpp"
#include "core/file.hpp"

namespace trigloop::io::root {

struct Record {
  std::uint64_t seek = 0, bytes = 0;
};

class RecordReader {
 public:
  /// Keeps up to `ahead` bytes that nobody asked for yet; 0: no thread.
  RecordReader(const core::InputFile& file, std::uint64_t ahead) : file_(file), ahead_(ahead) {}
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  /// Sets the records to come; they are named by their position in `records`.
  void plan(std::vector<Record> records);
  /// The bytes of a record; they stay until it is released.
  std::span<const std::byte> get(std::size_t record);
  /// The bytes of a record that was got before, read anew.
  std::vector<std::byte> fetch(Record record) const;
  /// The record is not needed any more.
  void release(std::size_t record) noexcept;

 private:
  enum class State { absent, coming, there };
  struct Chunk {
    std::uint64_t begin = 0, end = 0;
    std::size_t wanted = 0;  ///< records that are not released yet
    std::size_t in_use = 0;  ///< records that are got and not released
    State state = State::absent;
    core::ByteBuffer bytes;
    std::uint64_t loaded_at = 0;

    std::uint64_t size() const noexcept { return end - begin; }
  };
  using Lock = std::unique_lock<std::mutex>;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  static constexpr std::uint64_t largest_gap = 8u << 10, most_bytes = 256u << 20;

  /// A chunk for each of thirty branches is to stay in the cache until it is decompressed, which 512 kB do not; where
  /// storage is slow, few large reads count for more.
  std::uint64_t chunk_bytes() const noexcept { return ahead_ > 0 ? 512u << 10 : 128u << 10; }

  void load(Chunk& chunk, Lock& lock);
  void drop(Chunk& chunk) noexcept;
  void make_room(std::uint64_t coming);
  void read_ahead();
  std::size_t next_to_fetch() const noexcept;

  const core::InputFile& file_;
  const std::uint64_t ahead_;
  std::vector<Record> records_;
  std::vector<std::size_t> chunk_of_record_;

  // What the thread shares.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Chunk> chunks_;
  std::vector<core::ByteBuffer> free_buffers_;
  std::uint64_t live_bytes_ = 0, clock_ = 0;
  std::size_t next_ = 0;  ///< behind the furthest chunk that was asked for
  std::size_t coming_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace trigloop::io::root
