#include "curate/cuts.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

namespace trigloop::curate {

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

void Cuts::drop(const Batch& batch, CutCounts& counts) {
  const std::int16_t* pt = batch.values.data();
  for (std::size_t i = 0; i < batch.events; ++i) {
    bool saturated = false;
    for (const std::int16_t limit : limits_) {
      saturated |= *pt >= limit;
      pt += 3;
    }
    counts.saturated_events += saturated && keep_[i] != 0;
    keep_[i] &= static_cast<std::uint8_t>(!saturated);
  }
}

void Cuts::mask(Batch& batch, CutCounts& counts) const {
  std::int16_t* object = batch.values.data();
  for (std::size_t i = 0; i < batch.events; ++i) {
    for (const std::int16_t limit : limits_) {
      if (object[0] >= limit) {
        object[0] = object[1] = object[2] = 0;
        ++counts.masked_objects;
      }
      object += 3;
    }
  }
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
