#include "watch/outliers.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::watch {

double quantile(std::vector<double> values, double q) {
  std::ranges::sort(values);
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

Fences fences_of(const std::vector<double>& values) {
  const double q1 = quantile(values, 0.25), q3 = quantile(values, 0.75);
  return {q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)};
}

RobustMedian robust_median(const std::vector<double>& values) {
  RobustMedian median;
  median.fences = fences_of(values);
  std::vector<double> kept;
  for (const double value : values) {
    if (median.fences.keep(value)) kept.push_back(value);
  }
  median.value = quantile(kept, 0.5);
  const double iqr = quantile(kept, 0.75) - quantile(kept, 0.25);
  median.error = iqr / 1.349 * 1.2533 / std::sqrt(static_cast<double>(kept.size()));
  return median;
}

}  // namespace trigloop::watch
