#include "scout/pass/repeats.hpp"

#include <algorithm>
#include <tuple>

#include "core/buffer.hpp"
#include "core/interrupt.hpp"
#include "event/tiler.hpp"
#include "scout/pass/hash.hpp"

namespace trigloop::scout {
namespace {

struct Seen {
  std::uint32_t orbit, crossing;
  std::uint64_t entry, hash;
};

/// The events of some orbits of a lumisection.
std::vector<Seen> collect(io::ColumnReader& reader, const event::TilePlan& plan, event::LumiKey lumi,
                          io::EntryRange entries, const Filter* filter, std::span<const std::uint32_t> orbits) {
  std::vector<Seen> seen;
  event::Tiler tiler(plan);
  core::AlignedBuffer<std::uint64_t> hashes(event::Tiler::default_lanes);
  const auto look = [&](const event::Tile& tile) {
    hash_events(tile, hashes.span());
    for (std::size_t i = 0; i < tile.size; ++i) {
      const std::uint64_t entry = tile.first_entry + i;
      if (event::LumiKey{tile.run[i], tile.block[i]} != lumi) continue;
      if (!std::ranges::binary_search(orbits, tile.orbit[i])) continue;
      if (filter != nullptr && filter->drops(tile.orbit[i], tile.crossing[i], entry)) continue;
      seen.push_back({tile.orbit[i], tile.crossing[i], entry, hashes[i]});
    }
  };
  reader.rewind(entries);
  event::Columns window;
  while (reader.next(window)) {
    core::stop_if_interrupted();
    tiler.feed(window);
    while (const event::Tile* tile = tiler.next()) look(*tile);
  }
  if (const event::Tile* tile = tiler.rest()) look(*tile);
  return seen;
}

/// Decides about the events of one orbit and crossing, the first of which stays.
void decide(std::span<const Seen> same, const std::string& input, Repeats& repeats) {
  for (const Seen& one : same.subspan(1)) {
    repeats.any = true;
    repeats.left_out.set(one.entry);
    if (one.hash == same[0].hash) {
      ++repeats.rows;
      continue;
    }
    auto& all = repeats.contradictions;
    if (all.empty() || all.back().orbit != one.orbit) all.push_back({one.orbit, input, input, 0, 0, 0, 0});
    Contradiction& contradiction = all.back();
    ++contradiction.kept_events;
    ++contradiction.refused_events;
    contradiction.kept_hash += same[0].hash;
    contradiction.refused_hash += one.hash;
  }
}

/// The first of `doubtful` that have no more than `most_events` together; at least one.
std::size_t batch(const event::OrbitSet& orbits, std::span<const std::uint32_t> doubtful, std::uint64_t most_events) {
  std::uint64_t events = 0;
  std::size_t n = 0;
  for (; n < doubtful.size(); ++n) {
    const event::OrbitEntry* orbit = orbits.find(doubtful[n]);
    events += orbit != nullptr ? orbit->events : 0;
    if (n > 0 && events > most_events) break;
  }
  return n;
}

}  // namespace

Repeats find_repeats(const io::Source& source, const Binding& binding, const io::ReadOptions& read, event::LumiKey lumi,
                     io::EntryRange entries, const Filter* filter, const event::OrbitSet& orbits,
                     std::span<const std::uint32_t> doubtful, const std::string& input, std::uint64_t most_events) {
  Repeats repeats;
  repeats.left_out = EntryBits(entries);
  const auto reader = source.read({binding.selection.table, binding.selection.cycle, binding.plan.columns}, read);
  while (!doubtful.empty()) {
    const std::size_t n = batch(orbits, doubtful, most_events);
    std::vector<Seen> seen = collect(*reader, binding.plan, lumi, entries, filter, doubtful.first(n));
    std::ranges::sort(seen, {}, [](const Seen& one) { return std::tuple(one.orbit, one.crossing, one.entry); });
    for (auto begin = seen.begin(); begin != seen.end();) {
      const auto end = std::find_if(begin, seen.end(), [&](const Seen& one) {
        return one.orbit != begin->orbit || one.crossing != begin->crossing;
      });
      decide({begin, end}, input, repeats);
      begin = end;
    }
    doubtful = doubtful.subspan(n);
  }
  return repeats;
}

}  // namespace trigloop::scout
