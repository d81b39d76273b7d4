#include "tune/search/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace trigloop::tune {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Fronts = std::vector<std::vector<std::size_t>>;

/// In lexicographic order nobody dominates an earlier point, so with two objectives a point goes behind the last front
/// whose least second loss dominates it: found by bisection, as those grow from front to front.
Fronts fronts_of_two(const std::vector<Losses>& points, const std::vector<std::size_t>& order) {
  Fronts all;
  std::vector<Losses> last;  // of each front: the newest point, which has the least second loss
  for (const std::size_t i : order) {
    const auto at = std::ranges::partition_point(last, [&](const Losses& l) { return dominates(l, points[i]); });
    if (at == last.end()) {
      last.push_back(points[i]);
      all.push_back({i});
    } else {
      *at = points[i];
      all[static_cast<std::size_t>(at - last.begin())].push_back(i);
    }
  }
  return all;
}

Fronts fronts_of_many(const std::vector<Losses>& points, const std::vector<std::size_t>& order) {
  Fronts all;
  for (const std::size_t i : order) {
    const auto beaten = [&](const std::vector<std::size_t>& front) {
      return std::ranges::any_of(front, [&](std::size_t j) { return dominates(points[j], points[i]); });
    };
    const auto at = std::ranges::partition_point(all, beaten);
    if (at == all.end()) {
      all.push_back({i});
    } else {
      at->push_back(i);
    }
  }
  return all;
}

/// By slices along the last objective.
double volume(std::vector<Losses> points, const Losses& reference, std::size_t objectives) {
  const std::size_t last = objectives - 1;
  std::ranges::sort(points, {}, [&](const Losses& p) { return p[last]; });
  if (objectives == 1) return points.empty() ? 0 : std::max(0.0, reference[0] - points[0][0]);
  double sum = 0;
  std::vector<Losses> below;
  for (std::size_t i = 0; i < points.size() && points[i][last] < reference[last]; ++i) {
    below.push_back(points[i]);
    const double next = i + 1 < points.size() ? std::min(points[i + 1][last], reference[last]) : reference[last];
    if (next > points[i][last]) sum += (next - points[i][last]) * volume(below, reference, last);
  }
  return sum;
}

/// A point a little beyond the worst of a front, as Optuna sets it.
Losses reference_of(const std::vector<Losses>& points, const std::vector<std::size_t>& front) {
  Losses reference(points[front.front()].size(), -infinity);
  for (std::size_t k = 0; k < reference.size(); ++k) {
    for (const std::size_t i : front) reference[k] = std::max(reference[k], points[i][k]);
    reference[k] = std::max(1.1 * reference[k], 0.9 * reference[k]);
    if (reference[k] == 0) reference[k] = 1e-12;
  }
  return reference;
}

}  // namespace

Losses losses_of(const History& history, const Trial& trial) {
  Losses all;
  for (std::size_t i = 0; i < trial.values.size(); ++i) {
    const double loss = history.loss(trial, i);
    all.push_back(std::isnan(loss) ? infinity : loss);
  }
  return all;
}

bool dominates(const Losses& a, const Losses& b) noexcept {
  bool is_better = false;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k] > b[k]) return false;
    is_better |= a[k] < b[k];
  }
  return is_better;
}

Fronts fronts(const std::vector<Losses>& points) {
  if (points.empty()) return {};
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  Fronts all = points.front().size() == 2 ? fronts_of_two(points, order) : fronts_of_many(points, order);
  for (auto& front : all) std::ranges::sort(front);
  return all;
}

std::vector<std::int64_t> pareto_front(const History& history) {
  std::vector<std::int64_t> numbers, best;
  std::vector<Losses> losses;
  for (std::size_t n = 0; n < history.size(); ++n) {
    const Trial& trial = history[static_cast<std::int64_t>(n)];
    if (trial.state != TrialState::complete) continue;
    numbers.push_back(trial.number);
    losses.push_back(losses_of(history, trial));
  }
  if (losses.empty()) return best;
  const Fronts all = fronts(losses);
  for (const std::size_t i : all.front()) best.push_back(numbers[i]);
  return best;
}

double hypervolume(std::vector<Losses> points, const Losses& reference) {
  std::erase_if(points, [&](const Losses& p) { return !dominates(p, reference); });
  return volume(std::move(points), reference, reference.size());
}

std::vector<std::size_t> spread_subset(const std::vector<Losses>& points, const std::vector<std::size_t>& front,
                                       std::size_t count) {
  if (front.size() <= count) return front;
  const Losses reference = reference_of(points, front);
  std::vector<std::size_t> chosen;
  std::vector<Losses> volume_of;
  // What a point adds only shrinks as others come, so the greatest old gain is looked at first: few are computed anew.
  std::vector<std::pair<double, std::size_t>> gains;
  for (const std::size_t i : front) gains.emplace_back(infinity, i);
  double so_far = 0;
  while (chosen.size() < count) {
    std::pair<double, std::size_t> best(-infinity, 0);
    std::size_t best_at = 0;
    std::ranges::sort(gains, [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    for (std::size_t g = 0; g < gains.size() && gains[g].first > best.first; ++g) {
      volume_of.push_back(points[gains[g].second]);
      gains[g].first = hypervolume(volume_of, reference) - so_far;
      volume_of.pop_back();
      if (gains[g].first > best.first) best = gains[g], best_at = g;
    }
    chosen.push_back(best.second);
    volume_of.push_back(points[best.second]);
    so_far += best.first;
    gains.erase(gains.begin() + static_cast<std::ptrdiff_t>(best_at));
  }
  return chosen;
}

std::vector<double> crowding(const std::vector<Losses>& points, const std::vector<std::size_t>& front) {
  std::vector<double> distance(front.size(), 0);
  std::vector<std::size_t> order(front.size());
  for (std::size_t k = 0; k < points[front.front()].size(); ++k) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto value = [&](std::size_t i) { return points[front[i]][k]; };
    std::ranges::stable_sort(order, {}, value);
    const double width = value(order.back()) - value(order.front());
    distance[order.front()] = distance[order.back()] = infinity;
    if (!(width > 0) || !std::isfinite(width)) continue;
    for (std::size_t i = 1; i + 1 < order.size(); ++i)
      distance[order[i]] += (value(order[i + 1]) - value(order[i - 1])) / width;
  }
  return distance;
}

}  // namespace trigloop::tune
