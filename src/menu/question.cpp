#include "menu/question.hpp"

#include <algorithm>
#include <bit>

namespace trigloop::menu {
namespace {

bool passes(std::uint32_t mask, std::int32_t value) noexcept {
  return mask == ~0u || (value >= 0 && value < 32 && (mask >> value & 1) != 0);
}

/// `value(attribute)` is the object's. It is only asked for what the leg looks at: columns may lack the rest.
template <class Value>
bool passes(const Leg& leg, Value&& value) noexcept {
  if (!leg.pt.holds(value(Attribute::pt))) return false;
  if (!leg.eta.open() && !leg.eta.holds(value(Attribute::eta))) return false;
  if (leg.not_eta.low <= leg.not_eta.high && leg.not_eta.holds(value(Attribute::eta))) return false;
  if (leg.isolation != ~0u && !passes(leg.isolation, value(Attribute::isolation))) return false;
  if (leg.quality != ~0u && !passes(leg.quality, value(Attribute::quality))) return false;
  if (leg.charge == 0) return true;
  const std::int32_t charge = value(Attribute::charge);
  return leg.charge > 0 ? charge > 0 : charge < 0;
}

template <class T>
bool within(const Window<T>& inner, const Window<T>& outer) {
  return outer.low <= inner.low && inner.high <= outer.high;
}

/// Whether every object that passes `strong` passes `weak`.
bool implies(const Leg& strong, const Leg& weak) {
  const bool no_hole = weak.not_eta.low > weak.not_eta.high || within(weak.not_eta, strong.not_eta);
  return strong.kind == weak.kind && within(strong.pt, weak.pt) && within(strong.eta, weak.eta) && no_hole &&
         (strong.isolation & ~weak.isolation) == 0 && (strong.quality & ~weak.quality) == 0 &&
         (weak.charge == 0 || weak.charge == strong.charge);
}

bool implies(const Correlation& strong, const Correlation& weak) {
  return strong.legs == weak.legs && within(strong.d_eta, weak.d_eta) && within(strong.d_phi, weak.d_phi) &&
         within(strong.d_r2, weak.d_r2) && within(strong.mass2, weak.mass2) &&
         (weak.charges == Charges::any || weak.charges == strong.charges);
}

bool implies(const Combination& strong, const Combination& weak) {
  const auto both = [](const auto& a, const auto& b) { return implies(a, b); };
  return std::ranges::equal(strong.legs, weak.legs, both) &&
         std::ranges::equal(strong.correlations, weak.correlations, both);
}

/// The nearest combination before `number`, or else behind it, that it implies. Of two that imply each other the first
/// one stands for both, so that asking for weaker and weaker ones ends.
std::optional<std::uint32_t> find_weaker(const Menu& menu, std::uint32_t number) {
  const auto n = static_cast<std::uint32_t>(menu.combinations.size());
  const Combination& strong = menu.combinations[number];
  for (std::uint32_t step = 1; step < n; ++step) {
    const std::uint32_t other = (number + n - step) % n;
    const Combination& weak = menu.combinations[other];
    if (implies(strong, weak) && (other < number || !implies(weak, strong))) return other;
  }
  return {};
}

}  // namespace

/// Objects chosen for the legs so far.
struct Questioner::Search {
  const Combination& combination;
  const Plan& plan;
  std::array<std::uint32_t, max_legs> candidates{}, chosen{};
  std::array<std::uint32_t, kinds> used{};
};

Questioner::Questioner(const Menu& menu, const std::array<ObjectColumns, kinds>& columns)
    : menu_(menu), columns_(columns) {
  for (const Combination& combination : menu.combinations) {
    Plan& plan = plans_.emplace_back();
    plan.due.resize(combination.legs.size());
    for (const Leg& leg : combination.legs) {
      const auto at = std::ranges::find(legs_, leg);
      plan.legs.push_back(static_cast<std::uint32_t>(at - legs_.begin()));
      if (at == legs_.end()) legs_.push_back(leg);
    }
    for (std::uint32_t c = 0; c < combination.correlations.size(); ++c)
      plan.due[combination.correlations[c].legs.back()].push_back(c);
    plan.weaker = find_weaker(menu, static_cast<std::uint32_t>(plans_.size() - 1));
  }
  for (const Leg& leg : legs_) tests_.emplace_back(leg);
  leg_event_.resize(legs_.size());
  leg_candidates_.resize(legs_.size());
  answer_event_.resize(plans_.size());
  answer_.resize(plans_.size());
}

void Questioner::start(std::size_t entry) {
  entry_ = entry;
  ++event_;
}

const Objects& Questioner::objects(Kind kind) {
  const auto k = static_cast<std::size_t>(kind);
  if (decoded_[k] != event_) {
    columns_[k].decode(entry_, objects_[k]);
    decoded_[k] = event_;
  }
  return objects_[k];
}

std::uint32_t Questioner::candidates(std::uint32_t number) {
  if (leg_event_[number] == event_) return leg_candidates_[number];
  const Leg& leg = legs_[number];
  const ObjectColumns& columns = columns_[static_cast<std::size_t>(leg.kind)];
  std::uint32_t mask = 0;
  if (columns.plain() && tests_[number].exact()) {
    mask = tests_[number].passing(columns, entry_);
  } else {
    const Objects& all = objects(leg.kind);
    for (std::uint32_t i = 0; i < all.count; ++i) {
      mask |= std::uint32_t{passes(leg, [&](Attribute attribute) { return all(attribute, i); })} << i;
    }
  }
  leg_event_[number] = event_;
  return leg_candidates_[number] = mask;
}

bool Questioner::fires(std::uint32_t number) {
  if (answer_event_[number] != event_) {
    const Plan& plan = plans_[number];
    const bool possible = !plan.weaker || fires(*plan.weaker);
    answer_[number] = possible && search(menu_.combinations[number], plan) ? 1 : 0;
    answer_event_[number] = event_;
  }
  return answer_[number] != 0;
}

bool Questioner::search(const Combination& combination, const Plan& plan) {
  Search state{combination, plan, {}, {}, {}};
  for (std::size_t leg = 0; leg < plan.legs.size(); ++leg) {
    state.candidates[leg] = candidates(plan.legs[leg]);
    if (state.candidates[leg] == 0) return false;
  }
  return choose(state, 0);
}

bool Questioner::choose(Search& state, std::size_t leg) {
  if (leg == state.combination.legs.size()) return true;
  std::uint32_t& used = state.used[static_cast<std::size_t>(state.combination.legs[leg].kind)];
  for (std::uint32_t left = state.candidates[leg] & ~used; left != 0; left &= left - 1) {
    state.chosen[leg] = static_cast<std::uint32_t>(std::countr_zero(left));
    const auto holds = [&](std::uint32_t c) { return related(state, state.combination.correlations[c]); };
    if (!std::ranges::all_of(state.plan.due[leg], holds)) continue;
    const std::uint32_t bit = 1u << state.chosen[leg];
    used |= bit;
    if (choose(state, leg + 1)) return true;
    used &= ~bit;
  }
  return false;
}

/// Of plain columns few objects are looked at: those are not worth decoding all.
const Point& Questioner::point(Kind kind, std::uint32_t object) {
  const auto k = static_cast<std::size_t>(kind);
  const ObjectColumns& columns = columns_[k];
  if (!columns.plain()) {
    if (!objects(kind).placed) columns.place(objects_[k]);
    return objects_[k].points[object];
  }
  if (placed_[k] != event_) placed_objects_[k] = 0;
  placed_[k] = event_;
  const std::uint32_t bit = 1u << object;
  if ((placed_objects_[k] & bit) == 0) objects_[k].points[object] = columns.point(entry_, object);
  placed_objects_[k] |= bit;
  return objects_[k].points[object];
}

bool Questioner::related(const Search& state, const Correlation& one) {
  const auto kind_of = [&](std::uint8_t leg) { return state.combination.legs[leg].kind; };
  if (one.charges != Charges::any) {
    int positive = 0, negative = 0;
    for (const std::uint8_t leg : one.legs) {
      const std::int32_t charge = objects(kind_of(leg))(Attribute::charge, state.chosen[leg]);
      positive += charge > 0;
      negative += charge < 0;
    }
    const bool valid = positive + negative == static_cast<int>(one.legs.size());
    if (!valid || (one.charges == Charges::same) != (positive == 0 || negative == 0)) return false;
  }
  if (one.d_eta.open() && one.d_phi.open() && one.d_r2.open() && one.mass2.open()) return true;
  std::int64_t mass2 = 0;
  for (std::size_t i = 0; i < one.legs.size(); ++i) {
    for (std::size_t j = i + 1; j < one.legs.size(); ++j) {
      const std::uint8_t a = one.legs[i], b = one.legs[j];
      const Distance distance(point(kind_of(a), state.chosen[a]), point(kind_of(b), state.chosen[b]));
      if (!one.d_eta.open() && !one.d_eta.holds(distance.d_eta())) return false;
      if (!one.d_phi.open() && !one.d_phi.holds(distance.d_phi())) return false;
      if (!one.d_r2.open() && !one.d_r2.holds(distance.d_r2())) return false;
      if (!one.mass2.open()) mass2 += distance.mass2();
    }
  }
  return one.mass2.holds(mass2);
}

}  // namespace trigloop::menu
