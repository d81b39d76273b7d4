#include "menu/leg_tests.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#include <algorithm>
#include <bit>

namespace trigloop::menu {
namespace {

constexpr std::uint32_t step = 16;  // more than the trigger sends of a kind

// The baseline's instructions: a call through a table of instruction sets would cost as much as the comparison.
#if defined(__SSE2__)
/// Bit i: values[i] lies in [low, high], i < 16.
std::uint32_t between(const std::int16_t* values, std::int16_t low, std::int16_t high) {
  const __m128i least = _mm_set1_epi16(low), most = _mm_set1_epi16(high);
  const auto outside = [&](std::size_t i) {
    const __m128i value = _mm_loadu_si128(reinterpret_cast<const __m128i*>(values + i));
    return _mm_or_si128(_mm_cmpgt_epi16(least, value), _mm_cmpgt_epi16(value, most));
  };
  return ~static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(outside(0), outside(8)))) & 0xffff;
}
#else
std::uint32_t between(const std::int16_t* values, std::int16_t low, std::int16_t high) {
  std::uint32_t mask = 0;
  for (std::uint32_t i = 0; i < step; ++i) mask |= std::uint32_t{low <= values[i] && values[i] <= high} << i;
  return mask;
}
#endif

}  // namespace

LegTests::LegTests(const Leg& leg) {
  add(Attribute::pt, leg.pt.low, leg.pt.high);
  if (!leg.eta.open()) add(Attribute::eta, leg.eta.low, leg.eta.high);
  if (leg.not_eta.low <= leg.not_eta.high) add(Attribute::eta, leg.not_eta.low, leg.not_eta.high, true);
  add_set(Attribute::isolation, leg.isolation);
  add_set(Attribute::quality, leg.quality);
  if (leg.charge > 0) add(Attribute::charge, 1, INT16_MAX);
  if (leg.charge < 0) add(Attribute::charge, INT16_MIN, -1);
}

void LegTests::add(Attribute attribute, std::int64_t low, std::int64_t high, bool outside) {
  const std::int64_t least = std::max<std::int64_t>(low, INT16_MIN), most = std::min<std::int64_t>(high, INT16_MAX);
  const bool none = least > most;
  tests_[size_++] = {attribute, static_cast<std::int16_t>(none ? 1 : least), static_cast<std::int16_t>(none ? 0 : most),
                     outside ? ~0u : 0u};
}

void LegTests::add_set(Attribute attribute, std::uint32_t set) {
  if (set == ~0u) return;
  const int first = std::countr_zero(set), size = std::popcount(set);
  const bool gaps = set != 0 && std::countr_one(set >> first) != size;
  exact_ = exact_ && !gaps;
  if (set == 0) {
    add(attribute, 1, 0);
  } else {
    add(attribute, first, first + size - 1);
  }
}

std::uint32_t LegTests::passing(const ObjectColumns& columns, std::size_t entry) const {
  const std::uint32_t first = columns.offsets()[entry], items = columns.count(entry);
  std::uint32_t mask = static_cast<std::uint32_t>((std::uint64_t{1} << items) - 1);
  for (std::size_t t = 0; t < size_ && mask != 0; ++t) {
    const Test& test = tests_[t];
    const std::int16_t* values = columns.values(test.attribute) + first;
    std::uint32_t passed = between(values, test.low, test.high);  // items behind the last one are read, too
    if (items > step) passed |= between(values + step, test.low, test.high) << step;
    mask &= passed ^ test.flip;
  }
  return mask;
}

}  // namespace trigloop::menu
