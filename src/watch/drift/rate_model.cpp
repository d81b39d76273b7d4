#include "watch/drift/rate_model.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <vector>

namespace trigloop::watch::drift {
namespace {

double expected(const RateModel& model, const Count& at) noexcept {
  return at.exposure * std::exp(dot(model.mean, powers(at.z, model.terms)));
}

/// One step of Fisher scoring with dispersion d; leaves the covariance.
void score_step(RateModel& model, std::span<const Count> counts, double d) noexcept {
  Matrix information{};
  Terms gradient{};
  for (const Count& one : counts) {
    const double mu = expected(model, one), weight = mu / (1 + d * mu);
    const Terms row = powers(one.z, model.terms);
    for (std::size_t i = 0; i < model.terms; ++i) gradient[i] += row[i] * weight * (one.count - mu) / mu;
    add_outer(information, row, weight);
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
  const Terms row = powers(at.z, terms);
  const double slope = terms > 1 ? mean[1] + (terms > 2 ? 2 * mean[2] * at.z : 0) : 0;
  const double v = std::min(1.0, dot(row, times(covariance, row)) + slope * slope * at.z_variance);
  return {at.exposure * std::exp(dot(mean, row) + v / 2), 1 / std::max(dispersion.upper + v, 1e-12)};
}

void RateModel::update(const Count& seen) noexcept {
  const Terms row = powers(seen.z, terms);
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
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) score_step(model, counts, model.dispersion.best);
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
