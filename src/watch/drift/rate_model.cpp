#include "watch/drift/rate_model.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <vector>

namespace trigloop::watch::drift {
namespace {

using Matrix = std::array<Terms, most_terms>;

Terms row_of(const Count& at, std::size_t terms) noexcept {
  return {1, terms > 1 ? at.z : 0, terms > 2 ? at.z * at.z : 0};
}

double dot(const Terms& a, const Terms& b) noexcept { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Terms times(const Matrix& m, const Terms& v) noexcept { return {dot(m[0], v), dot(m[1], v), dot(m[2], v)}; }

/// Inverse of the leading part of a symmetric positive matrix, by Gauss and Jordan; the rest is 0.
Matrix inverse(Matrix m, std::size_t n) noexcept {
  Matrix inverse{};
  for (std::size_t i = 0; i < n; ++i) inverse[i][i] = 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double pivot = m[i][i] + 1e-300;
    for (std::size_t j = 0; j < n; ++j) {
      m[i][j] /= pivot;
      inverse[i][j] /= pivot;
    }
    for (std::size_t r = 0; r < n; ++r) {
      const double factor = m[r][i];
      if (r == i) continue;
      for (std::size_t j = 0; j < n; ++j) {
        m[r][j] -= factor * m[i][j];
        inverse[r][j] -= factor * inverse[i][j];
      }
    }
  }
  return inverse;
}

double expected(const RateModel& model, const Count& at) noexcept {
  return at.exposure * std::exp(dot(model.mean, row_of(at, model.terms)));
}

/// One step of Fisher scoring with dispersion d; leaves the covariance.
void score_step(RateModel& model, std::span<const Count> counts, double d) noexcept {
  Matrix information{};
  Terms gradient{};
  for (const Count& one : counts) {
    const double mu = expected(model, one), weight = mu / (1 + d * mu);
    const Terms row = row_of(one, model.terms);
    for (std::size_t i = 0; i < model.terms; ++i) {
      gradient[i] += row[i] * weight * (one.count - mu) / mu;
      for (std::size_t j = 0; j < model.terms; ++j) information[i][j] += row[i] * row[j] * weight;
    }
  }
  model.covariance = inverse(information, model.terms);
  const Terms step = times(model.covariance, gradient);
  // A step is never more than a factor e, so that a bad start cannot overflow.
  for (std::size_t i = 0; i < model.terms; ++i) model.mean[i] += std::clamp(step[i], -1.0, 1.0);
}

Dispersion dispersion_of_counts(const RateModel& model, std::span<const Count> counts) {
  const auto chi_squared = [&](double d) {
    double sum = 0;
    for (const Count& one : counts) {
      const double mu = expected(model, one);
      sum += (one.count - mu) * (one.count - mu) / (mu + d * mu * mu);
    }
    return sum;
  };
  return dispersion_of(chi_squared, counts.size() - model.terms);
}

}  // namespace

Predictive RateModel::predict(const Count& at) const noexcept {
  const Terms row = row_of(at, terms);
  const double slope = terms > 1 ? mean[1] + (terms > 2 ? 2 * mean[2] * at.z : 0) : 0;
  const double v = std::min(1.0, dot(row, times(covariance, row)) + slope * slope * at.z_variance);
  return {at.exposure * std::exp(dot(mean, row) + v / 2), 1 / std::max(dispersion.upper + v, 1e-12)};
}

void RateModel::update(const Count& seen) noexcept {
  const Terms row = row_of(seen, terms);
  const double mu = expected(*this, seen);
  if (!(mu > 0)) return;
  const Terms gain = times(covariance, row);
  const double variance = dot(row, gain) + 1 / mu + dispersion.upper;
  const double residual = (seen.count - mu) / mu / variance;
  for (std::size_t i = 0; i < terms; ++i) {
    mean[i] += gain[i] * residual;
    for (std::size_t j = 0; j < terms; ++j) covariance[i][j] -= gain[i] * gain[j] / variance;
  }
}

RateModel fit_rate(std::span<const Count> counts, std::size_t terms) {
  double total = 0, exposure = 0;
  for (const Count& one : counts) {
    total += one.count;
    exposure += one.exposure;
  }
  RateModel model;
  model.terms = terms;
  model.mean[0] = std::log(total / exposure);
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 6; ++i) score_step(model, counts, model.dispersion.best);
    model.dispersion = dispersion_of_counts(model, counts);
  }
  score_step(model, counts, model.dispersion.upper);
  return model;
}

double log_ratio(double count, double other, const Predictive& p) noexcept {
  return count * std::log(other / p.mean) - (p.shape + count) * std::log1p((other - p.mean) / (p.shape + p.mean));
}

double tail_probability(double count, const Predictive& p) {
  // P(X <= x) of a negative binomial is the incomplete beta function I_{k/(k+mean)}(k, x + 1).
  const double success = p.shape / (p.shape + p.mean);
  const double low = boost::math::ibeta(p.shape, count + 1, success);
  const double high = count > 0 ? boost::math::ibetac(p.shape, count, success) : 1;
  return std::min(1.0, 2 * std::min(low, high));
}

}  // namespace trigloop::watch::drift
