#include "menu/question.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <span>

#include "menu/implication.hpp"

namespace trigloop::menu {
namespace {

/// The nearest combination before `number`, or else behind it, that it implies. Of two that imply each other the first
/// one stands for both, so that asking for weaker and weaker ones ends. Without correlations it would not say more than
/// the legs do. Its own number, if there is none.
std::uint32_t find_weaker(const Menu& menu, std::uint32_t number) {
  const auto n = static_cast<std::uint32_t>(menu.combinations.size());
  const Combination& strong = menu.combinations[number];
  for (std::uint32_t step = 1; step < n; ++step) {
    const std::uint32_t other = (number + n - step) % n;
    const Combination& weak = menu.combinations[other];
    if (!weak.correlations.empty() && implies(strong, weak) && (other < number || !implies(weak, strong))) return other;
  }
  return number;
}

bool symmetric(const Combination& combination) {
  const auto same = [&](const Leg& leg) { return leg == combination.legs[0]; };
  const auto of_all = [&](const Correlation& one) { return one.legs.size() == combination.legs.size(); };
  return std::ranges::all_of(combination.legs, same) && std::ranges::all_of(combination.correlations, of_all);
}

}  // namespace

/// Objects chosen for the legs so far.
struct Questioner::Search {
  const Plan& plan;
  std::array<std::uint32_t, max_legs> candidates{}, chosen{};
  std::array<std::uint32_t, kinds> used{};
};

Questioner::Questioner(const Menu& menu, const std::array<ObjectColumns, kinds>& columns) : columns_(columns) {
  std::vector<Leg> legs;  // each once
  for (const Combination& combination : menu.combinations) {
    add(combination, legs);
    plans_.back().weaker = find_weaker(menu, static_cast<std::uint32_t>(plans_.size() - 1));
  }
  for (const Leg& leg : legs) tests_.emplace_back(leg);
  leg_event_.resize(legs.size());
  leg_candidates_.resize(legs.size());
  answer_event_.resize(plans_.size());
  answer_.resize(plans_.size());
}

void Questioner::add(const Combination& combination, std::vector<Leg>& legs) {
  assert(combination.legs.size() <= max_legs);
  Plan& plan = plans_.emplace_back();
  plan.symmetric = symmetric(combination);
  plan.due[0] = static_cast<std::uint32_t>(checks_.size());
  for (const Leg& leg : combination.legs) {
    const auto at = std::ranges::find(legs, leg);
    plan.legs[plan.size] = static_cast<std::uint32_t>(at - legs.begin());
    if (at == legs.end()) legs.push_back(leg);
    plan.kinds[plan.size] = leg.kind;
    for (const Correlation& one : combination.correlations) {
      if (one.legs.back() != plan.size) continue;
      Check& check = checks_.emplace_back(Check{one.d_eta, one.d_phi, one.d_r2, one.mass2, {}, 0, one.charges});
      for (const std::uint8_t number : one.legs) check.legs[check.size++] = number;
    }
    plan.due[++plan.size] = static_cast<std::uint32_t>(checks_.size());
  }
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
  const LegTests& tests = tests_[number];
  const ObjectColumns& columns = columns_[static_cast<std::size_t>(tests.kind())];
  const std::uint32_t mask = columns.plain() ? tests.passing(columns, entry_) : tests.passing(objects(tests.kind()));
  leg_event_[number] = event_;
  return leg_candidates_[number] = mask;
}

bool Questioner::fires(std::uint32_t number) {
  if (answer_event_[number] != event_) {
    const Plan& plan = plans_[number];
    const bool possible = plan.weaker == number || fires(plan.weaker);
    answer_[number] = possible && search(plan) ? 1 : 0;
    answer_event_[number] = event_;
  }
  return answer_[number] != 0;
}

bool Questioner::search(const Plan& plan) {
  Search state{plan, {}, {}, {}};
  for (std::size_t leg = 0; leg < plan.size; ++leg) {
    state.candidates[leg] = candidates(plan.legs[leg]);
    if (state.candidates[leg] == 0) return false;
  }
  if (plan.due[0] != plan.due[plan.size]) {
    for (std::size_t leg = 0; leg < plan.size; ++leg) place(plan.kinds[leg], state.candidates[leg]);
  }
  return choose(state, 0);
}

bool Questioner::choose(Search& state, std::size_t leg) {
  const Plan& plan = state.plan;
  if (leg == plan.size) return true;
  std::uint32_t& used = state.used[static_cast<std::size_t>(plan.kinds[leg])];
  const std::uint32_t from = plan.symmetric && leg > 0 ? 2u << state.chosen[leg - 1] : 1u;
  for (std::uint32_t left = state.candidates[leg] & ~used & ~(from - 1); left != 0; left &= left - 1) {
    state.chosen[leg] = static_cast<std::uint32_t>(std::countr_zero(left));
    const std::span<const Check> due(checks_.data() + plan.due[leg], checks_.data() + plan.due[leg + 1]);
    if (!std::ranges::all_of(due, [&](const Check& one) { return related(state, one); })) continue;
    const std::uint32_t bit = 1u << state.chosen[leg];
    used |= bit;
    if (choose(state, leg + 1)) return true;
    used &= ~bit;
  }
  return false;
}

/// Of plain columns few objects are looked at: those are not worth decoding all.
void Questioner::place(Kind kind, std::uint32_t wanted) {
  const auto k = static_cast<std::size_t>(kind);
  const ObjectColumns& columns = columns_[k];
  if (!columns.plain()) {
    if (!objects(kind).placed) columns.place(objects_[k]);
    return;
  }
  if (placed_[k] != event_) placed_objects_[k] = 0;
  placed_[k] = event_;
  for (std::uint32_t left = wanted & ~placed_objects_[k]; left != 0; left &= left - 1) {
    const auto object = static_cast<std::uint32_t>(std::countr_zero(left));
    objects_[k].points[object] = columns.point(entry_, object);
  }
  placed_objects_[k] |= wanted;
}

/// Everything is computed, and asked for at last: one branch that is hard to foresee in place of five.
bool Questioner::related(const Search& state, const Check& one) const {
  std::array<const Point*, max_legs> points;
  int positive = 0, negative = 0;
  const std::size_t n = one.size;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t leg = one.legs[i];
    points[i] = &objects_[static_cast<std::size_t>(state.plan.kinds[leg])].points[state.chosen[leg]];
    positive += points[i]->charge > 0;
    negative += points[i]->charge < 0;
  }
  const bool all = positive + negative == static_cast<int>(n), alike = (positive == 0) | (negative == 0);
  bool holds = (one.charges == Charges::any) | (all & ((one.charges == Charges::same) == alike));
  std::int64_t mass2 = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const Distance distance(*points[i], *points[j]);
      holds &= one.d_eta.holds(distance.d_eta()) & one.d_phi.holds(distance.d_phi()) & one.d_r2.holds(distance.d_r2());
      mass2 += distance.mass2();
    }
  }
  return holds & one.mass2.holds(mass2);
}

}  // namespace trigloop::menu
