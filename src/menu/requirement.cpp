#include "menu/requirement.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "menu/distance.hpp"

namespace trigloop::menu {
namespace {

std::int16_t bound_of(std::int64_t code) {
  return static_cast<std::int16_t>(std::clamp<std::int64_t>(code, 0, INT16_MAX));
}

void raise(std::int16_t& bound, std::int64_t code) { bound = std::max(bound, bound_of(code)); }

void add_thresholds(const Combination& combination, Requirement& need) {
  for (std::size_t k = 0; k < kinds; ++k) {
    const auto kind = static_cast<Kind>(k);
    std::vector<std::int32_t> thresholds;
    for (const Leg& leg : combination.legs) {
      if (leg.kind == kind) thresholds.push_back(leg.pt.low);
    }
    std::ranges::sort(thresholds, std::greater{});
    const std::size_t most = is_sum(kind) ? 1 : ranks;
    for (std::size_t r = 0; r < std::min(thresholds.size(), most); ++r) raise(need[row_of(kind, r)], thresholds[r]);
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

void add_mass(const Combination& combination, const Correlation& one, std::int32_t muon_offset, Requirement& need) {
  if (one.mass2.low <= 0 || one.legs.size() != 2) return;
  const Leg& a = combination.legs[one.legs[0]];
  const Leg& b = combination.legs[one.legs[1]];
  if (a.kind != b.kind) return;
  const std::int64_t most = DistanceTables::get().cosh(largest_distance(a, b, one)) + 10000;  // -cos <= 1
  const auto product = static_cast<double>(one.mass2.low) / static_cast<double>(most);
  raise(need[row_of(a.kind)],
        static_cast<std::int64_t>(std::sqrt(product) * (1 - 1e-9)) + (a.kind == Kind::mu ? muon_offset : 0));
}

/// Bounds of `need` that are above those of `known`.
std::vector<Group::Bound> bounds_of(const Requirement& need, const Requirement& known = {}) {
  std::vector<Group::Bound> bounds;
  for (std::size_t row = 0; row < rows; ++row) {
    if (need[row] > known[row]) bounds.push_back({row, need[row]});
  }
  return bounds;
}

/// Whether its bounds are all that a combination asks for.
bool decided_by_bounds(const Combination& combination) {
  return combination.correlations.empty() && std::ranges::all_of(combination.legs, [](const Leg& leg) {
           Leg plain;
           plain.kind = leg.kind;
           plain.pt.low = leg.pt.low;
           return leg == plain && leg.pt.low <= INT16_MAX;
         });
}

std::vector<std::uint32_t> undecided(const Menu& menu, const std::vector<std::uint32_t>& alternative) {
  std::vector<std::uint32_t> left;
  for (const std::uint32_t number : alternative) {
    if (!decided_by_bounds(menu.combinations[number])) left.push_back(number);
  }
  return left;
}

bool implies(const Requirement& strong, const Requirement& weak) {
  return std::ranges::equal(strong, weak, std::greater_equal{});
}

}  // namespace

Requirement requirement_of(const Menu& menu, const std::vector<std::uint32_t>& alternative) {
  Requirement need{};
  for (const std::uint32_t number : alternative) {
    const Combination& combination = menu.combinations[number];
    add_thresholds(combination, need);
    for (const Correlation& one : combination.correlations) add_mass(combination, one, menu.muon_pt_offset, need);
  }
  return need;
}

std::vector<Group> group_alternatives(const Menu& menu) {
  struct One {
    Requirement need;
    std::uint32_t seed, alternative;
  };
  std::vector<One> all;
  for (std::uint32_t s = 0; s < menu.seeds.size(); ++s) {
    const Seed& seed = menu.seeds[s];
    if (seed.prescale == 0) continue;
    for (std::uint32_t a = 0; a < seed.alternatives.size(); ++a)
      all.push_back({requirement_of(menu, seed.alternatives[a]), s, a});
  }
  // Weak ones first: what comes later can only be implied by what is there. Ties keep the menu's order.
  const auto weight = [](const One& one) {
    std::int64_t sum = 0;
    for (const std::int16_t bound : one.need) sum += bound;
    return sum;
  };
  std::ranges::stable_sort(all, {}, weight);
  std::vector<Group> groups;
  std::vector<Requirement> needs;
  for (const One& one : all) {
    const auto weaker = std::ranges::find_if(needs, [&](const Requirement& weak) { return implies(one.need, weak); });
    const auto number = static_cast<std::size_t>(weaker - needs.begin());
    if (weaker == needs.end()) {
      needs.push_back(one.need);
      groups.push_back({bounds_of(one.need), {}});
    }
    groups[number].members.push_back({one.seed, bounds_of(one.need, needs[number]),
                                      undecided(menu, menu.seeds[one.seed].alternatives[one.alternative])});
  }
  return groups;
}

std::vector<Group> sure_alternatives(const Menu& menu, const std::vector<Group>& groups) {
  std::vector<Requirement> needs;
  for (const Group& group : groups) {
    for (const Group::Member& member : group.members) {
      if (!member.combinations.empty() || menu.seeds[member.seed].prescale != 100) continue;
      Requirement need{};
      for (const auto& [row, least] : group.bounds) need[row] = least;
      for (const auto& [row, least] : member.bounds) need[row] = least;
      if (std::ranges::any_of(needs, [&](const Requirement& weak) { return implies(need, weak); })) continue;
      std::erase_if(needs, [&](const Requirement& strong) { return implies(strong, need); });
      needs.push_back(need);
    }
  }
  std::vector<Group> sure;
  for (const Requirement& need : needs) sure.push_back({bounds_of(need), {}});
  return sure;
}

}  // namespace trigloop::menu
