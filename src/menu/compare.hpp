#pragma once
// Comparisons of a few int16 in the baseline's instructions: a call through a table of instruction sets would cost as
// much as they do.
#include <array>
#include <cstddef>
#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace trigloop::menu {

/// The values from `first` to `first + more`, around the end of the range where they reach it; as vectors of equal
/// lanes.
struct Interval {
  Interval(std::uint16_t from, std::uint16_t by) {
    first.fill(from);
    more.fill(by);
  }
  alignas(16) std::array<std::uint16_t, 8> first, more;
};

#if defined(__SSE2__)

/// Of 16 objects, those of which all values compared were in their intervals.
class Passing {
 public:
  void compare(const std::int16_t* values, const Interval& in) noexcept {
    const __m128i first = _mm_load_si128(reinterpret_cast<const __m128i*>(in.first.data())),
                  more = _mm_load_si128(reinterpret_cast<const __m128i*>(in.more.data()));
    for (std::size_t i = 0; i < 2; ++i) {
      const __m128i value = _mm_loadu_si128(reinterpret_cast<const __m128i*>(values + 8 * i));
      beyond_[i] = _mm_or_si128(beyond_[i], _mm_subs_epu16(_mm_sub_epi16(value, first), more));
    }
  }
  std::uint32_t mask() const noexcept {
    const auto passed = [&](std::size_t i) { return _mm_cmpeq_epi16(beyond_[i], _mm_setzero_si128()); };
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(passed(0), passed(1))));
  }

 private:
  __m128i beyond_[2] = {_mm_setzero_si128(), _mm_setzero_si128()};
};

/// Bit i: values[i] >= least, i < 64.
inline std::uint64_t at_least(const std::int16_t* values, std::int16_t least) noexcept {
  const __m128i bound = _mm_set1_epi16(least);
  const auto below = [&](std::size_t i) {
    return _mm_cmpgt_epi16(bound, _mm_loadu_si128(reinterpret_cast<const __m128i*>(values + i)));
  };
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < 64; i += 16) {
    const int bits = _mm_movemask_epi8(_mm_packs_epi16(below(i), below(i + 8)));
    mask |= std::uint64_t{static_cast<std::uint32_t>(bits)} << i;
  }
  return ~mask;
}

#else

class Passing {
 public:
  void compare(const std::int16_t* values, const Interval& in) noexcept {
    std::uint32_t passed = 0;
    for (std::uint32_t i = 0; i < 16; ++i)
      passed |= std::uint32_t{static_cast<std::uint16_t>(values[i] - in.first[0]) <= in.more[0]} << i;
    mask_ &= passed;
  }
  std::uint32_t mask() const noexcept { return mask_; }

 private:
  std::uint32_t mask_ = 0xffff;
};

inline std::uint64_t at_least(const std::int16_t* values, std::int16_t least) noexcept {
  std::uint64_t mask = 0;
  for (std::uint32_t i = 0; i < 64; ++i) mask |= std::uint64_t{values[i] >= least} << i;
  return mask;
}

#endif

}  // namespace trigloop::menu
