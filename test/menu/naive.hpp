#pragma once
// The plain answer to a menu: every choice of objects for every leg, distances by their own formulas.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include "menu/menu.hpp"

namespace trigloop::test {

struct NaiveObject {
  int pt = 0, eta = 0, phi = 0, iso = 0, quality = 0, charge = 0;
};
using NaiveEvent = std::map<menu::Kind, std::vector<NaiveObject>>;

inline bool naive_leg(const menu::Leg& leg, const NaiveObject& o) {
  const auto allowed = [](std::uint32_t mask, int value) {
    return mask == 0xFFFFFFFFu || (value >= 0 && value <= 31 && ((mask >> value) & 1) == 1);
  };
  if (o.pt <= 0 || o.pt < leg.pt.low || o.pt > leg.pt.high) return false;
  if (o.eta < leg.eta.low || o.eta > leg.eta.high) return false;
  if (o.eta >= leg.not_eta.low && o.eta <= leg.not_eta.high) return false;
  if (!allowed(leg.isolation, o.iso) || !allowed(leg.quality, o.quality)) return false;
  if (leg.charge == 1 && o.charge <= 0) return false;
  if (leg.charge == -1 && o.charge >= 0) return false;
  return true;
}

struct NaivePair {
  long long d_eta, d_phi, mass2;
};

inline NaivePair naive_pair(const menu::Menu& menu, menu::Kind ka, const NaiveObject& a, menu::Kind kb,
                            const NaiveObject& b) {
  const auto muon = [](menu::Kind k) { return k == menu::Kind::mu; };
  const auto eta = [&](menu::Kind k, const NaiveObject& o) { return muon(k) ? o.eta : o.eta * 4 + 2; };
  const auto phi = [&](menu::Kind k, const NaiveObject& o) { return muon(k) ? o.phi : o.phi * 4 + 2; };
  const auto pt = [&](menu::Kind k, const NaiveObject& o) -> long long {
    return muon(k) ? std::max(0, o.pt - menu.muon_pt_offset) : o.pt;
  };
  const double de = std::abs(eta(ka, a) - eta(kb, b)) * 0.010875;
  const int turns = ((phi(ka, a) - phi(kb, b)) % 576 + 576) % 576;
  const double dp = std::min(turns, 576 - turns) * std::numbers::pi / 288;
  NaivePair pair{};
  pair.d_eta = static_cast<long long>(std::floor(de * 1000 + 0.5));
  pair.d_phi = static_cast<long long>(std::floor(dp * 1000 + 0.5));
  pair.mass2 = pt(ka, a) * pt(kb, b) *
               (static_cast<long long>(std::floor(std::cosh(de) * 10000 + 0.5)) -
                static_cast<long long>(std::floor(std::cos(dp) * 10000 + 0.5)));
  return pair;
}

inline bool naive_correlation(const menu::Menu& menu, const menu::Combination& combination,
                              const menu::Correlation& one, const std::vector<NaiveObject>& chosen) {
  int positive = 0, negative = 0;
  for (const auto leg : one.legs) {
    if (chosen[leg].charge > 0) ++positive;
    if (chosen[leg].charge < 0) ++negative;
  }
  const int n = static_cast<int>(one.legs.size());
  if (one.charges == menu::Charges::same && positive != n && negative != n) return false;
  if (one.charges == menu::Charges::opposite && !(positive > 0 && negative > 0 && positive + negative == n))
    return false;
  long long mass2 = 0;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < i; ++j) {
      const auto a = one.legs[static_cast<std::size_t>(i)], b = one.legs[static_cast<std::size_t>(j)];
      const NaivePair pair = naive_pair(menu, combination.legs[a].kind, chosen[a], combination.legs[b].kind, chosen[b]);
      if (pair.d_eta < one.d_eta.low || pair.d_eta > one.d_eta.high) return false;
      if (pair.d_phi < one.d_phi.low || pair.d_phi > one.d_phi.high) return false;
      const long long r2 = pair.d_eta * pair.d_eta + pair.d_phi * pair.d_phi;
      if (r2 < one.d_r2.low || r2 > one.d_r2.high) return false;
      mass2 += pair.mass2;
    }
  }
  return mass2 >= one.mass2.low && mass2 <= one.mass2.high;
}

/// Tries every assignment, valid or not, as an odometer over the legs.
inline bool naive_combination(const menu::Menu& menu, const menu::Combination& combination, const NaiveEvent& event) {
  const std::size_t n = combination.legs.size();
  std::vector<const std::vector<NaiveObject>*> lists;
  for (const menu::Leg& leg : combination.legs) {
    const auto at = event.find(leg.kind);
    if (at == event.end() || at->second.empty()) return false;
    lists.push_back(&at->second);
  }
  std::vector<std::size_t> index(n, 0);
  while (true) {
    bool good = true;
    std::vector<NaiveObject> chosen;
    for (std::size_t i = 0; i < n; ++i) {
      chosen.push_back((*lists[i])[index[i]]);
      good = good && naive_leg(combination.legs[i], chosen[i]);
      for (std::size_t j = 0; j < i; ++j) good = good && (lists[i] != lists[j] || index[i] != index[j]);
    }
    for (const auto& one : combination.correlations) good = good && naive_correlation(menu, combination, one, chosen);
    if (good) return true;
    std::size_t digit = 0;
    while (digit < n && ++index[digit] == lists[digit]->size()) index[digit++] = 0;
    if (digit == n) return false;
  }
}

inline bool naive_seed(const menu::Menu& menu, const menu::Seed& seed, const NaiveEvent& event) {
  for (const auto& alternative : seed.alternatives) {
    bool all = true;
    for (const auto number : alternative) all = all && naive_combination(menu, menu.combinations[number], event);
    if (all) return true;
  }
  return false;
}

}  // namespace trigloop::test
