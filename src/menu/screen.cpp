#include "menu/screen.hpp"

#include "core/isa.hpp"

// Compiled once per instruction set; see Highway's documentation of foreach_target.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "menu/screen.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trigloop::menu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Words = hn::CappedTag<std::int16_t, 64>;

/// Bit i of `bits`: values[i] < values[i + 1], for i < n rounded up to a multiple of 64.
HWY_ATTR void ascents(const std::int16_t* values, std::size_t n, std::uint64_t* bits) {
  const Words words;
  for (std::size_t i = 0; i < n; i += 64) {
    std::uint64_t block = 0;
    for (std::size_t j = 0; j < 64 && i + j < n; j += hn::Lanes(words)) {
      const auto rises = hn::Lt(hn::LoadU(words, values + i + j), hn::LoadU(words, values + i + j + 1));
      std::uint8_t bytes[16] = {};
      hn::StoreMaskBits(words, rises, bytes);
      std::uint64_t part = 0;
      __builtin_memcpy(&part, bytes, sizeof part);
      block |= part << j;
    }
    bits[i / 64] = block;
  }
}

HWY_ATTR std::uint64_t screen(const Group::Bound* bounds, std::size_t n, const std::int16_t* const* leading,
                              std::size_t first) {
  const Words words;
  std::uint64_t block = 0;
  for (std::size_t j = 0; j < 64; j += hn::Lanes(words)) {
    auto reached = hn::FirstN(words, 64);
    for (std::size_t b = 0; b < n; ++b) {
      const auto pts = hn::LoadU(words, leading[bounds[b].row] + first + j);
      reached = hn::And(reached, hn::Gt(pts, hn::Set(words, static_cast<std::int16_t>(bounds[b].least - 1))));
    }
    std::uint8_t bytes[16] = {};
    hn::StoreMaskBits(words, reached, bytes);
    std::uint64_t part = 0;
    __builtin_memcpy(&part, bytes, sizeof part);
    block |= part << j;
  }
  return block;
}

}  // namespace trigloop::menu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::menu {

HWY_EXPORT(ascents);
HWY_EXPORT(screen);

bool events_descend(const std::int16_t* values, const std::uint32_t* offsets, std::size_t events,
                    std::uint64_t* scratch) {
  const std::uint32_t begin = offsets[0], n = offsets[events] - begin;
  if (core::scalar_is_forced()) {
    for (std::size_t e = 0; e < events; ++e) {
      for (std::uint32_t i = offsets[e] + 1; i < offsets[e + 1]; ++i) {
        if (values[i - 1] < values[i]) return false;
      }
    }
    return true;
  }
  if (n < 2) return true;
  HWY_DYNAMIC_DISPATCH(ascents)(values + begin, n, scratch);
  // From the last value of an event to the next event's first one, a rise is no matter.
  for (std::size_t e = 1; e <= events; ++e) {
    const std::uint32_t last = offsets[e] - begin - 1;  // wraps where nothing has come yet
    if (last < n) scratch[last / 64] &= ~(std::uint64_t{1} << (last % 64));
  }
  std::uint64_t rises = 0;
  for (std::size_t w = 0; w < n / 64; ++w) rises |= scratch[w];
  if (n % 64 != 0) rises |= scratch[n / 64] & ((std::uint64_t{1} << (n % 64)) - 1);
  return rises == 0;
}

std::uint64_t screen_block(std::span<const Group::Bound> bounds, const std::int16_t* const* leading,
                           std::size_t first) {
  if (!core::scalar_is_forced()) return HWY_DYNAMIC_DISPATCH(screen)(bounds.data(), bounds.size(), leading, first);
  std::uint64_t block = 0;
  for (std::size_t e = 0; e < 64; ++e) {
    bool reached = true;
    for (const Group::Bound& bound : bounds) reached = reached && leading[bound.row][first + e] >= bound.least;
    block |= std::uint64_t{reached} << e;
  }
  return block;
}

}  // namespace trigloop::menu
#endif
