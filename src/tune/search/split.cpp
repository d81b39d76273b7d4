#include "tune/search/split.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tune/search/pareto.hpp"

namespace trigloop::tune {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double ordered(double loss) { return std::isnan(loss) ? infinity : loss; }

}  // namespace

void Ranking::add(const History& history, const Trial& trial) {
  if (trial.state == TrialState::complete) {
    order_.emplace(false, ordered(history.loss(trial)), 0, trial.number);
  } else if (trial.intermediate.empty()) {
    order_.emplace(true, 1, 0, trial.number);
  } else {
    const auto [step, value] = *trial.intermediate.rbegin();
    const bool maximize = history.directions().front() == Direction::maximize;
    order_.emplace(true, -static_cast<double>(step), ordered(maximize ? -value : value), trial.number);
  }
}

std::vector<std::int64_t> Ranking::best(std::size_t count) const {
  std::vector<std::int64_t> numbers;
  for (auto at = order_.begin(); at != order_.end() && numbers.size() < count; ++at)
    numbers.push_back(std::get<3>(*at));
  std::ranges::sort(numbers);
  return numbers;
}

std::vector<std::int64_t> best_of_several(const History& history, std::size_t count) {
  std::vector<std::int64_t> numbers;
  std::vector<Losses> losses;
  for (const std::int64_t number : history.finished()) {
    if (history[number].state != TrialState::complete) continue;
    numbers.push_back(number);
    losses.push_back(losses_of(history, history[number]));
  }
  std::vector<std::int64_t> best;
  for (const std::vector<std::size_t>& front : fronts(losses)) {
    if (best.size() >= count) break;
    for (const std::size_t i : spread_subset(losses, front, count - best.size())) best.push_back(numbers[i]);
  }
  std::ranges::sort(best);
  return best;
}

}  // namespace trigloop::tune
