#include "menu/lists.hpp"

#include <algorithm>

#include "core/isa.hpp"

// Compiled once per instruction set; see Highway's documentation of foreach_target.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "menu/lists.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef TRIGLOOP_MENU_LISTS
#define TRIGLOOP_MENU_LISTS
namespace trigloop::menu {
inline constexpr std::size_t most_lanes = 32;  // of int16 in a vector
}
#endif

HWY_BEFORE_NAMESPACE();
namespace trigloop::menu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

HWY_ATTR bool only_starts_rise(const std::int16_t* values, const std::int16_t* starts, std::size_t n) {
  const hn::CappedTag<std::int16_t, most_lanes> words;
  auto wrong = hn::Zero(words);
  for (std::size_t i = 0; i < n; i += hn::Lanes(words)) {
    const auto rise = hn::VecFromMask(words, hn::Lt(hn::LoadU(words, values + i), hn::LoadU(words, values + i + 1)));
    wrong = hn::Or(wrong, hn::AndNot(hn::LoadU(words, starts + i + 1), rise));
  }
  return hn::AllTrue(words, hn::Eq(wrong, hn::Zero(words)));
}

HWY_ATTR bool count_up(const std::int32_t* values, std::size_t events) {
  const hn::CappedTag<std::int32_t, 8> words;
  auto other = hn::Zero(words);
  for (std::size_t e = 0; e < events; ++e) {
    for (std::size_t i = 0; i < 8; i += hn::Lanes(words)) {
      const auto expected = hn::Iota(words, static_cast<std::int32_t>(i));
      other = hn::Or(other, hn::Xor(hn::LoadU(words, values + 8 * e + i), expected));
    }
  }
  return hn::AllTrue(words, hn::Eq(other, hn::Zero(words)));
}

// Eight events with eight values become eight rows by three rounds of interleaving. Returns how many events are done.
HWY_ATTR std::size_t narrow_eights([[maybe_unused]] const std::int32_t* values, [[maybe_unused]] std::size_t n,
                                   [[maybe_unused]] std::int16_t* const* rows) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<std::int32_t, 4> pairs;
  const hn::FixedTag<std::int16_t, 8> words;
  const hn::Half<decltype(words)> halves;
  const hn::FixedTag<std::int64_t, 2> quads;
  for (; i + 8 <= n; i += 8) {
    const auto event = [&](std::size_t k) HWY_ATTR {
      const std::int32_t* at = values + 8 * (i + k);
      const auto low = hn::DemoteTo(halves, hn::LoadU(pairs, at)),
                 high = hn::DemoteTo(halves, hn::LoadU(pairs, at + 4));
      return hn::Combine(words, high, low);  // saturated
    };
    const auto lower = [&](auto a, auto b) HWY_ATTR { return hn::BitCast(pairs, hn::InterleaveLower(words, a, b)); };
    const auto upper = [&](auto a, auto b) HWY_ATTR { return hn::BitCast(pairs, hn::InterleaveUpper(words, a, b)); };
    const auto store = [&](std::size_t row, auto a, auto b) HWY_ATTR {  // two rows of both halves
      const auto first = hn::BitCast(quads, a), second = hn::BitCast(quads, b);
      const auto even = hn::BitCast(words, hn::InterleaveLower(quads, first, second));
      const auto odd = hn::BitCast(words, hn::InterleaveUpper(quads, first, second));
      if (rows[row] != nullptr) hn::StoreU(even, words, rows[row] + i);
      if (rows[row + 1] != nullptr) hn::StoreU(odd, words, rows[row + 1] + i);
    };
    const auto e0 = event(0), e1 = event(1), e2 = event(2), e3 = event(3);
    const auto e4 = event(4), e5 = event(5), e6 = event(6), e7 = event(7);
    const auto a01 = lower(e0, e1), a23 = lower(e2, e3), a45 = lower(e4, e5), a67 = lower(e6, e7);
    store(0, hn::InterleaveLower(pairs, a01, a23), hn::InterleaveLower(pairs, a45, a67));
    store(2, hn::InterleaveUpper(pairs, a01, a23), hn::InterleaveUpper(pairs, a45, a67));
    const auto b01 = upper(e0, e1), b23 = upper(e2, e3), b45 = upper(e4, e5), b67 = upper(e6, e7);
    store(4, hn::InterleaveLower(pairs, b01, b23), hn::InterleaveLower(pairs, b45, b67));
    store(6, hn::InterleaveUpper(pairs, b01, b23), hn::InterleaveUpper(pairs, b45, b67));
  }
#endif
  return i;
}

}  // namespace trigloop::menu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::menu {

HWY_EXPORT(only_starts_rise);
HWY_EXPORT(count_up);
HWY_EXPORT(narrow_eights);
namespace {

bool only_starts_rise_scalar(const std::int16_t* values, const std::int16_t* starts, std::size_t n) {
  std::int32_t wrong = 0;
  for (std::size_t i = 0; i < n; ++i) wrong |= (values[i] < values[i + 1] ? -1 : 0) & ~starts[i + 1];
  return wrong == 0;
}

bool count_up_scalar(const std::int32_t* values, std::size_t events) {
  std::int32_t other = 0;
  for (std::size_t i = 0; i < 8 * events; ++i) other |= values[i] ^ static_cast<std::int32_t>(i % 8);
  return other == 0;
}

}  // namespace

bool events_descend(const std::int16_t* values, const std::uint32_t* offsets, std::size_t events,
                    std::vector<std::int16_t>& scratch) {
  const std::uint32_t begin = offsets[0], n = offsets[events] - begin;
  if (n == 0) return true;
  if (scratch.size() < n + most_lanes + 1) scratch.resize(n + most_lanes + 1);
  std::fill_n(scratch.begin(), n, 0);
  std::int16_t* const starts = scratch.data();
#pragma GCC unroll 8
  for (std::size_t e = 0; e < events; ++e) starts[offsets[e] - begin] = -1;
  std::fill_n(scratch.begin() + n, most_lanes + 1, -1);  // what is behind the last value may be more than it
  return core::scalar_is_forced() ? only_starts_rise_scalar(values + begin, scratch.data(), n)
                                  : HWY_DYNAMIC_DISPATCH(only_starts_rise)(values + begin, scratch.data(), n);
}

bool lists_count_up(const std::int32_t* values, std::size_t events) {
  return core::scalar_is_forced() ? count_up_scalar(values, events) : HWY_DYNAMIC_DISPATCH(count_up)(values, events);
}

void narrow_lists(const std::int32_t* values, std::size_t events, std::int16_t* const* rows) {
  std::size_t e = core::scalar_is_forced() ? 0 : HWY_DYNAMIC_DISPATCH(narrow_eights)(values, events, rows);
  for (; e < events; ++e) {
    for (std::size_t i = 0; i < 8; ++i) {
      if (rows[i] != nullptr)
        rows[i][e] = static_cast<std::int16_t>(std::clamp<std::int32_t>(values[8 * e + i], INT16_MIN, INT16_MAX));
    }
  }
}

}  // namespace trigloop::menu
#endif
