#include "report/scout/patterns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace trigloop::report::scouting {
namespace {

constexpr double rare = 0.001;
constexpr std::uint64_t fewest = 3;

using Cell = std::pair<std::int32_t, std::int32_t>;  // eta, phi

/// Events with an object of a collection in each cell; an event counts once a cell.
std::map<Cell, std::uint64_t> occupancy(const Tails& tails, const ObjectReader& reader, std::size_t collection) {
  std::map<Cell, std::uint64_t> cells;
  for (const KeptEvent& kept : tails.events) {
    std::set<Cell> seen;
    for (std::uint32_t i = 0; i < reader.items(kept.event, collection); ++i) {
      const auto eta = reader.value(kept.event, collection, i, "eta"),
                 phi = reader.value(kept.event, collection, i, "phi");
      if (eta && phi) seen.insert({*eta, *phi});
    }
    for (const Cell& cell : seen) ++cells[cell];
  }
  return cells;
}

/// Steps in azimuth: the trigger's 144, a muon's 576, or as many as a layout's numbers need.
std::int32_t steps_around(const std::map<Cell, std::uint64_t>& cells) {
  std::int32_t most = 143;
  for (const auto& [cell, n] : cells) most = std::max(most, cell.second);
  return most < 144 ? 144 : std::max(576, most + 1);
}

void find_towers(const std::string& name, const std::map<Cell, std::uint64_t>& cells, std::vector<HotTower>& hot) {
  std::map<std::int32_t, std::uint64_t> rings;
  for (const auto& [cell, n] : cells) rings[cell.first] += n;
  const double around = steps_around(cells), towers = around * static_cast<double>(rings.size());
  const double everywhere = std::accumulate(cells.begin(), cells.end(), 0.0, [](double sum, const auto& one) {
    return sum + static_cast<double>(one.second);
  });
  for (const auto& [cell, n] : cells) {
    if (n < fewest) continue;
    // A ring in which nothing else is tells nothing of itself: at least the mean of half a ring of all.
    const double others = static_cast<double>(rings[cell.first] - n);
    const double expected =
        std::max(others, 0.5 * (everywhere - static_cast<double>(n)) / static_cast<double>(rings.size())) /
        (around - 1);
    const double chance = towers * poisson_tail(n, std::max(expected, 1 / towers));
    if (chance < rare) hot.push_back({name, cell.first, cell.second, n, expected, chance});
  }
}

std::vector<TrainPlace> find_trains(const Tails& tails) {
  const auto& all = tails.crossings;
  const std::uint64_t total = std::accumulate(all.begin(), all.end(), std::uint64_t{0});
  if (total == 0) return {};
  // A stream may hold stray events of crossings that do not collide: those are far below the mean of the occupied.
  const auto occupied = static_cast<std::size_t>(std::ranges::count_if(all, [](auto n) { return n > 0; }));
  const double least = 0.1 * static_cast<double>(total) / static_cast<double>(occupied);
  const auto is_on = [&](std::size_t crossing) {
    return crossing < all.size() && static_cast<double>(all[crossing]) > least;
  };
  std::array<TrainPlace, 4> places{{{"first", 0, 0, 0}, {"last", 0, 0, 0}, {"inside", 0, 0, 0}, {"alone", 0, 0, 0}}};
  const auto place_of = [&](std::size_t crossing) -> TrainPlace& {
    const bool before = crossing > 0 && is_on(crossing - 1), after = is_on(crossing + 1);
    return places[before && after ? 2 : before ? 1 : after ? 0 : 3];
  };
  const double share = static_cast<double>(tails.events.size()) / static_cast<double>(total);
  for (std::size_t crossing = 0; crossing < all.size(); ++crossing) {
    if (!is_on(crossing)) continue;
    TrainPlace& place = place_of(crossing);
    ++place.crossings;
    place.expected += share * static_cast<double>(all[crossing]);
  }
  for (const KeptEvent& kept : tails.events) {
    if (is_on(kept.event.crossing)) ++place_of(kept.event.crossing).events;
  }
  return {places.begin(), places.end()};
}

std::vector<HotCrossing> find_crossings(const Tails& tails) {
  const std::uint64_t total = std::accumulate(tails.crossings.begin(), tails.crossings.end(), std::uint64_t{0});
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const KeptEvent& kept : tails.events) ++counts[kept.event.crossing];
  const auto tried = static_cast<double>(std::ranges::count_if(tails.crossings, [](auto n) { return n > 0; }));
  std::vector<HotCrossing> hot;
  for (const auto& [crossing, n] : counts) {
    if (n < fewest || crossing >= tails.crossings.size() || total == 0) continue;
    const double expected = static_cast<double>(tails.events.size()) * static_cast<double>(tails.crossings[crossing]) /
                            static_cast<double>(total);
    const double chance = tried * poisson_tail(n, expected);
    if (chance < rare) hot.push_back({crossing, n, expected, chance});
  }
  std::ranges::sort(hot, {}, &HotCrossing::chance);
  return hot;
}

std::vector<Repetition> find_repetitions(const Tails& tails) {
  std::map<std::vector<std::int32_t>, std::vector<std::size_t>> equal;
  for (std::size_t i = 0; i < tails.events.size(); ++i) equal[tails.events[i].event.values].push_back(i);
  std::vector<Repetition> repetitions;
  for (auto& [values, events] : equal) {
    if (events.size() > 1) repetitions.push_back({std::move(events)});
  }
  std::ranges::stable_sort(repetitions, std::ranges::greater{}, [](const Repetition& r) { return r.events.size(); });
  return repetitions;
}

}  // namespace

double poisson_tail(std::uint64_t n, double mean) {
  if (n == 0) return 1;
  if (mean <= 0) return 0;
  // The sum from n on converges fast where it is asked for: in the far tail.
  double term = std::exp(static_cast<double>(n) * std::log(mean) - mean - std::lgamma(static_cast<double>(n) + 1));
  double sum = 0;
  for (std::uint64_t k = n; k < n + 10'000; ++k) {
    sum += term;
    term *= mean / static_cast<double>(k + 1);
    if (term < sum * 1e-15 && static_cast<double>(k) > mean) break;
  }
  return std::min(sum, 1.0);
}

Patterns find_patterns(const Tails& tails, const ObjectReader& reader) {
  Patterns patterns;
  for (std::size_t c = 0; c < reader.tail_layout().collections.size(); ++c) {
    find_towers(reader.tail_layout().collections[c].name, occupancy(tails, reader, c), patterns.towers);
  }
  std::ranges::sort(patterns.towers, {}, &HotTower::chance);
  patterns.trains = find_trains(tails);
  patterns.crossings = find_crossings(tails);
  patterns.repetitions = find_repetitions(tails);
  return patterns;
}

}  // namespace trigloop::report::scouting
