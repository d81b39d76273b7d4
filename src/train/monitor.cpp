#include "train/monitor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

namespace trigloop::train {
namespace {

constexpr double colliding_khz = 11245.6 * 2.544;  // 2544 bunches
constexpr std::array rates_khz = {0.15, 0.2, 0.3, 0.6, 1.0, 2.0, 3.0, 5.0, 10.0};

/// The highest events in falling order, as far as any rate up to the highest needs them.
std::vector<std::uint32_t> highest(const std::vector<double>& scores) {
  const auto n = static_cast<double>(scores.size());
  const auto wanted = std::min(scores.size(), static_cast<std::size_t>(n * rates_khz.back() / colliding_khz) + 3);
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto above = [&](std::uint32_t a, std::uint32_t b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  };
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(wanted);
  std::nth_element(order.begin(), end - 1, order.end(), above);
  order.resize(wanted);
  std::ranges::sort(order, above);
  return order;
}

/// Percentile 100 - 100 khz / colliding_khz, counted from the top.
double threshold_of(const Scored& b, const std::vector<std::uint32_t>& top, double khz) {
  const double place = static_cast<double>(b.scores.size() - 1) * std::min(1.0, khz / colliding_khz);
  const auto k = std::min(static_cast<std::size_t>(place), top.size() - 1);
  const double upper = b.scores[top[k]], lower = b.scores[top[std::min(k + 1, top.size() - 1)]];
  return upper + (lower - upper) * (place - static_cast<double>(k));
}

}  // namespace

double pure_threshold(const Scored& background, double khz) {
  if (background.scores.empty()) return 0;
  const std::vector<std::uint32_t> top = highest(background.scores);
  std::array<double, rates_khz.size()> raw{}, pure{};
  const double per_event = colliding_khz / static_cast<double>(background.scores.size());
  for (std::size_t r = 0; r < rates_khz.size(); ++r) {
    const double threshold = threshold_of(background, top, rates_khz[r]);
    for (const std::uint32_t e : top) {
      if (!(background.scores[e] > threshold)) break;
      raw[r] += per_event;
      if (background.fired.empty() || background.fired[e] == 0) pure[r] += per_event;
    }
  }
  // As numpy.interp: beyond the ends, the end's value.
  double wanted = raw.back();
  for (std::size_t r = 0; r < pure.size(); ++r) {
    if (khz > pure[r]) continue;
    wanted = r == 0 || pure[r] == pure[r - 1]
                 ? raw[r]
                 : raw[r - 1] + (raw[r] - raw[r - 1]) * (khz - pure[r - 1]) / (pure[r] - pure[r - 1]);
    break;
  }
  return threshold_of(background, top, wanted);
}

Efficiency efficiency(const Scored& signal, double threshold) {
  double raw = 0, pure = 0;
  for (std::size_t e = 0; e < signal.scores.size(); ++e) {
    if (!(signal.scores[e] > threshold)) continue;
    ++raw;
    if (signal.fired.empty() || signal.fired[e] == 0) ++pure;
  }
  const double share = 100 / std::max(1.0, static_cast<double>(signal.scores.size()));
  return {raw * share, pure * share};
}

}  // namespace trigloop::train
