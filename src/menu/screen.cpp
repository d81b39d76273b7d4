#include "menu/screen.hpp"

#include <algorithm>
#include <span>

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

// Highway stores a mask's bits as bytes, the first lane's lowest.
HWY_ATTR void compare(std::span<const Bound> bounds, const std::int16_t* const* leading, std::size_t first,
                      std::uint64_t* reached) {
  const Words words;
  for (const Bound& bound : bounds) {
    const std::int16_t* pts = leading[bound.row] + first;
    const auto below = hn::Set(words, static_cast<std::int16_t>(bound.least - 1));
    auto* bits = reinterpret_cast<std::uint8_t*>(reached++);
    for (std::size_t j = 0; j < 64; j += hn::Lanes(words))
      hn::StoreMaskBits(words, hn::Gt(hn::LoadU(words, pts + j), below), bits + j / 8);
  }
}

}  // namespace trigloop::menu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::menu {

HWY_EXPORT(compare);
namespace {

void compare_scalar(std::span<const Bound> bounds, const std::int16_t* const* leading, std::size_t first,
                    std::uint64_t* reached) {
  for (const Bound& bound : bounds) {
    const std::int16_t* pts = leading[bound.row] + first;
    std::uint64_t events = 0;
    for (std::size_t e = 0; e < 64; ++e) events |= std::uint64_t{pts[e] >= bound.least} << e;
    *reached++ = events;
  }
}

}  // namespace

Screen::Screen(const std::vector<Alternative>& alternatives) {
  for (const Alternative& one : alternatives) bounds_.insert(bounds_.end(), one.plain.begin(), one.plain.end());
  std::ranges::sort(bounds_);
  bounds_.erase(std::unique(bounds_.begin(), bounds_.end()), bounds_.end());
  reached_.resize(bounds_.size());
  for (const Alternative& one : alternatives) {
    std::vector<std::uint32_t> numbers;
    for (const Bound& bound : one.plain)
      numbers.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(bounds_, bound) - bounds_.begin()));
    const auto begin = static_cast<std::uint32_t>(more_.size());
    if (numbers.size() > 2) more_.insert(more_.end(), numbers.begin() + 2, numbers.end());
    needed_.push_back({numbers.front(), numbers.size() > 1 ? numbers[1] : numbers[0], begin,
                       static_cast<std::uint32_t>(more_.size())});
  }
}

void Screen::compare(const std::int16_t* const* leading, std::size_t first) {
  if (core::scalar_is_forced()) return compare_scalar(bounds_, leading, first, reached_.data());
  HWY_DYNAMIC_DISPATCH(compare)(bounds_, leading, first, reached_.data());
}

}  // namespace trigloop::menu
#endif
