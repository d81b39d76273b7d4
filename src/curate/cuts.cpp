#include "curate/cuts.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

namespace trigloop::curate {
namespace {

constexpr std::size_t group = 8;  ///< events that are looked at together: whole vectors of any width

/// A loop that compilers turn into comparisons of vectors.
bool any_above(const std::int16_t* values, const std::int16_t* most, std::size_t n) {
  std::int16_t any = 0;
  for (std::size_t k = 0; k < n; ++k) any |= static_cast<std::int16_t>(values[k] > most[k]);
  return any != 0;
}

}  // namespace

CutCounts& CutCounts::operator+=(const CutCounts& other) noexcept {
  read += other.read;
  kept += other.kept;
  saturated_et += other.saturated_et;
  not_a_number += other.not_a_number;
  saturated_events += other.saturated_events;
  masked_objects += other.masked_objects;
  return *this;
}

Cuts::Cuts(const Settings& settings, const SideTypes& sides)
    : sides_(sides), by_et_(settings.drop_saturated_et), drops_(settings.saturation == Saturation::drop) {
  for (const Object& object : settings.objects)
    limits_.push_back(static_cast<std::int16_t>(saturation_of(object.kind)));
  constexpr std::int16_t any = std::numeric_limits<std::int16_t>::max();
  for (std::size_t event = 0; event < group; ++event) {
    for (const std::int16_t limit : limits_)
      most_.insert(most_.end(), {static_cast<std::int16_t>(limit - 1), any, any});
  }
}

CutCounts Cuts::apply(Batch& batch) {
  CutCounts counts;
  counts.read = batch.events;
  keep_.assign(batch.events, 1);
  if (by_et_) cut_et(batch, counts);
  if (drops_) drop(batch, counts);
  compact(batch);
  if (!drops_) mask(batch, counts);
  counts.kept = batch.events;
  return counts;
}

void Cuts::cut_et(const Batch& batch, CutCounts& counts) {
  const event::Type type = sides_[static_cast<std::size_t>(Side::et)]->type;
  event::visit(type, [&](auto zero) {
    const auto* et = reinterpret_cast<const decltype(zero)*>(batch.sides[static_cast<std::size_t>(Side::et)].data());
    for (std::size_t i = 0; i < batch.events; ++i) {
      const auto value = static_cast<double>(et[i]);
      if (value < saturated_et) continue;
      keep_[i] = 0;
      ++(std::isnan(value) ? counts.not_a_number : counts.saturated_et);
    }
  });
}

/// Calls each(event, its values) for all events of the groups in which some object is saturated: few are.
template <class Value, class Each>
void Cuts::where_saturated(Value* values, std::size_t events, const Each& each) const {
  const std::size_t width = 3 * limits_.size();
  for (std::size_t first = 0; first < events; first += group) {
    const std::size_t end = std::min(first + group, events);
    if (!any_above(values + first * width, most_.data(), (end - first) * width)) continue;
    for (std::size_t event = first; event < end; ++event) each(event, values + event * width);
  }
}

void Cuts::drop(const Batch& batch, CutCounts& counts) {
  where_saturated(batch.values.data(), batch.events, [&](std::size_t event, const std::int16_t* pt) {
    bool saturated = false;
    for (const std::int16_t limit : limits_) {
      saturated |= *pt >= limit;
      pt += 3;
    }
    counts.saturated_events += saturated && keep_[event] != 0;
    keep_[event] &= static_cast<std::uint8_t>(!saturated);
  });
}

void Cuts::mask(Batch& batch, CutCounts& counts) const {
  where_saturated(batch.values.data(), batch.events, [&](std::size_t, std::int16_t* object) {
    for (const std::int16_t limit : limits_) {
      if (object[0] >= limit) {
        object[0] = object[1] = object[2] = 0;
        ++counts.masked_objects;
      }
      object += 3;
    }
  });
}

/// Moves the events that stay to the front, run by run: few are dropped, so runs are long.
void Cuts::compact(Batch& batch) const {
  const std::size_t row = 3 * limits_.size();
  const auto first = std::ranges::find(keep_, 0);
  if (first == keep_.end()) return;
  std::size_t to = static_cast<std::size_t>(first - keep_.begin());
  for (auto begin = first; (begin = std::find(begin, keep_.end(), 1)) != keep_.end();) {
    const auto end = std::find(begin, keep_.end(), 0);
    const auto from = static_cast<std::size_t>(begin - keep_.begin()), n = static_cast<std::size_t>(end - begin);
    const auto move = [&](auto& buffer, std::size_t width) {
      std::memmove(buffer.data() + to * width, buffer.data() + from * width, n * width * sizeof(*buffer.data()));
    };
    move(batch.values, row);
    for (std::size_t side = 0; side < side_count; ++side) {
      if (sides_[side]) move(batch.sides[side], sides_[side]->bytes());
    }
    to += n;
    begin = end;
  }
  batch.events = to;
  batch.values.resize(to * row);
  for (std::size_t side = 0; side < side_count; ++side) {
    if (sides_[side]) batch.sides[side].resize(to * sides_[side]->bytes());
  }
}

}  // namespace trigloop::curate
