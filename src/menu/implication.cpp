#include "menu/implication.hpp"

#include <algorithm>

namespace trigloop::menu {
namespace {

template <class T>
bool within(const Window<T>& inner, const Window<T>& outer) {
  return outer.low <= inner.low && inner.high <= outer.high;
}

/// `legs[i]`: the strong combination's leg that does for leg i of the weak one.
using Legs = std::vector<std::uint8_t>;

bool implies(const Correlation& strong, const Correlation& weak, const Legs& legs) {
  Legs meant;
  for (const std::uint8_t number : weak.legs) meant.push_back(legs[number]);
  std::ranges::sort(meant);
  return strong.legs == meant && within(strong.d_eta, weak.d_eta) && within(strong.d_phi, weak.d_phi) &&
         within(strong.d_r2, weak.d_r2) && within(strong.mass2, weak.mass2) &&
         (weak.charges == Charges::any || weak.charges == strong.charges);
}

/// Tries all choices for the legs that `legs` does not have yet.
bool implies(const Combination& strong, const Combination& weak, Legs& legs) {
  if (legs.size() == weak.legs.size()) {
    return std::ranges::all_of(weak.correlations, [&](const Correlation& one) {
      return std::ranges::any_of(strong.correlations, [&](const Correlation& by) { return implies(by, one, legs); });
    });
  }
  const Leg& leg = weak.legs[legs.size()];
  for (std::uint8_t i = 0; i < strong.legs.size(); ++i) {
    if (std::ranges::find(legs, i) != legs.end() || !implies(strong.legs[i], leg)) continue;
    legs.push_back(i);
    if (implies(strong, weak, legs)) return true;
    legs.pop_back();
  }
  return false;
}

}  // namespace

bool implies(const Leg& strong, const Leg& weak) {
  const bool no_hole = weak.not_eta.low > weak.not_eta.high || within(weak.not_eta, strong.not_eta);
  return strong.kind == weak.kind && within(strong.pt, weak.pt) && within(strong.eta, weak.eta) && no_hole &&
         (strong.isolation & ~weak.isolation) == 0 && (strong.quality & ~weak.quality) == 0 &&
         (weak.charge == 0 || weak.charge == strong.charge);
}

bool implies(const Combination& strong, const Combination& weak) {
  Legs legs;
  return implies(strong, weak, legs);
}

bool implies(const Menu& menu, const std::vector<std::uint32_t>& strong, const std::vector<std::uint32_t>& weak) {
  return std::ranges::all_of(weak, [&](std::uint32_t one) {
    return std::ranges::any_of(
        strong, [&](std::uint32_t by) { return implies(menu.combinations[by], menu.combinations[one]); });
  });
}

}  // namespace trigloop::menu
