#include "tune/search/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tune/search/truncated_normal.hpp"

namespace trigloop::tune {
namespace {

constexpr double sqrt5 = 2.23606797749979;
constexpr double jitter = 1e-10;

double matern(double q) { return (1 + sqrt5 * std::sqrt(q) + 5 * q / 3) * std::exp(-sqrt5 * std::sqrt(q)); }
/// Its derivative by the squared distance.
double matern_slope(double q) { return -5.0 / 6 * (1 + sqrt5 * std::sqrt(q)) * std::exp(-sqrt5 * std::sqrt(q)); }

/// log(phi(z) + z Phi(z)).
double log_gain(double z) {
  const double log_phi = -0.5 * z * z - 0.5 * std::log(2 * std::numbers::pi);
  if (z > -1) return std::log(std::exp(log_phi) + z * std::exp(log_normal_cdf(z)));
  if (z < -1e3) return log_phi - 2 * std::log(-z);
  return log_phi + std::log1p(z * std::exp(log_normal_cdf(z) - log_phi));
}

/// x = L^-1 x.
void solve_lower(const std::vector<double>& l, std::vector<double>& x) {
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < n; ++i) {
    double sum = x[i];
    for (std::size_t j = 0; j < i; ++j) sum -= l[i * n + j] * x[j];
    x[i] = sum / l[i * n + i];
  }
}

/// x = L^-T x.
void solve_upper(const std::vector<double>& l, std::vector<double>& x) {
  const std::size_t n = x.size();
  for (std::size_t i = n; i-- > 0;) {
    x[i] /= l[i * n + i];
    for (std::size_t j = 0; j < i; ++j) x[j] -= l[i * n + j] * x[i];
  }
}

/// L^-T L^-1, the inverse of what L is the factor of.
std::vector<double> inverse(const std::vector<double>& l, std::size_t n) {
  std::vector<double> all(n * n), column(n);
  for (std::size_t j = 0; j < n; ++j) {
    std::ranges::fill(column, 0);
    column[j] = 1;
    solve_lower(l, column);
    solve_upper(l, column);
    std::ranges::copy(column, all.begin() + static_cast<std::ptrdiff_t>(j * n));
  }
  return all;
}

/// A normal prior of a logarithm.
struct Prior {
  double mean, width;
  double log(double x) const { return -0.5 * (x - mean) * (x - mean) / (width * width); }
  double slope(double x) const { return -(x - mean) / (width * width); }
};

/// Lengths grow with the root of the number of sides, as distances do (Hvarfner, Hellsten, Nardi, ICML 2024).
Prior prior_of(std::size_t parameter, std::size_t sides) {
  if (parameter < sides) return {1.5 - std::log(static_cast<double>(sides)), 1.5};
  return parameter == sides ? Prior{0, 1} : Prior{std::log(1e-4), 2};
}

}  // namespace

GaussianProcess::GaussianProcess(std::vector<bool> categorical) : categorical_(std::move(categorical)) {
  for (std::size_t p = 0; p < categorical_.size() + 2; ++p)
    parameters_.push_back(prior_of(p, categorical_.size()).mean);
}

double GaussianProcess::squared_distance(std::span<const double> a, std::span<const double> b, std::size_t d) const {
  if (categorical_[d]) return a[d] == b[d] ? 0 : 1;
  return (a[d] - b[d]) * (a[d] - b[d]);
}

double GaussianProcess::kernel(std::span<const double> a, std::span<const double> b) const {
  double q = 0;
  for (std::size_t d = 0; d < categorical_.size(); ++d) q += std::exp(parameters_[d]) * squared_distance(a, b, d);
  return std::exp(parameters_[categorical_.size()]) * matern(q);
}

void GaussianProcess::set_data(std::vector<std::vector<double>> points, std::span<const double> values) {
  points_ = std::move(points);
  mean_ = 0;
  for (const double v : values) mean_ += v / static_cast<double>(values.size());
  double squares = 0;
  for (const double v : values) squares += (v - mean_) * (v - mean_) / static_cast<double>(values.size());
  scale_ = squares > 0 ? std::sqrt(squares) : 1;
  values_.clear();
  for (const double v : values) values_.push_back((v - mean_) / scale_);
}

void GaussianProcess::factor() {
  const std::size_t n = points_.size();
  const double noise = std::exp(parameters_.back()) + jitter * std::exp(parameters_[categorical_.size()]);
  cholesky_.assign(n * n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = kernel(points_[i], points_[j]) + (i == j ? noise : 0);
      const double *a = &cholesky_[i * n], *b = &cholesky_[j * n];
      for (std::size_t k = 0; k < j; ++k) sum -= a[k] * b[k];
      // Points that are nearly the same can leave nothing; what the noise is worth is then left.
      cholesky_[i * n + j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / b[j];
    }
  }
  alpha_ = values_;
  solve_lower(cholesky_, alpha_);
  solve_upper(cholesky_, alpha_);
}

double GaussianProcess::log_posterior(std::vector<double>* gradient) {
  factor();
  const std::size_t n = points_.size(), sides = categorical_.size();
  double value = 0;
  for (std::size_t i = 0; i < n; ++i) value -= 0.5 * values_[i] * alpha_[i] + std::log(cholesky_[i * n + i]);
  for (std::size_t p = 0; p < parameters_.size(); ++p) value += prior_of(p, sides).log(parameters_[p]);
  if (gradient == nullptr) return value;

  // Half the trace of (alpha alpha^T - K^-1) dK/dp.
  gradient->assign(parameters_.size(), 0);
  const std::vector<double> inverted = inverse(cholesky_, n);
  const double signal = std::exp(parameters_[sides]);
  std::vector<double> weight(sides), part(sides);
  for (std::size_t d = 0; d < sides; ++d) weight[d] = std::exp(parameters_[d]);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const double factor = (i == j ? 0.5 : 1) * (alpha_[i] * alpha_[j] - inverted[i * n + j]);
      double q = 0;
      for (std::size_t d = 0; d < sides; ++d) q += part[d] = weight[d] * squared_distance(points_[i], points_[j], d);
      const double slope = signal * matern_slope(q);
      for (std::size_t d = 0; d < sides; ++d) (*gradient)[d] += factor * slope * part[d];
      (*gradient)[sides] += factor * signal * matern(q);
      if (i == j) (*gradient)[sides + 1] += factor * std::exp(parameters_.back());
    }
  }
  for (std::size_t p = 0; p < parameters_.size(); ++p) (*gradient)[p] += prior_of(p, sides).slope(parameters_[p]);
  return value;
}

/// Rprop (Riedmiller, Braun, ICNN 1993): steps by the signs of the gradient alone, which no scale disturbs.
void GaussianProcess::fit(std::vector<std::vector<double>> points, std::span<const double> values) {
  set_data(std::move(points), values);
  std::vector<double> step(parameters_.size(), 0.2), last(parameters_.size()), slope, best = parameters_;
  double highest = -std::numeric_limits<double>::infinity();
  for (int round = 0; round < 60; ++round) {
    const double value = log_posterior(&slope);
    if (value > highest) highest = value, best = parameters_;
    for (std::size_t p = 0; p < slope.size(); ++p) {
      const double agreement = slope[p] * last[p];
      step[p] = std::clamp(step[p] * (agreement > 0 ? 1.2 : agreement < 0 ? 0.5 : 1), 1e-3, 1.0);
      parameters_[p] += slope[p] > 0 ? step[p] : slope[p] < 0 ? -step[p] : 0;
      last[p] = slope[p];
    }
  }
  parameters_ = std::move(best);
  factor();
}

GaussianProcess::Prediction GaussianProcess::predict(std::span<const double> point) const {
  std::vector<double> k;
  for (const auto& other : points_) k.push_back(kernel(point, other));
  double mean = 0, variance = std::exp(parameters_[categorical_.size()]);
  for (std::size_t i = 0; i < k.size(); ++i) mean += k[i] * alpha_[i];
  solve_lower(cholesky_, k);
  for (const double v : k) variance -= v * v;
  return {mean_ + scale_ * mean, scale_ * scale_ * std::max(variance, 1e-14)};
}

double GaussianProcess::log_improvement(std::span<const double> point, double best) const {
  const Prediction p = predict(point);
  const double width = std::sqrt(p.variance);
  return std::log(width) + log_gain((best - p.mean) / width);
}

}  // namespace trigloop::tune
