#include "scout/pass/accumulator.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>

#include "core/error.hpp"
#include "core/units.hpp"
#include "scout/pass/gather.hpp"

namespace trigloop::scout {
namespace {

constexpr std::size_t most_score_bins = std::size_t{1} << 20;
// Hardware values: pt up to 4095, eta and phi below 576. Anything else is counted, too, but slower.
constexpr std::int64_t lowest_input = -1024;
constexpr std::size_t input_bins = 1024 + 4096;
// A file whose orbits are torn to pieces does not fill the memory: stretches are joined when there are so many.
constexpr std::size_t most_shared_stretches = 4 * core::orbits_per_lumisection;

DenseCounts score_counts(const Examiner& examiner) {
  const auto range = static_cast<std::uint64_t>(examiner.highest_code - examiner.lowest_code) + 1;
  const std::int64_t lowest =
      range <= most_score_bins ? examiner.lowest_code : std::max<std::int64_t>(examiner.lowest_code, 0);
  return {lowest, std::min<std::uint64_t>(range, most_score_bins)};
}

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
      all_(score_counts(examiner)),
      crossings_(core::crossings_per_orbit + 1),
      inputs_(binding.input_names.size(), DenseCounts(lowest_input, input_bins)),
      tail_(examiner.identity.tail_rule),
      reservoir_(examiner.reservoir) {
  if (examiner.menu) taken_ = score_counts(examiner);
  if (!examiner.identity.stream.colliding.empty()) noncolliding_ = score_counts(examiner);
}

std::uint64_t Accumulator::bytes(const Examiner& examiner, const Binding& binding) {
  const auto range = static_cast<std::uint64_t>(examiner.highest_code - examiner.lowest_code) + 1;
  const std::uint64_t scores = 3 * sizeof(std::uint32_t) * std::min<std::uint64_t>(range, most_score_bins);
  const std::uint64_t inputs = binding.input_names.size() * input_bins * sizeof(std::uint32_t);
  constexpr std::uint64_t drawn_event = 512;
  const std::uint64_t drawn = std::min<std::uint64_t>(examiner.reservoir.count, most_drawn) * drawn_event;
  return scores + inputs + drawn + most_stretches * sizeof(event::OrbitEntry);
}

void Accumulator::turn_to(event::LumiKey lumi, Partial& partial) {
  lumi_ = lumi;
  reservoir_ = Reservoir(examiner_.reservoir);
  const std::scoped_lock lock(partial.mutex);
  tail_floor_ = partial.sum.tail.entry_code();
  reservoir_.restart(partial.sum.reservoir.limit());
}

void Accumulator::take(const TileEvents& events) {
  count_crossings(events);  // first, as it refuses what would not fit below
  count_codes(events);
  take_orbits(events);
  if (examiner_.identity.tail_rule.count > 0) take_tail(events);
  if (examiner_.reservoir.count > 0) take_reservoir(events);
  tile_counts_ += events.tile.counts;
  rows_ += events.tile.size;
}

void Accumulator::count_crossings(const TileEvents& events) {
  for (std::size_t i = 0; i < events.tile.size; ++i) {
    const std::uint32_t crossing = events.tile.crossing[i];
    if (crossing > core::crossings_per_orbit) {
      throw core::Error(core::ErrorCode::damaged, "bunch crossing " + std::to_string(crossing) + " is beyond " +
                                                      std::to_string(core::crossings_per_orbit))
          .in("entry " + std::to_string(events.tile.first_entry + i));
    }
    ++crossings_[crossing];
  }
}

void Accumulator::count_codes(const TileEvents& events) {
  const std::vector<bool>& colliding = examiner_.identity.stream.colliding;
  if (colliding.empty()) {
    for (const std::int32_t code : events.codes) all_.count(code);
  } else {
    for (std::size_t i = 0; i < events.codes.size(); ++i) {
      (colliding[events.tile.crossing[i]] ? all_ : noncolliding_).count(events.codes[i]);
    }
  }
  if (events.fired == nullptr) return;
  // Few events are taken by a seed: counting these is cheaper than asking all others.
  for (std::size_t i = 0; i < events.codes.size(); ++i) {
    if (!events.fired->any_fired(events.first + i)) continue;
    if (colliding.empty() || colliding[events.tile.crossing[i]]) taken_.count(events.codes[i]);
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
    if (orbit % every == 0) count_inputs(events, begin, i);
  }
}

void Accumulator::count_inputs(const TileEvents& events, std::size_t begin, std::size_t end) {
  const event::Tile& tile = events.tile;
  for (std::uint32_t f = 0; f < tile.features; ++f) {
    const std::int16_t* row = tile.row<std::int16_t>(f).data();
    DenseCounts& counts = inputs_[f];
    for (std::size_t i = begin; i < end; ++i) counts.count(row[i]);
  }
  for (std::size_t m = 0; m < binding_.multiplicities.size(); ++m) {
    DenseCounts& counts = inputs_[tile.features + m];
    const event::ColumnView& column = events.window.columns[static_cast<std::size_t>(binding_.multiplicities[m])];
    for (std::size_t i = begin; i < end; ++i) counts.count(items_of(column, events.first + i).count);
  }
  input_events_ += end - begin;
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

/// The code that an event of a tile must reach to be among the best: those of the tile itself count, too, so that none
/// is gathered that a later one of the tile pushes out.
std::int64_t Accumulator::least_of_best(std::span<const std::int32_t> codes) {
  const std::int64_t least = std::max(tail_.entry_code(), tail_floor_);
  const std::size_t wanted = tail_.rule().count;
  high_codes_.clear();
  std::ranges::copy_if(codes, std::back_inserter(high_codes_), [&](std::int32_t code) { return code >= least; });
  if (high_codes_.size() <= wanted) return least;
  const auto last = high_codes_.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
  std::ranges::nth_element(high_codes_, last, std::greater{});
  return *last;
}

void Accumulator::take_tail(const TileEvents& events) {
  std::int64_t entry = least_of_best(events.codes);
  for (std::size_t i = 0; i < events.codes.size(); ++i) {
    if (events.codes[i] < entry) continue;
    tail_.offer(whole_event(events, i));
    entry = std::max(entry, tail_.entry_code());
  }
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
  all_.drain(sum.all);
  taken_.drain(sum.pure);
  noncolliding_.drain(sum.noncolliding);
  for (std::size_t c = 0; c < crossings_.size(); ++c) sum.crossings[c] += crossings_[c];
  std::ranges::fill(crossings_, 0);
  for (std::size_t f = 0; f < inputs_.size(); ++f) inputs_[f].drain(sum.inputs.counts[f]);
  sum.inputs.events += input_events_;
  sum.tail.join(tail_);
  sum.reservoir.join(reservoir_);
  reservoir_.restart(sum.reservoir.limit());
  tail_floor_ = sum.tail.entry_code();
  sum.tile_counts += tile_counts_;
  into.stretches.insert(into.stretches.end(), stretches_.begin(), stretches_.end());
  if (into.stretches.size() > most_shared_stretches) join_stretches(into);
  stretches_.clear();
  tail_ = Tail(examiner_.identity.tail_rule);
  tile_counts_ = {};
  input_events_ = rows_ = 0;
}

}  // namespace trigloop::scout
