#include "tune/search/percentile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "tune/search/order.hpp"

namespace trigloop::tune {
namespace {

/// The percentile of what is not NaN, linear between two values, as numpy has it; NaN if there is nothing.
double percentile(std::vector<double> values, double percent) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = percent / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  if (below + 1 == values.size()) return *at;
  return std::lerp(*at, *std::min_element(at + 1, values.end()), place - static_cast<double>(below));
}

double best_of(const History& history, const Trial& trial) {
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [step, value] : trial.intermediate)
    if (std::isnan(best) || is_better(history, value, best)) best = value;
  return best;
}

/// Whether no earlier report of the trial fell into the interval of its last one.
bool is_first_in_interval(const Trial& trial, const PercentileOptions& options) {
  const std::int64_t last = trial.intermediate.rbegin()->first;
  const std::int64_t begin = (last - options.warmup) / options.interval * options.interval + options.warmup;
  const auto before = std::next(trial.intermediate.rbegin());
  return before == trial.intermediate.rend() || before->first < begin;
}

}  // namespace

PercentilePruner::PercentilePruner(PercentileOptions options) : options_(options) {
  if (!(options.percentile >= 0 && options.percentile <= 100) || options.startup < 0 || options.warmup < 0 ||
      options.interval < 1 || options.min_trials < 1)
    throw core::Error(core::ErrorCode::usage, "the median pruner has an option out of its range");
}

void PercentilePruner::take(const History& history) {
  for (; seen_ < history.finished().size(); ++seen_) {
    const Trial& trial = history[history.finished()[seen_]];
    if (trial.state != TrialState::complete) continue;
    ++complete_;
    for (const auto& [step, value] : trial.intermediate) at_step_[step].push_back(value);
  }
}

Verdict PercentilePruner::judge(const History& history, const Trial& trial) {
  take(history);
  if (complete_ == 0 || complete_ < options_.startup || trial.intermediate.empty()) return {};
  const std::int64_t step = trial.intermediate.rbegin()->first;
  if (step < options_.warmup || !is_first_in_interval(trial, options_)) return {};
  const double best = best_of(history, trial);
  if (std::isnan(best)) return {true, {}};
  const auto others = at_step_.find(step);
  if (others == at_step_.end() || static_cast<std::int64_t>(others->second.size()) < options_.min_trials) return {};
  const bool maximize = history.directions().front() == Direction::maximize;
  const double limit = percentile(others->second, maximize ? 100 - options_.percentile : options_.percentile);
  return {is_better(history, limit, best), {}};
}

}  // namespace trigloop::tune
