#include "tune/search/tpe.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>

#include "tune/search/draw.hpp"
#include "tune/search/random_sampler.hpp"

namespace trigloop::tune {
namespace {

constexpr std::uint64_t most_bad = 8192;

bool same(const std::vector<Condition>& a, const std::vector<Condition>& b) {
  return std::ranges::equal(
      a, b, [](const Condition& x, const Condition& y) { return x.parent == y.parent && x.values == y.values; });
}

/// The value of a trial's parameter in the space of today, which may have other ranges or choices; nothing, if it holds
/// no such value.
std::optional<double> translated(const Parameter* parameter, const Dimension& dimension) {
  if (parameter == nullptr) return {};
  const Distribution &theirs = *parameter->distribution, &ours = *dimension.distribution;
  if (&theirs == &ours || theirs == ours) return parameter->value;
  if (theirs.index() != ours.index()) return {};
  if (const auto* old = std::get_if<CategoricalDistribution>(&theirs)) {
    const auto& choices = std::get<CategoricalDistribution>(ours).choices;
    const auto at = std::ranges::find(choices, old->choices.at(static_cast<std::size_t>(parameter->value)));
    if (at == choices.end()) return {};
    return static_cast<double>(at - choices.begin());
  }
  return contains(ours, parameter->value) ? std::optional(parameter->value) : std::nullopt;
}

}  // namespace

void TpeSampler::make_groups(const Space& space, std::size_t objectives) {
  const auto& dimensions = space.dimensions();
  std::vector<std::vector<std::size_t>> members;
  group_of_.assign(dimensions.size(), 0);
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    if (is_single(*dimensions[d].distribution)) continue;
    auto group = std::ranges::find_if(members, [&](const auto& one) {
      return options_.multivariate && same(dimensions[one.front()].when, dimensions[d].when);
    });
    if (group == members.end()) group = members.emplace(members.end());
    group->push_back(d);
    group_of_[d] = static_cast<std::size_t>(group - members.begin());
  }
  const auto good = objectives > 1 ? Parzen::Weights::equal : Parzen::Weights::recent;
  for (auto& one : members) {
    std::vector<Interval> axes;
    for (const std::size_t d : one) axes.push_back(interval(*dimensions[d].distribution));
    const bool discrete =
        members.size() == 1 && std::ranges::all_of(axes, [](const Interval& i) { return i.step > 0; });
    groups_.push_back({std::move(one), Parzen(axes, good, options_.sharpness, options_.least_step),
                       Parzen(axes, Parzen::Weights::recent), discrete});
  }
}

/// By its number alone, so that what is known is a function of the history. Powers of two nest.
bool TpeSampler::is_thinned(const Trial& trial) const noexcept {
  const std::uint64_t mixed = (static_cast<std::uint64_t>(trial.number) * 0x9E3779B97F4A7C15u) >> 32;
  return is_finished(trial.state) && (mixed & (known_one_in_ - 1)) != 0;
}

void TpeSampler::thin(const History& history) {
  if (learnt_ <= known_one_in_ * most_bad) return;
  while (learnt_ > known_one_in_ * most_bad) known_one_in_ *= 2;
  for (const std::int64_t one : history.finished().first(seen_))
    if (is_thinned(history[one]) && !std::ranges::binary_search(good_, one)) drop(one);
}

/// A trial's point among the group's parameters; nothing, if it lacks one.
std::optional<std::vector<double>> TpeSampler::values_in(const Group& group, const Trial& trial,
                                                         const Space& space) const {
  std::vector<double> values;
  for (const std::size_t d : group.dimensions) {
    const Dimension& dimension = space.dimensions()[d];
    const auto value = translated(trial.find(dimension.name), dimension);
    if (!value) return {};
    values.push_back(*value);
  }
  return values;
}

void TpeSampler::put(const Trial& trial, const Space& space, bool is_good) {
  if (!is_good && is_thinned(trial)) return;
  for (Group& group : groups_)
    if (const auto values = values_in(group, trial, space))
      (is_good ? group.good : group.bad).add(trial.number, *values);
}

void TpeSampler::drop(std::int64_t trial) {
  for (Group& group : groups_) {
    group.good.remove(trial);
    group.bad.remove(trial);
  }
}

void TpeSampler::take_finished(const History& history, const Space& space) {
  for (; seen_ < history.finished().size(); ++seen_) {
    const Trial& trial = history[history.finished()[seen_]];
    const bool was_running = running_.erase(trial.number) > 0;
    if (trial.state == TrialState::fail) {
      if (was_running) drop(trial.number);
      continue;
    }
    ++learnt_;
    for (Group& group : groups_)
      if (auto values = group.is_discrete ? values_in(group, trial, space) : std::nullopt)
        group.tried.insert(std::move(*values));
    if (history.directions().size() == 1) ranking_.add(history, trial);
    if (!was_running)
      put(trial, space, false);
    else if (is_thinned(trial))
      drop(trial.number);
  }
  thin(history);
}

void TpeSampler::take_running(const History& history, const Space& space, std::int64_t number) {
  // Whoever waits again, or is asked for now, runs no more.
  std::erase_if(running_, [&](std::int64_t one) {
    const bool gone = one == number || !history.running().contains(one);
    if (gone) drop(one);
    return gone;
  });
  if (!options_.constant_liar) return;
  for (const std::int64_t one : history.running()) {
    if (one == number || history[one].parameters.empty() || !running_.insert(one).second) continue;
    put(history[one], space, false);
  }
}

std::size_t TpeSampler::good_trials(std::size_t objectives) const {
  const double share = objectives > 1 ? 0.1 : options_.good_share;
  const auto count = static_cast<std::size_t>(std::ceil(share * static_cast<double>(learnt_)));
  return objectives > 1 ? count : std::min<std::size_t>(count, 25);
}

void TpeSampler::split(const History& history, const Space& space) {
  const std::size_t objectives = history.directions().size(), count = good_trials(objectives);
  std::vector<std::int64_t> good = objectives == 1 ? ranking_.best(count) : best_of_several(history, count);
  std::vector<std::int64_t> moved;
  std::ranges::set_symmetric_difference(good, good_, std::back_inserter(moved));
  for (const std::int64_t one : moved) {
    drop(one);
    put(history[one], space, std::ranges::binary_search(good, one));
  }
  good_ = std::move(good);
}

void TpeSampler::update(const History& history, const Space& space, std::int64_t number) {
  if (group_of_.empty()) make_groups(space, history.directions().size());
  assert(group_of_.size() == space.dimensions().size());
  const std::size_t before = seen_;
  take_finished(history, space);
  take_running(history, space, number);
  if (seen_ != before) split(history, space);
}

std::vector<double> TpeSampler::draw(Group& group, const Space& space, const Fixed& fixed, core::Philox& random) const {
  const std::size_t axes = group.dimensions.size(), count = static_cast<std::size_t>(options_.candidates);
  std::vector<double> points(count * axes);
  for (std::size_t c = 0; c < count; ++c) {
    const std::span<double> point(points.data() + c * axes, axes);
    group.good.sample(random, point);
    for (std::size_t a = 0; a < axes; ++a) {
      const auto set = fixed.find(space.dimensions()[group.dimensions[a]].name);
      if (set != fixed.end()) point[a] = set->second;
    }
  }
  const std::vector<double> good = group.good.log_density(points), bad = group.bad.log_density(points);
  const auto row = [&](std::size_t c) {
    return std::vector(points.begin() + static_cast<std::ptrdiff_t>(c * axes),
                       points.begin() + static_cast<std::ptrdiff_t>((c + 1) * axes));
  };
  // On a grid the best place is often one that was tried: the same training again tells nothing.
  std::pair<bool, double> most{false, -INFINITY};
  std::size_t best = 0;
  for (std::size_t c = 0; c < count; ++c) {
    const std::pair merit(!group.tried.contains(row(c)), good[c] - bad[c]);
    if (merit > most) std::tie(most, best) = std::tuple(merit, c);
  }
  return row(best);
}

Suggestion TpeSampler::suggest(const History& history, const Space& space, std::int64_t number, const Fixed& fixed) {
  update(history, space, number);
  core::Philox random(seed_, static_cast<std::uint64_t>(number));
  const bool knows = static_cast<std::int64_t>(learnt_) >= options_.startup;
  std::map<std::size_t, std::vector<double>> drawn;  // by group
  const auto choose = [&](std::size_t d, const Interval& line) {
    if (!knows) return from_unit(line, uniform(random));
    Group& group = groups_[group_of_[d]];
    const auto [at, is_new] = drawn.try_emplace(group_of_[d]);
    if (is_new) at->second = draw(group, space, fixed, random);
    const auto axis = std::ranges::find(group.dimensions, d) - group.dimensions.begin();
    return at->second[static_cast<std::size_t>(axis)];
  };
  return {fill(space, fixed, choose), {}};
}

}  // namespace trigloop::tune
