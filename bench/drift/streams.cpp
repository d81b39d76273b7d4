#include "bench/drift/streams.hpp"

#include <algorithm>

namespace trigloop::bench {

double Random::normal() noexcept {
  for (;;) {  // Marsaglia's polar method; the second number is left, so that the state is the seed's alone
    const double a = 2 * uniform() - 1, b = 2 * uniform() - 1, s = a * a + b * b;
    if (s < 1) return a * std::sqrt(-2 * std::log(s) / s);
  }
}

double Random::gamma(double shape) noexcept {
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(), v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double Random::poisson(double mean) noexcept {
  if (mean < 10) {
    double n = 0, product = uniform();
    for (const double limit = std::exp(-mean); product > limit; ++n) product *= uniform();
    return n;
  }
  const double log_mean = std::log(mean), b = 0.931 + 2.53 * std::sqrt(mean), a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), v_r = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = uniform() - 0.5, v = uniform(), us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double left = std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b);
    if (left <= -mean + k * log_mean - watch::drift::log_gamma(k + 1)) return k;
  }
}

double Random::binomial(double n, double p) noexcept {
  if (p <= 0 || n <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(n, 1 - p);
  if (n * p < 10) {  // waiting times are geometric
    double count = 0, at = 0;
    for (const double scale = std::log1p(-p);; ++count) {
      at += std::floor(std::log(uniform()) / scale) + 1;
      if (at > n) return count;
    }
  }
  // Hormann's BTRS (1993).
  const double spread = std::sqrt(n * p * (1 - p)), b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double c = n * p + 0.5, v_r = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * spread, odds = p / (1 - p);
  const double mode = std::floor((n + 1) * p);
  using watch::drift::log_gamma;
  const double at_mode = log_gamma(mode + 1) + log_gamma(n - mode + 1);
  for (;;) {
    const double u = uniform() - 0.5, v = uniform(), us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + c);
    if (k < 0 || k > n) continue;
    if (us >= 0.07 && v <= v_r) return k;
    const double left = std::log(v * alpha / (a / (us * us) + b));
    if (left <= at_mode - log_gamma(k + 1) - log_gamma(n - k + 1) + (k - mode) * std::log(odds)) return k;
  }
}

watch::drift::Count RateStream::next(double ratio) noexcept {
  if (truth_.slope != 0) {
    z_ = truth_.correlation * z_ + std::sqrt(1 - truth_.correlation * truth_.correlation) * random_.normal();
  }
  double mean = truth_.mean * ratio * std::exp(truth_.slope * z_);
  if (truth_.dispersion > 0) {
    const double shape = 1 / (truth_.dispersion * truth_.dispersion);
    mean *= random_.gamma(shape) / shape;
  }
  return {random_.poisson(mean), 1, z_, 0};
}

}  // namespace trigloop::bench
