#include "tune/search/truncated_normal.hpp"

#include <cmath>
#include <numbers>

#include "tune/search/draw.hpp"

namespace trigloop::tune {

double log_normal_cdf(double x) noexcept {
  if (x > -20) return std::log(0.5 * std::erfc(-x * std::numbers::sqrt2 / 2));
  // The asymptotic series; at 20 its fourth term is below the last bit that matters.
  const double r = 1 / (x * x);
  const double series = -r * (1 - r * (3 - r * (15 - 105 * r)));
  return -0.5 * x * x - std::log(-x) - 0.5 * std::log(2 * std::numbers::pi) + std::log1p(series);
}

double log_normal_mass(double a, double b) noexcept {
  if (a > 0) return log_normal_mass(-b, -a);
  if (b <= 0) {
    const double upper = log_normal_cdf(b), lower = log_normal_cdf(a);
    return upper + std::log1p(-std::exp(lower - upper));
  }
  return std::log1p(-0.5 * (std::erfc(-a * std::numbers::sqrt2 / 2) + std::erfc(b * std::numbers::sqrt2 / 2)));
}

double normal(core::Philox& random) noexcept {
  const double radius = std::sqrt(-2 * std::log(uniform(random)));
  return radius * std::cos(2 * std::numbers::pi * uniform(random));
}

double truncated_normal(core::Philox& random, double mean, double sigma) noexcept {
  // With the mean inside and a width of at most the interval, at least a third of the draws are inside.
  for (;;) {
    const double x = mean + sigma * normal(random);
    if (x >= 0 && x <= 1) return x;
  }
}

}  // namespace trigloop::tune
