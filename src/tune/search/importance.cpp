#include "tune/search/importance.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "tune/search/forest.hpp"

namespace trigloop::tune {
namespace {

std::vector<const Trial*> newest_complete(const History& history, std::size_t objective, std::size_t most) {
  std::vector<const Trial*> all;
  for (std::size_t n = history.size(); n-- > 0 && all.size() < most;) {
    const Trial& trial = history[static_cast<std::int64_t>(n)];
    if (trial.state == TrialState::complete && std::isfinite(trial.values[objective])) all.push_back(&trial);
  }
  return all;
}

/// Parameters that all trials have, with the newest distribution.
std::vector<const Parameter*> common_parameters(const std::vector<const Trial*>& trials) {
  std::vector<const Parameter*> all;
  for (const Parameter& p : trials.front()->parameters) {
    const bool is_common = std::ranges::all_of(trials, [&](const Trial* t) {
      const Parameter* other = t->find(p.name);
      return other != nullptr && other->distribution->index() == p.distribution->index();
    });
    if (is_common) all.push_back(&p);
  }
  return all;
}

Samples samples_of(const std::vector<const Trial*>& trials, const std::vector<const Parameter*>& parameters,
                   std::size_t objective) {
  Samples samples;
  for (const Trial* trial : trials) samples.answers.push_back(trial->values[objective]);
  for (const Parameter* p : parameters) {
    const Interval line = interval(*p->distribution);
    Side side{line.low - line.step / 2, line.high + line.step / 2, line.choices};
    auto& column = samples.columns.emplace_back();
    for (const Trial* trial : trials) {
      column.push_back(trial->find(p->name)->value);
      side.low = std::min(side.low, column.back());
      side.high = std::max(side.high, column.back());
      if (side.choices > 0) side.choices = std::max(side.choices, static_cast<std::size_t>(column.back()) + 1);
    }
    samples.sides.push_back(side);
  }
  return samples;
}

}  // namespace

std::vector<Importance> importance(const History& history, std::size_t objective, const ForestOptions& options) {
  const auto trials = newest_complete(history, objective, options.trials);
  if (trials.size() < 2) return {};
  std::vector<const Parameter*> parameters = common_parameters(trials);
  std::vector<Importance> all;
  for (const Parameter* p : parameters) all.push_back({p->name, 0});
  std::erase_if(parameters, [](const Parameter* p) { return is_single(*p->distribution); });
  if (parameters.empty()) return all;

  const Samples samples = samples_of(trials, parameters, objective);
  std::vector<std::vector<double>> shares(options.trees);
  core::parallel_for(options.trees, 0, [&](std::size_t tree, unsigned) {
    shares[tree] = tree_shares(samples, options.depth, core::Philox(options.seed, tree));
  });
  double sum = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    auto& one = *std::ranges::find(all, parameters[i]->name, &Importance::name);
    for (const auto& tree : shares) one.share += tree.empty() ? 0 : tree[i];
    sum += one.share;
  }
  if (sum <= 0) return {};
  for (Importance& one : all) one.share /= sum;
  std::ranges::stable_sort(all, std::ranges::greater(), &Importance::share);
  return all;
}

}  // namespace trigloop::tune
