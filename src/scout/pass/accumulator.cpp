#include "scout/pass/accumulator.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"
#include "core/units.hpp"
#include "scout/pass/gather.hpp"

namespace trigloop::scout {
namespace {

// A file whose orbits are torn to pieces does not fill the memory: stretches are joined when there are so many.
constexpr std::size_t most_shared_stretches = 4 * core::orbits_per_lumisection;

void join_stretches(Partial& partial) {
  std::vector<std::uint32_t> doubtful;
  const event::OrbitSet set = event::OrbitSet::collect(std::move(partial.stretches), doubtful);
  partial.stretches.assign(set.entries().begin(), set.entries().end());
  partial.doubtful.insert(partial.doubtful.end(), doubtful.begin(), doubtful.end());
}

}  // namespace

Accumulator::Accumulator(const Examiner& examiner, const Binding& binding)
    : examiner_(examiner),
      binding_(binding),
      crossings_(core::crossings_per_orbit + 1),
      inputs_(binding),
      reservoir_(examiner.reservoir) {
  scores_.emplace_back(examiner, examiner.lowest_code, examiner.highest_code, examiner.identity.tail_rule);
  for (const Shadow& shadow : examiner.shadows) {
    scores_.emplace_back(examiner, shadow.lowest_code, shadow.highest_code, shadow.identity.tail_rule);
  }
}

std::uint64_t Accumulator::bytes(const Examiner& examiner, const Binding& binding) {
  std::uint64_t scores = ScoreCounter::bytes(examiner.lowest_code, examiner.highest_code);
  for (const Shadow& shadow : examiner.shadows) scores += ScoreCounter::bytes(shadow.lowest_code, shadow.highest_code);
  constexpr std::uint64_t drawn_event = 512;
  const std::uint64_t drawn = std::min<std::uint64_t>(examiner.reservoir.count, most_drawn) * drawn_event;
  return scores + InputCounter::bytes(binding) + drawn + most_stretches * sizeof(event::OrbitEntry);
}

void Accumulator::turn_to(event::LumiKey lumi, Partial& partial) {
  lumi_ = lumi;
  reservoir_ = Reservoir(examiner_.reservoir);
  const std::scoped_lock lock(partial.mutex);
  for (std::size_t n = 0; n < scores_.size(); ++n) {
    scores_[n].turn_to(n == 0 ? partial.sum.tail : partial.shadows[n - 1].tail, partial.events);
  }
  reservoir_.restart(partial.sum.reservoir.limit());
}

void Accumulator::take(const TileEvents& events) {
  count_crossings(events);  // first, as it refuses what would not fit below
  count_scores(events);
  take_orbits(events);
  if (examiner_.reservoir.count > 0) take_reservoir(events);
  tile_counts_ += events.tile.counts;
  rows_ += events.tile.size;
}

void Accumulator::count_crossings(const TileEvents& events) {
  const std::span<const std::uint32_t> crossings(events.tile.crossing, events.tile.size);
  std::uint32_t largest = 0;
  for (const std::uint32_t crossing : crossings) largest = std::max(largest, crossing);
  if (largest > core::crossings_per_orbit) {
    const auto entry =
        events.tile.first_entry + static_cast<std::uint64_t>(std::ranges::find(crossings, largest) - crossings.begin());
    throw core::Error(core::ErrorCode::damaged, "bunch crossing " + std::to_string(largest) + " is beyond " +
                                                    std::to_string(core::crossings_per_orbit))
        .in("entry " + std::to_string(entry));
  }
  for (const std::uint32_t crossing : crossings) ++crossings_[crossing];
}

void Accumulator::count_scores(const TileEvents& events) {
  const std::span<const std::uint32_t> crossings(events.tile.crossing, events.tile.size);
  const bool keeps_tail = examiner_.identity.tail_rule.count > 0;
  for (std::size_t n = 0; n < scores_.size(); ++n) {
    const auto codes = n == 0 ? events.codes : events.shadow_codes[n - 1];
    scores_[n].count(codes, crossings, examiner_.identity.stream.colliding, events.fired, events.first);
    if (keeps_tail) scores_[n].take_tail(codes, [&](std::size_t i) { return whole_event(events, i); });
  }
}

/// Orbits come as stretches of ascending crossings.
void Accumulator::take_orbits(const TileEvents& events) {
  const event::Tile& tile = events.tile;
  const std::uint32_t every = examiner_.identity.inputs_every;
  std::size_t i = 0;
  while (i < tile.size) {
    const std::uint32_t orbit = tile.orbit[i];
    const bool continues =
        !stretches_.empty() && stretches_.back().orbit == orbit && stretches_.back().last_crossing < tile.crossing[i];
    if (!continues) stretches_.push_back({orbit, 0, static_cast<std::uint16_t>(tile.crossing[i]), 0, 0});
    const std::size_t begin = i;
    std::uint64_t hash = events.hashes[i];
    for (++i; i < tile.size && tile.orbit[i] == orbit && tile.crossing[i] > tile.crossing[i - 1]; ++i) {
      hash += events.hashes[i];
    }
    event::OrbitEntry& stretch = stretches_.back();
    stretch.events += static_cast<std::uint32_t>(i - begin);
    stretch.last_crossing = static_cast<std::uint16_t>(tile.crossing[i - 1]);
    stretch.hash += hash;
    if (orbit % every == 0) inputs_.take(tile, events.window, events.first, begin, i);
  }
}

TailEvent Accumulator::whole_event(const TileEvents& events, std::size_t i) const {
  TailEvent one = gather(binding_.tail, events.window, events.first + i);
  one.code = events.codes[i];
  one.orbit = events.tile.orbit[i];
  one.crossing = events.tile.crossing[i];
  if (events.menu != nullptr) {
    const auto row = events.menu->row(events.window, events.first + i);
    one.seeds.assign(row.begin(), row.end());
  }
  return one;
}

void Accumulator::take_reservoir(const TileEvents& events) {
  const std::vector<bool>& colliding = examiner_.identity.stream.colliding;
  const Lots lots(lumi_);
  for (std::size_t i = 0; i < events.codes.size(); ++i) {
    const std::uint32_t crossing = events.tile.crossing[i];
    const std::uint64_t lot = lots(events.tile.orbit[i], crossing);
    if (lot >= reservoir_.limit() || (!colliding.empty() && !colliding[crossing])) continue;
    reservoir_.offer(lot, whole_event(events, i));
  }
}

void Accumulator::drain(Partial& into) {
  if (rows_ == 0) return;
  const std::scoped_lock lock(into.mutex);
  Contribution& sum = into.sum;
  for (std::size_t n = 0; n < scores_.size(); ++n) {
    ScoreCounts& counts = n == 0 ? static_cast<ScoreCounts&>(sum) : into.shadows[n - 1];
    into.tail_guesses[n] = std::max(into.tail_guesses[n], scores_[n].drain(counts));
  }
  for (std::size_t c = 0; c < crossings_.size(); ++c) sum.crossings[c] += crossings_[c];
  std::ranges::fill(crossings_, 0u);
  inputs_.drain(sum.inputs);
  sum.reservoir.join(reservoir_);
  reservoir_.restart(sum.reservoir.limit());
  sum.tile_counts += tile_counts_;
  into.stretches.insert(into.stretches.end(), stretches_.begin(), stretches_.end());
  if (into.stretches.size() > most_shared_stretches) join_stretches(into);
  stretches_.clear();
  tile_counts_ = {};
  rows_ = 0;
}

}  // namespace trigloop::scout
