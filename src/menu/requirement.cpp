#include "menu/requirement.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "menu/distance.hpp"
#include "menu/implication.hpp"

namespace trigloop::menu {
namespace {

void raise(std::int16_t& bound, std::int64_t code) {
  bound = std::max(bound, static_cast<std::int16_t>(std::clamp<std::int64_t>(code, 1, INT16_MAX)));
}

/// Calls f(filter) for each filter that a leg's objects pass.
template <class F>
void for_filters(const Filters& filters, const Leg& leg, F&& f) {
  const std::size_t own = filters.find(leg);
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (own == filters.size() ? i == static_cast<std::size_t>(leg.kind) : filters.within(own, i)) f(i);
  }
}

void add_thresholds(const Combination& combination, const Filters& filters, Requirement& need) {
  std::vector<std::vector<std::int32_t>> thresholds(filters.size());
  for (const Leg& leg : combination.legs)
    for_filters(filters, leg, [&](std::size_t filter) { thresholds[filter].push_back(leg.pt.low); });
  for (std::size_t i = 0; i < filters.size(); ++i) {
    std::ranges::sort(thresholds[i], std::greater{});
    const std::size_t most = is_sum(filters[i].kind) ? 1 : ranks;
    for (std::size_t r = 0; r < std::min(thresholds[i].size(), most); ++r) raise(need[row_of(i, r)], thresholds[i][r]);
  }
}

/// The largest |dEta| that two legs of one kind can have, in the tables' units.
std::size_t largest_distance(const Leg& a, const Leg& b, const Correlation& one) {
  const DistanceTables& tables = DistanceTables::get();
  const std::int64_t unit = a.kind == Kind::mu ? 1 : 4;
  std::int64_t steps = largest_d_eta;
  if (!a.eta.open() && !b.eta.open()) {
    const std::int64_t most = std::max(std::int64_t{a.eta.high} - b.eta.low, std::int64_t{b.eta.high} - a.eta.low);
    steps = std::clamp<std::int64_t>(most * unit, 0, steps);
  }
  auto within = static_cast<std::size_t>(steps);
  while (within > 0 && tables.d_eta(within) > one.d_eta.high) --within;
  return within;
}

void add_mass(const Combination& combination, const Correlation& one, const Filters& filters, std::int32_t muon_offset,
              Requirement& need) {
  if (one.mass2.low <= 0 || one.legs.size() != 2) return;
  const Leg& a = combination.legs[one.legs[0]];
  const Leg& b = combination.legs[one.legs[1]];
  if (a.kind != b.kind) return;
  const std::int64_t most = DistanceTables::get().cosh(largest_distance(a, b, one)) + 10000;  // -cos <= 1
  const auto product = static_cast<double>(one.mass2.low) / static_cast<double>(most);
  const std::int64_t code =
      static_cast<std::int64_t>(std::sqrt(product) * (1 - 1e-9)) + (a.kind == Kind::mu ? muon_offset : 0);
  // Which of both is the harder one is not known: it passes the filters that both pass.
  std::vector<int> passed(filters.size());
  for_filters(filters, a, [&](std::size_t filter) { ++passed[filter]; });
  for_filters(filters, b, [&](std::size_t filter) { ++passed[filter]; });
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (passed[i] == 2) raise(need[row_of(i)], code);
  }
}

/// Bounds on rows [begin, end), but for those that another one of these rows' say.
std::vector<Bound> bounds_of(const Filters& filters, const Requirement& need, std::size_t begin, std::size_t end) {
  std::vector<std::size_t> set;
  for (std::size_t row = begin; row < end; ++row) {
    if (need[row] > 0) set.push_back(row);
  }
  // The i-th object behind a filter is not above that behind a wider one, nor above those before it.
  const auto says = [&](std::size_t other, std::size_t row) {
    const std::size_t a = other / ranks, b = row / ranks;
    const bool stricter = other % ranks >= row % ranks && need[other] >= need[row] && filters.within(a, b);
    return other != row && stricter && (a == b || !filters.within(b, a) || a < b);
  };
  std::vector<Bound> bounds;
  for (const std::size_t row : set) {
    if (std::ranges::none_of(set, [&](std::size_t other) { return says(other, row); }))
      bounds.push_back({static_cast<std::uint16_t>(row), need[row]});
  }
  return bounds;
}

/// Whether its bounds are all that a combination asks for.
bool decided_by_bounds(const Combination& combination, const Filters& filters) {
  std::array<std::size_t, kinds> filter_of;
  filter_of.fill(filters.size());
  return combination.correlations.empty() && std::ranges::all_of(combination.legs, [&](const Leg& leg) {
           const std::size_t own = filters.find(leg);
           std::size_t& of_kind = filter_of[static_cast<std::size_t>(leg.kind)];
           if (of_kind == filters.size()) of_kind = own;
           return own != filters.size() && own == of_kind && leg.pt.high == Leg{}.pt.high && leg.pt.low <= INT16_MAX;
         });
}

/// An alternative, and what it needs.
struct Candidate {
  Requirement need;
  std::uint32_t seed;
  std::uint32_t prescale;
  const std::vector<std::uint32_t>* combinations;
};

/// Leaves out what only fires along with another one. Of two that fire together the first one stays.
void keep_weakest(const Menu& menu, std::vector<Candidate>& all) {
  constexpr std::uint32_t unprescaled = 100;
  const auto stands_for = [&](const Candidate& weak, const Candidate& strong) {
    if (&weak == &strong || weak.prescale != unprescaled ||
        !std::ranges::equal(strong.need, weak.need, std::greater_equal{}) ||
        !implies(menu, *strong.combinations, *weak.combinations))
      return false;
    const bool both = strong.prescale == unprescaled && implies(menu, *weak.combinations, *strong.combinations);
    return !both || &weak < &strong;
  };
  std::vector<bool> needless;
  for (const Candidate& one : all)
    needless.push_back(std::ranges::any_of(all, [&](const Candidate& other) { return stands_for(other, one); }));
  std::size_t i = 0;
  std::erase_if(all, [&](const Candidate&) { return needless[i++]; });
}

}  // namespace

Requirement requirement_of(const Menu& menu, const Filters& filters, const std::vector<std::uint32_t>& alternative) {
  Requirement need(row_of(filters.size()));
  for (const std::uint32_t number : alternative) {
    const Combination& combination = menu.combinations[number];
    add_thresholds(combination, filters, need);
    for (const Correlation& one : combination.correlations)
      add_mass(combination, one, filters, menu.muon_pt_offset, need);
  }
  return need;
}

std::vector<Alternative> alternatives_of(const Menu& menu, const Filters& filters, Wanted wanted) {
  std::vector<Candidate> all;
  for (std::uint32_t s = 0; s < menu.seeds.size(); ++s) {
    const Seed& seed = menu.seeds[s];
    if (seed.prescale == 0) continue;
    for (const auto& one : seed.alternatives)
      all.push_back({requirement_of(menu, filters, one), s, seed.prescale, &one});
  }
  if (wanted == Wanted::any_seed) keep_weakest(menu, all);
  std::vector<Alternative> alternatives;
  for (const Candidate& one : all) {
    std::vector<std::uint32_t> undecided;
    std::ranges::copy_if(*one.combinations, std::back_inserter(undecided), [&](std::uint32_t combination) {
      return !decided_by_bounds(menu.combinations[combination], filters);
    });
    alternatives.push_back({one.seed, bounds_of(filters, one.need, 0, plain_rows),
                            bounds_of(filters, one.need, plain_rows, one.need.size()), std::move(undecided)});
  }
  // Those that bounds decide first, and like ones in a row: that is what a processor's branch prediction likes.
  std::ranges::stable_sort(
      alternatives, {}, [](const Alternative& one) { return std::pair(one.combinations.size(), one.filtered.size()); });
  return alternatives;
}

}  // namespace trigloop::menu
