#include "evaluate/tail.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace trigloop::evaluate {
namespace {

constexpr double least_shape = -0.5;  ///< below, the likelihood's maximum has no Gaussian errors

/// What is fitted: excesses over the level with their counts, and how many are only known to be at `top` or above.
struct Excesses {
  std::vector<std::pair<double, double>> counts;
  double seen = 0, saturated = 0, top = 0;

  /// The sum of log(1 + a y) over events; `all`: with saturated ones.
  double sum_log(double a, bool all) const {
    double sum = all ? saturated * std::log1p(a * top) : 0;
    for (const auto& [y, n] : counts) sum += n * std::log1p(a * y);
    return sum;
  }
  /// The least 1/a is allowed to be below zero.
  double largest() const { return saturated > 0 ? top : counts.front().first; }

  double log_likelihood(double shape, double log_scale) const {
    const double scale = std::exp(log_scale), a = shape / scale;
    if (1 + a * largest() <= 0) return -std::numeric_limits<double>::infinity();
    if (std::abs(shape) < 1e-9) {
      double sum = saturated * top;
      for (const auto& [y, n] : counts) sum += n * y;
      return -seen * log_scale - sum / scale;
    }
    return -seen * log_scale - sum_log(a, false) - sum_log(a, true) / shape;
  }
};

struct Point {
  double shape = 0, log_scale = 0, value = -std::numeric_limits<double>::infinity();
};

/// For a given a = shape / scale the likelihood has its maximum at shape = (sum of log(1 + a y)) / (events seen), so
/// one dimension is left (Grimshaw, Technometrics 35, 1993). s = log(1 + a largest) covers all of it.
Point profile(const Excesses& x, double s) {
  const double a = std::expm1(s) / x.largest();
  const double shape = x.sum_log(a, true) / x.seen;
  if (shape < least_shape || a == 0) return {};
  const double log_scale = std::log(shape / a);
  return {shape, log_scale, x.log_likelihood(shape, log_scale)};
}

Point maximise(const Excesses& x) {
  // Offsets keep clear of s = 0, where shape / a is 0 / 0.
  constexpr double first = -6.003, step = 0.05;
  constexpr int points = 400;
  double best = first;
  for (int i = 0; i < points; ++i) {
    const double s = first + step * i;
    if (profile(x, s).value > profile(x, best).value) best = s;
  }
  double low = best - step, high = best + step;
  for (int i = 0; i < 60; ++i) {  // golden section
    constexpr double golden = 0.6180339887498949;
    const double left = high - golden * (high - low), right = low + golden * (high - low);
    (profile(x, left).value < profile(x, right).value ? low : high) =
        profile(x, left).value < profile(x, right).value ? left : right;
  }
  return profile(x, (low + high) / 2);
}

/// Variances of (shape, log scale), and their covariance: the inverse of the likelihood's curvature.
std::optional<std::array<double, 3>> covariance(const Excesses& x, const Point& best) {
  constexpr double h = 1e-3;
  const auto at = [&](double i, double j) { return x.log_likelihood(best.shape + i * h, best.log_scale + j * h); };
  const double a = -(at(1, 0) - 2 * best.value + at(-1, 0)) / (h * h);
  const double b = -(at(0, 1) - 2 * best.value + at(0, -1)) / (h * h);
  const double c = -(at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h * h);
  const double determinant = a * b - c * c;
  if (!(determinant > 0 && a > 0 && std::isfinite(determinant))) return {};
  return std::array{b / determinant, a / determinant, -c / determinant};
}

double excess_at(double shape, double log_scale, double log_ratio) {
  const double growth = std::abs(shape) < 1e-9 ? -log_ratio : std::expm1(-shape * log_ratio) / shape;
  return std::exp(log_scale) * growth;
}

}  // namespace

std::optional<TailFit> fit_tail(const score::Spectrum& spectrum, std::uint64_t total, std::int64_t highest,
                                std::uint64_t wanted) {
  const auto bins = spectrum.bins();
  TailFit fit;
  fit.total = total;
  Excesses x;
  std::size_t n = bins.size();
  while (n > 0 && fit.events < wanted) fit.events += bins[--n].second;
  if (fit.events == 0) return {};
  fit.level = bins[n].first;
  for (std::size_t i = bins.size(); i-- > n;) {
    const auto count = static_cast<double>(bins[i].second);
    if (bins[i].first >= highest) {
      x.saturated += count;
      x.top = static_cast<double>(highest - fit.level);
    } else {
      x.counts.emplace_back(static_cast<double>(bins[i].first - fit.level) + 0.5, count);
      x.seen += count;
    }
  }
  if (x.counts.size() < 5 || x.seen < 30) return {};
  const Point best = maximise(x);
  if (!std::isfinite(best.value)) return {};
  const auto errors = covariance(x, best);
  if (!errors) return {};
  fit.saturated = static_cast<std::uint64_t>(x.saturated);
  fit.shape = best.shape;
  fit.scale = std::exp(best.log_scale);
  fit.shape_error = std::sqrt((*errors)[0]);
  fit.log_scale_error = std::sqrt((*errors)[1]);
  fit.covariance = (*errors)[2];
  return fit;
}

Extrapolated extrapolate(const TailFit& fit, double share) {
  const auto events = static_cast<double>(fit.events);
  const double log_ratio = std::log(share * static_cast<double>(fit.total) / events), log_scale = std::log(fit.scale);
  constexpr double h = 1e-4;
  const double by_shape =
      (excess_at(fit.shape + h, log_scale, log_ratio) - excess_at(fit.shape - h, log_scale, log_ratio)) / (2 * h);
  const double excess = excess_at(fit.shape, log_scale, log_ratio);
  const double by_count = fit.scale * std::exp(-fit.shape * log_ratio);
  const double variance = by_shape * by_shape * fit.shape_error * fit.shape_error +
                          excess * excess * fit.log_scale_error * fit.log_scale_error +
                          2 * by_shape * excess * fit.covariance + by_count * by_count / events;
  return {static_cast<double>(fit.level) + excess, std::sqrt(variance)};
}

}  // namespace trigloop::evaluate
