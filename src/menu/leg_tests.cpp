#include "menu/leg_tests.hpp"

#include <algorithm>
#include <bit>

namespace trigloop::menu {
namespace {

constexpr std::uint32_t step = 16;  // more than the trigger sends of a kind
constexpr std::size_t usual = 3;    // tests of a leg: how many there are is no question for the branch prediction then

bool in_set(std::uint32_t set, std::int32_t value) noexcept {
  return set == ~0u || (value >= 0 && value < 32 && (set >> value & 1) != 0);
}

/// `value(attribute)` is the object's. It is only asked for what the leg looks at: columns may lack the rest.
template <class Value>
bool passes(const Leg& leg, Value&& value) noexcept {
  if (!leg.pt.holds(value(Attribute::pt))) return false;
  if (!leg.eta.open() && !leg.eta.holds(value(Attribute::eta))) return false;
  if (leg.not_eta.low <= leg.not_eta.high && leg.not_eta.holds(value(Attribute::eta))) return false;
  if (leg.isolation != ~0u && !in_set(leg.isolation, value(Attribute::isolation))) return false;
  if (leg.quality != ~0u && !in_set(leg.quality, value(Attribute::quality))) return false;
  if (leg.charge == 0) return true;
  const std::int32_t charge = value(Attribute::charge);
  return leg.charge > 0 ? charge > 0 : charge < 0;
}

}  // namespace

LegTests::LegTests(const Leg& leg) : leg_(leg) {
  add(Attribute::pt, leg.pt.low, leg.pt.high);
  if (!leg.eta.open()) add(Attribute::eta, leg.eta.low, leg.eta.high);
  if (leg.not_eta.low <= leg.not_eta.high) add_outside(Attribute::eta, leg.not_eta.low, leg.not_eta.high);
  add_set(Attribute::isolation, leg.isolation);
  add_set(Attribute::quality, leg.quality);
  if (leg.charge > 0) add(Attribute::charge, 1, INT16_MAX);
  if (leg.charge < 0) add(Attribute::charge, INT16_MIN, -1);
  while (tests_.size() < usual) add(Attribute::pt, INT16_MIN, INT16_MAX);
}

void LegTests::add(Attribute attribute, std::int64_t low, std::int64_t high) {
  low = std::max<std::int64_t>(low, INT16_MIN);
  high = std::min<std::int64_t>(high, INT16_MAX);
  if (low > high) return add_none();
  tests_.push_back({attribute, {static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high - low)}});
}

void LegTests::add_outside(Attribute attribute, std::int64_t low, std::int64_t high) {
  if (low <= INT16_MIN) return add(attribute, high + 1, INT16_MAX);
  if (high >= INT16_MAX) return add(attribute, INT16_MIN, low - 1);
  constexpr std::int64_t all = 1 << 16;
  tests_.push_back(
      {attribute, {static_cast<std::uint16_t>(high + 1), static_cast<std::uint16_t>(all - (high - low + 1) - 1)}});
}

/// From its lowest value to its highest, but for the gaps.
void LegTests::add_set(Attribute attribute, std::uint32_t set) {
  if (set == ~0u) return;
  const int first = std::countr_zero(set), last = 31 - std::countl_zero(set);
  add(attribute, first, last);  // an empty set: from 32 to -1
  for (int i = first; i < last; ++i) {
    const int gap = std::countr_zero(set >> i);
    if (gap > 0) add_outside(attribute, i, i + gap - 1);
    i += gap;
  }
}

/// No value is two.
void LegTests::add_none() {
  tests_.push_back({Attribute::pt, {1, 0}});
  tests_.push_back({Attribute::pt, {2, 0}});
}

std::uint32_t LegTests::passing(const ObjectColumns& columns, std::size_t entry) const {
  const std::uint32_t first = columns.offsets()[entry], items = columns.offsets()[entry + 1] - first;
  const auto passing = [&](std::size_t begin) {  // items behind the last one are compared, too
    Passing of;
    const auto compare = [&](const Test& test) { of.compare(columns.values(test.attribute) + begin, test.in); };
    for (std::size_t i = 0; i < usual; ++i) compare(tests_[i]);
    for (std::size_t i = usual; i < tests_.size(); ++i) compare(tests_[i]);
    return of.mask();
  };
  std::uint32_t mask = passing(first);
  if (items > step) [[unlikely]] {
    columns.count(entry);  // refuses too many
    mask |= passing(first + step) << step;
  }
  return mask & static_cast<std::uint32_t>((std::uint64_t{1} << items) - 1);
}

std::uint32_t LegTests::passing(const Objects& objects) const noexcept {
  std::uint32_t mask = 0;
  for (std::uint32_t i = 0; i < objects.count; ++i)
    mask |= std::uint32_t{passes(leg_, [&](Attribute attribute) { return objects(attribute, i); })} << i;
  return mask;
}

}  // namespace trigloop::menu
