#include "tune/search/nsga2_sampler.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "tune/search/draw.hpp"
#include "tune/search/pareto.hpp"
#include "tune/search/random_sampler.hpp"

namespace trigloop::tune {
namespace {

constexpr const char* generation_key = "NSGAIISampler:generation";

}  // namespace

/// The best by front; of the front that is cut, those with the most room around them.
std::vector<std::int64_t> Nsga2Sampler::select(const History& history, std::vector<std::int64_t> candidates) const {
  const auto wanted = static_cast<std::size_t>(options_.population);
  std::vector<Losses> losses;
  for (const std::int64_t n : candidates) losses.push_back(losses_of(history, history[n]));
  std::vector<std::int64_t> chosen;
  for (const auto& front : fronts(losses)) {
    const std::vector<double> room = crowding(losses, front);
    std::vector<std::size_t> order(front.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return room[i]; });
    for (const std::size_t i : order)
      if (chosen.size() < wanted) chosen.push_back(candidates[front[i]]);
  }
  return chosen;
}

/// The generation that is being made now.
std::size_t Nsga2Sampler::generation(const History& history) {
  for (; seen_ < history.finished().size(); ++seen_) {
    const Trial& trial = history[history.finished()[seen_]];
    if (trial.state != TrialState::complete) continue;
    const auto at = trial.system_attributes.find(generation_key);
    const std::size_t g = at == trial.system_attributes.end() ? 0 : std::strtoul(at->second.c_str(), nullptr, 10);
    members_[g].push_back(trial.number);
  }
  while (members_[parents_.size() - 1].size() >= static_cast<std::size_t>(options_.population)) {
    std::vector<std::int64_t> all = parents_.back();
    const auto& newest = members_[parents_.size() - 1];
    all.insert(all.end(), newest.begin(), newest.end());
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    parents_.push_back(select(history, std::move(all)));
  }
  return parents_.size() - 1;
}

Suggestion Nsga2Sampler::suggest(const History& history, const Space& space, std::int64_t number, const Fixed& fixed) {
  const std::size_t now = generation(history);
  core::Philox random(seed_, static_cast<std::uint64_t>(number));
  const std::vector<std::int64_t>& parents = parents_[now];
  const auto tournament = [&]() -> const Trial& {
    const auto one = [&]() -> const Trial& {
      return history[parents[static_cast<std::size_t>(uniform(random) * static_cast<double>(parents.size()))]];
    };
    const Trial &a = one(), &b = one();
    return dominates(losses_of(history, b), losses_of(history, a)) ? b : a;
  };
  const Trial* first = parents.empty() ? nullptr : &tournament();
  const Trial* second = first != nullptr && uniform(random) < options_.crossover ? &tournament() : first;
  const double mutation = 1 / static_cast<double>(std::max<std::size_t>(space.dimensions().size(), 1));
  const auto choose = [&](std::size_t d, const Interval& line) {
    // The same numbers are drawn on every path.
    const double fresh = from_unit(line, uniform(random));
    const bool swap = uniform(random) < options_.swapping, mutate = uniform(random) < mutation;
    const Trial* parent = swap ? second : first;
    const Parameter* gene = parent == nullptr ? nullptr : parent->find(space.dimensions()[d].name);
    return gene == nullptr || mutate || !contains(*space.dimensions()[d].distribution, gene->value) ? fresh
                                                                                                    : gene->value;
  };
  return {fill(space, fixed, choose), {{generation_key, std::to_string(now)}}};
}

}  // namespace trigloop::tune
