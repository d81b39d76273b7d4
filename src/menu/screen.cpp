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
using Items = hn::CappedTag<std::int16_t, 16>;  // an event has up to 12 objects of a kind

HWY_ATTR bool descend(const std::int16_t* values, const std::uint32_t* offsets, std::size_t events) {
  const Items items;
  auto rises = hn::Zero(items);
  for (std::size_t e = 0; e < events; ++e) {
    // i + 1 of each pair (i, i + 1) is in the event; the lanes behind are other events' values.
    for (std::size_t i = offsets[e]; i + 1 < offsets[e + 1]; i += hn::Lanes(items)) {
      const auto next = hn::LoadU(items, values + i + 1);
      const auto pairs = hn::FirstN(items, offsets[e + 1] - 1 - i);
      rises = hn::Or(rises, hn::VecFromMask(items, hn::And(pairs, hn::Lt(hn::LoadU(items, values + i), next))));
    }
  }
  return hn::AllTrue(items, hn::Eq(rises, hn::Zero(items)));
}

HWY_ATTR std::uint64_t screen(const Group::Bound* bounds, const std::size_t* ends, std::size_t groups,
                              const std::int16_t* const* leading, std::size_t first, std::uint64_t* masks) {
  const Words words;
  std::uint64_t some = 0;
  for (std::size_t g = 0, begin = 0; g < groups; begin = ends[g++]) {
    std::uint64_t block = 0;
    for (std::size_t j = 0; j < 64; j += hn::Lanes(words)) {
      auto reached = hn::FirstN(words, 64);
      for (std::size_t b = begin; b < ends[g]; ++b) {
        const auto pts = hn::LoadU(words, leading[bounds[b].row] + first + j);
        reached = hn::And(reached, hn::Gt(pts, hn::Set(words, static_cast<std::int16_t>(bounds[b].least - 1))));
      }
      std::uint8_t bytes[16] = {};
      hn::StoreMaskBits(words, reached, bytes);
      std::uint64_t part = 0;
      __builtin_memcpy(&part, bytes, sizeof part);
      block |= part << j;
    }
    masks[g] = block;
    some |= block;
  }
  return some;
}

}  // namespace trigloop::menu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::menu {

HWY_EXPORT(descend);
HWY_EXPORT(screen);
namespace {

bool descend_scalar(const std::int16_t* values, const std::uint32_t* offsets, std::size_t events) {
  for (std::size_t e = 0; e < events; ++e) {
    for (std::size_t i = offsets[e]; i + 1 < offsets[e + 1]; ++i) {
      if (values[i] < values[i + 1]) return false;
    }
  }
  return true;
}

std::uint64_t screen_scalar(const Group::Bound* bounds, const std::size_t* ends, std::size_t groups,
                            const std::int16_t* const* leading, std::size_t first, std::uint64_t* masks) {
  std::uint64_t some = 0;
  for (std::size_t g = 0, begin = 0; g < groups; begin = ends[g++]) {
    masks[g] = 0;
    for (std::size_t e = 0; e < 64; ++e) {
      bool reached = true;
      for (std::size_t b = begin; b < ends[g]; ++b)
        reached = reached && leading[bounds[b].row][first + e] >= bounds[b].least;
      masks[g] |= std::uint64_t{reached} << e;
    }
    some |= masks[g];
  }
  return some;
}

}  // namespace

bool events_descend(const std::int16_t* values, const std::uint32_t* offsets, std::size_t events) {
  if (core::scalar_is_forced()) return descend_scalar(values, offsets, events);
  return HWY_DYNAMIC_DISPATCH(descend)(values, offsets, events);
}

Screen::Screen(const std::vector<Group>& groups) {
  for (const Group& group : groups) {
    bounds_.insert(bounds_.end(), group.bounds.begin(), group.bounds.end());
    ends_.push_back(bounds_.size());
  }
}

std::uint64_t Screen::operator()(const std::int16_t* const* leading, std::size_t first, std::uint64_t* masks) const {
  if (core::scalar_is_forced()) return screen_scalar(bounds_.data(), ends_.data(), groups(), leading, first, masks);
  return HWY_DYNAMIC_DISPATCH(screen)(bounds_.data(), ends_.data(), groups(), leading, first, masks);
}

}  // namespace trigloop::menu
#endif
