#include "tune/search/halving.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/error.hpp"
#include "tune/search/order.hpp"

namespace trigloop::tune {
namespace {

std::string rung_key(std::int64_t rung) { return "completed_rung_" + std::to_string(rung); }

/// The first rung that the trial has not completed.
std::int64_t current_rung(const Trial& trial) {
  std::int64_t rung = 0;
  while (trial.system_attributes.contains(rung_key(rung))) ++rung;
  return rung;
}

/// The step of a rung; the largest number if it is beyond.
std::int64_t rung_step(const HalvingOptions& options, std::int64_t rung) {
  std::int64_t step = options.min_resource;
  for (std::int64_t i = 0; i < options.early + rung; ++i) {
    if (step > std::numeric_limits<std::int64_t>::max() / options.reduction)
      return std::numeric_limits<std::int64_t>::max();
    step *= options.reduction;
  }
  return step;
}

std::int64_t hundredth_of_longest(const History& history) {
  std::int64_t last = -1;
  for (const std::int64_t number : history.finished()) {
    const Trial& trial = history[number];
    if (trial.state == TrialState::complete && !trial.intermediate.empty())
      last = std::max(last, trial.intermediate.rbegin()->first);
  }
  return last < 0 ? 0 : std::max<std::int64_t>(last / 100, 1);
}

}  // namespace

HalvingPruner::HalvingPruner(HalvingOptions options) : options_(options) {
  using core::Error;
  using core::ErrorCode;
  if (options.min_resource < 0) throw Error(ErrorCode::usage, "halving needs min_resource of at least 1 step");
  if (options.reduction < 2) throw Error(ErrorCode::usage, "halving needs a reduction of at least 2");
  if (options.early < 0 || options.bootstrap < 0) throw Error(ErrorCode::usage, "halving has a negative option");
  if (options.bootstrap > 0 && options.min_resource == 0)
    throw Error(ErrorCode::usage, "halving cannot have bootstrap while min_resource is to be found out");
}

Verdict HalvingPruner::judge(const History& history, const Trial& trial) {
  return judge(history, trial, nullptr, [](const void*, std::int64_t) { return true; });
}

Verdict HalvingPruner::judge(const History& history, const Trial& trial, const void* context, Filter filter) {
  Verdict verdict;
  if (trial.intermediate.empty()) return verdict;
  if (options_.min_resource == 0) options_.min_resource = hundredth_of_longest(history);
  if (options_.min_resource == 0) return verdict;
  const auto [step, value] = *trial.intermediate.rbegin();
  for (std::int64_t rung = current_rung(trial); step >= rung_step(options_, rung); ++rung) {
    if (std::isnan(value)) return verdict.prune = true, verdict;
    const std::string key = rung_key(rung);
    verdict.system_attributes[key] = json_number(value);

    // How many came here, and how many of them are better: no need to sort.
    std::int64_t rivals = 1, better = 0;
    for (std::size_t n = 0; n < history.size(); ++n) {
      const Trial& other = history[static_cast<std::int64_t>(n)];
      const auto at = other.system_attributes.find(key);
      if (other.number == trial.number || at == other.system_attributes.end() || !filter(context, other.number))
        continue;
      ++rivals;
      better += is_better(history, std::strtod(at->second.c_str(), nullptr), value);
    }
    const std::int64_t promoted = std::max<std::int64_t>(rivals / options_.reduction, 1);
    if (rivals <= options_.bootstrap || better >= promoted) return verdict.prune = true, verdict;
  }
  return verdict;
}

}  // namespace trigloop::tune
