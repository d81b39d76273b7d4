#pragma once
// What the two phases of Inflater (inflate.hpp) share: a stream on its way, and the literals and matches of its chunk.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "io/root/deflate_block.hpp"
#include "io/root/inflate.hpp"

#define TRIGLOOP_WITH_AVX512 \
  __attribute__((            \
      target("bmi,bmi2,popcnt,avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq")))
#define TRIGLOOP_INLINE_WITH_AVX512 TRIGLOOP_WITH_AVX512 __attribute__((always_inline)) inline

namespace trigloop::io::root::inflate {

constexpr unsigned steps = 512;                   ///< look-ups of a chunk
constexpr unsigned most_matches = steps / 2 + 1;  ///< of a chunk: a match takes two, one of them perhaps before
constexpr unsigned vector_words = 16;
/// What a usual match copies, however little it needs.
constexpr std::size_t literal_bytes = 16, match_bytes = 32, least_room = literal_bytes + match_bytes;

enum class State { idle, running, done, failed };

/// One stream on its way.
struct Lane {
  /// What a chunk or a block's header may read: look-ups take at most 7 bytes a pair, and see 8.
  static constexpr std::size_t reach = std::max<std::size_t>(steps / 2 * 7, DeflateBlock::readable) + 8;

  BitBuffer in;
  std::uint32_t entry = 0;  ///< found, not yet written down
  DeflateBlock block;
  alignas(64) std::uint32_t entries[steps];
  alignas(64) std::uint32_t bits[steps];  ///< that each entry was found by

  const std::byte* end = nullptr;
  std::uint8_t *begin = nullptr, *out = nullptr, *goal = nullptr, *room_end = nullptr;
  std::uint32_t pending_length = 0;  ///< of a match whose distance is still to come; or 0
  bool in_tail = false, whole = false;
  State state = State::idle;
  std::byte tail[2 * reach + 64];

  void rest() noexcept {
    in = {0, 63, tail};
    entry = block.idle();
    state = State::idle;
  }
  void start(const Inflater::Job& job) noexcept;
  void next_block() noexcept;
  void keep_readable() noexcept;
  void see_where_it_is() noexcept;
  void see_at_end_of_block() noexcept;

  bool copy_carefully(const std::uint8_t* literals, std::size_t count, std::size_t length,
                      std::size_t distance) noexcept;
  void copy_literals(const std::uint8_t* literals, std::size_t count) noexcept;
};

/// The literals of a chunk, and its matches.
struct Sorted {
  alignas(64) std::uint8_t literals[steps + 64];
  alignas(64) std::uint32_t lengths[most_matches + 2 * vector_words], distances[most_matches + 2 * vector_words];
  alignas(64) std::uint32_t before[most_matches + 2 * vector_words];  ///< how many of the literals stand before it
  std::uint64_t unusual[most_matches / 64 + 1];                       ///< bits of matches; the end counts as one
  unsigned literal_count = 0, matches = 0;
};

/// Separates the literals, lengths and distances among the entries that a lane has written down.
void sort_out(Lane& lane, Sorted& out) noexcept;
/// Copies what was sorted out to the lane's output. Fails, if a match begins before the stream.
void copy_chunk(Lane& lane, Sorted& sorted) noexcept;

}  // namespace trigloop::io::root::inflate
