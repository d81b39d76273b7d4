// Phase 2 of Inflater (inflate.hpp), the vector instructions.
#include "io/root/inflate_lane.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include <bit>
#include <cstring>

// GCC 12 warns of the registers that its own intrinsics leave open.
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace trigloop::io::root::inflate {
namespace {

constexpr std::size_t window = 32768, longest_match = 258;

/// Base values and numbers of extra bits of the codes, base + (bits << 16); distances behind lengths.
struct Bases {
  alignas(64) std::uint32_t of[2 * DeflateBlock::first_distance] = {};
  constexpr Bases() {
    for (unsigned i = 0; i < 29; ++i) {
      const unsigned bits = i < 8 || i == 28 ? 0 : i / 4 - 1;
      const unsigned base = i == 28 ? 258 : i < 8 ? 3 + i : 3 + ((4 + i % 4) << bits);
      of[i] = base | bits << 16;
    }
    for (unsigned i = 0; i < 30; ++i) {
      const unsigned bits = i < 4 ? 0 : i / 2 - 1;
      of[DeflateBlock::first_distance + i] = (i < 4 ? 1 + i : 1 + ((2 + i % 2) << bits)) | bits << 16;
    }
  }
};
constexpr Bases bases;

/// Shuffles that repeat the first `distance` bytes of a vector.
struct Repeats {
  alignas(64) std::uint8_t of[match_bytes][match_bytes] = {};
  constexpr Repeats() {
    for (unsigned distance = 1; distance < match_bytes; ++distance)
      for (unsigned i = 0; i < match_bytes; ++i) of[distance][i] = static_cast<std::uint8_t>(i % distance);
  }
};
constexpr Repeats repeats;

/// Marks matches that are longer, nearer or behind more literals than usual.
TRIGLOOP_WITH_AVX512 void mark_unusual(Sorted& sorted) noexcept {
  std::memset(sorted.unusual, 0, sizeof sorted.unusual);
  const __m512i most = _mm512_set1_epi32(match_bytes);
  __m512i last = _mm512_setzero_si512();
  for (unsigned i = 0; i < sorted.matches; i += vector_words) {
    const __m512i before = _mm512_load_si512(sorted.before + i);
    const __m512i literals = _mm512_sub_epi32(before, _mm512_alignr_epi32(before, last, 15));
    const __mmask16 marks = _mm512_cmpgt_epu32_mask(_mm512_load_si512(sorted.lengths + i), most) |
                            _mm512_cmplt_epu32_mask(_mm512_load_si512(sorted.distances + i), most) |
                            _mm512_cmpgt_epu32_mask(literals, _mm512_set1_epi32(literal_bytes));
    sorted.unusual[i / 64] |= std::uint64_t{marks} << (i % 64);
    last = before;
  }
  sorted.unusual[sorted.matches / 64] |= std::uint64_t{1} << (sorted.matches % 64);
}

/// One that was marked, where there is room for any.
TRIGLOOP_INLINE_WITH_AVX512 bool copy_unusual(Lane& lane, const std::uint8_t* literals, std::size_t count,
                                              std::size_t length, std::size_t distance) noexcept {
  constexpr std::ptrdiff_t room = literal_bytes + longest_match + match_bytes;
  if (count > literal_bytes || lane.room_end - lane.out < room) {
    return lane.copy_carefully(literals, count, length, distance);
  }
  std::memcpy(lane.out, literals, literal_bytes);
  std::uint8_t* const out = lane.out + count;
  if (distance > static_cast<std::size_t>(out - lane.begin)) return lane.copy_carefully(literals, count, 0, distance);
  if (distance >= match_bytes) {
    for (std::size_t i = 0; i < length; i += match_bytes) std::memcpy(out + i, out + i - distance, match_bytes);
  } else {
    const __m256i shuffle = _mm256_load_si256(reinterpret_cast<const __m256i*>(repeats.of[distance]));
    const __m256i last = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(out - distance));
    const __m256i repeated = _mm256_permutexvar_epi8(shuffle, last);
    const std::size_t period = match_bytes - match_bytes % distance;
    for (std::size_t i = 0; i < length; i += period) _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), repeated);
  }
  lane.out = out + length;
  return true;
}

/// Copies what was sorted out. Within the first bytes of a stream, `young`, distances may lead before its begin.
template <bool young>
TRIGLOOP_INLINE_WITH_AVX512 void copy_all(Lane& lane, const Sorted& sorted) noexcept {
  const std::uint8_t* const last_usual = lane.room_end - least_room;
  unsigned i = 0, word = 0;
  std::uint32_t copied = 0;
  for (std::uint64_t marks = sorted.unusual[0];;) {
    while (marks == 0) marks = sorted.unusual[++word];
    const unsigned stop = word * 64 + static_cast<unsigned>(std::countr_zero(marks));
    std::uint8_t* out = lane.out;
    for (; i < stop && out <= last_usual; ++i) {
      const std::uint32_t before = sorted.before[i];
      const std::size_t distance = sorted.distances[i];
      if (young && distance > static_cast<std::size_t>(out - lane.begin) + (before - copied)) break;
      std::memcpy(out, sorted.literals + copied, literal_bytes);
      out += before - copied;
      copied = before;
      std::memcpy(out, out - distance, match_bytes);
      out += sorted.lengths[i];
    }
    lane.out = out;
    if (i == sorted.matches) break;
    if (i == stop) marks &= marks - 1;
    const std::uint32_t count = sorted.before[i] - copied;
    if (!copy_unusual(lane, sorted.literals + copied, count, sorted.lengths[i], sorted.distances[i])) return;
    copied += count;
    ++i;
  }
  lane.copy_literals(sorted.literals + copied, sorted.literal_count - copied);
}

}  // namespace

TRIGLOOP_WITH_AVX512 void sort_out(Lane& lane, Sorted& out) noexcept {
  using Block = DeflateBlock;
  unsigned literals = 0, lengths = 0, distances = 0;
  if (lane.pending_length != 0) out.lengths[lengths] = lane.pending_length, out.before[lengths++] = 0;
  const __m512i bases0 = _mm512_load_si512(bases.of), bases1 = _mm512_load_si512(bases.of + 16),
                bases2 = _mm512_load_si512(bases.of + 32), bases3 = _mm512_load_si512(bases.of + 48);
  const __m512i ones = _mm512_set1_epi32(-1), kinds = _mm512_set1_epi32(3 << Block::kind_at);
  const __m512i lane_numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i lanes_before = _mm512_andnot_si512(_mm512_sllv_epi32(ones, lane_numbers), ones);
  for (unsigned i = 0; i < steps; i += vector_words) {
    const __m512i entries = _mm512_load_si512(lane.entries + i), kind = _mm512_and_si512(entries, kinds);
    const __m512i values = _mm512_srli_epi32(entries, Block::value_at);
    const __mmask16 is_literal = _mm512_testn_epi32_mask(entries, kinds);
    const __mmask16 is_length = _mm512_cmpeq_epi32_mask(kind, _mm512_set1_epi32(Block::is_length << Block::kind_at));
    const __mmask16 is_distance =
        _mm512_cmpeq_epi32_mask(kind, _mm512_set1_epi32(Block::is_distance << Block::kind_at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out.literals + literals),
                     _mm_maskz_compress_epi8(is_literal, _mm512_cvtepi32_epi8(values)));

    __m512i base = _mm512_permutex2var_epi32(bases0, values, bases1);
    base = _mm512_mask_mov_epi32(base, is_distance, _mm512_permutex2var_epi32(bases2, values, bases3));
    const __m512i extra = _mm512_srli_epi32(base, 16);
    const __m512i code = _mm512_sub_epi32(_mm512_and_si512(entries, _mm512_set1_epi32(63)), extra);
    const __m512i behind = _mm512_srlv_epi32(_mm512_load_si512(lane.bits + i), code);
    const __m512i more = _mm512_andnot_si512(_mm512_sllv_epi32(ones, extra), behind);
    const __m512i numbers = _mm512_add_epi32(_mm512_and_si512(base, _mm512_set1_epi32(0xFFFF)), more);

    const __m512i within = _mm512_and_si512(lanes_before, _mm512_set1_epi32(is_literal));
    const __m512i before = _mm512_add_epi32(_mm512_popcnt_epi32(within), _mm512_set1_epi32(static_cast<int>(literals)));
    _mm512_storeu_si512(out.lengths + lengths, _mm512_maskz_compress_epi32(is_length, numbers));
    _mm512_storeu_si512(out.before + lengths, _mm512_maskz_compress_epi32(is_length, before));
    _mm512_storeu_si512(out.distances + distances, _mm512_maskz_compress_epi32(is_distance, numbers));
    literals += static_cast<unsigned>(_mm_popcnt_u32(is_literal));
    lengths += static_cast<unsigned>(_mm_popcnt_u32(is_length));
    distances += static_cast<unsigned>(_mm_popcnt_u32(is_distance));
  }
  lane.pending_length = lengths > distances ? out.lengths[lengths - 1] : 0;
  out.literal_count = literals;
  out.matches = distances;
}

TRIGLOOP_WITH_AVX512 void copy_chunk(Lane& lane, Sorted& sorted) noexcept {
  mark_unusual(sorted);
  if (static_cast<std::size_t>(lane.out - lane.begin) < window) {
    copy_all<true>(lane, sorted);
  } else {
    copy_all<false>(lane, sorted);
  }
}

}  // namespace trigloop::io::root::inflate
#endif
