#pragma once
// What counts to expect of a lumisection, with all that is not known about it.
//
//     count ~ Poisson(exposure x rate x g),   g ~ Gamma(mean 1, variance d)
//     log rate = c0 + c1 z + c2 z^2,          z = (pile-up - mean) / spread of the reference
//
// The coefficients are known from the reference as well as it has counts: a Gaussian of mean c and covariance C. For
// the next count this makes a negative binomial with 1/k = d + v, v the variance of log rate: the posterior predictive,
// gamma for gamma with the same mean and variance. Every count that was seen makes the coefficients better known (a
// Kalman step in log rate); a reference of 200 lumisections is wrong by 0.3 %, always in the same direction, and a
// detector that takes it for exact sums this up to a false alarm.
#include <cstddef>
#include <span>

#include "watch/drift/dispersion.hpp"
#include "watch/drift/matrix.hpp"

namespace trigloop::watch::drift {

/// One lumisection's count.
struct Count {
  double count = 0, exposure = 0;
  double z = 0;           ///< standardised pile-up; 0 where it is not known
  double z_variance = 0;  ///< of its error; 1 where it is not known: that is the spread of the reference
};

struct Predictive {
  double mean = 0;
  double shape = 0;  ///< k: variance = mean + mean^2 / k
};

struct RateModel {
  std::size_t terms = 1;  ///< 1: no dependence on pile-up; 2: linear; 3: quadratic
  Terms mean{};
  Matrix covariance{};
  Dispersion dispersion;  ///< d; `upper` is used

  Predictive predict(const Count& at) const noexcept;
  /// Learns from a count.
  void update(const Count& seen) noexcept;
};

/// By Fisher scoring of the negative binomial likelihood. None of the exposures may be 0; the counts must not all be 0.
RateModel fit_rate(std::span<const Count> counts, std::size_t terms);

/// log of the ratio of negative binomial probabilities of `count` with the means `other` and `p.mean`, both with the
/// shape of `p`. Its expectation under `p`, exponentiated, is 1; and at most 1 under every law of the same mean that
/// spreads less, as the ratio is a convex function of the count.
double log_ratio(double count, double other, const Predictive& p) noexcept;

/// The probability of a count as far from the expected as this one, or farther, on the same side; times 2.
double tail_probability(double count, const Predictive& p);

}  // namespace trigloop::watch::drift
