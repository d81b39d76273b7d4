#include "menu/filters.hpp"

#include <algorithm>

#include "menu/implication.hpp"

namespace trigloop::menu {
namespace {

Leg without_pt(Leg leg) {
  leg.pt = Leg{}.pt;
  return leg;
}

}  // namespace

Filters::Filters(const Menu& menu) {
  for (std::size_t k = 0; k < kinds; ++k) filters_.emplace_back().kind = static_cast<Kind>(k);
  for (const Combination& combination : menu.combinations) {
    for (const Leg& leg : combination.legs) {
      if (size() < most && find(leg) == size()) filters_.push_back(without_pt(leg));
    }
  }
  for (const Leg& a : filters_) {
    for (const Leg& b : filters_) within_.push_back(implies(a, b));
  }
}

std::size_t Filters::find(const Leg& leg) const {
  return static_cast<std::size_t>(std::ranges::find(filters_, without_pt(leg)) - filters_.begin());
}

}  // namespace trigloop::menu
