#pragma once
// A mixture of Gaussians with full covariances, fitted by expectation and maximisation in double precision.
//
// It begins with k-means (k-means++ by counted random numbers, then Lloyd's iterations), as scikit-learn's
// GaussianMixture does, and stops when the mean log likelihood of an event grows by less than `tolerance`. Sums over
// events are made in blocks, added in order: the result is a function of the rows and the seed, not of the threads.
#include <cstdint>
#include <vector>

#include "train/engine/feed.hpp"
#include "train/engine/team.hpp"

namespace trigloop::train {

struct Mixture {
  std::size_t components = 0, dimensions = 0;
  std::vector<double> weights;      ///< components; their sum is 1
  std::vector<double> means;        ///< components x dimensions
  std::vector<double> covariances;  ///< components x dimensions x dimensions

  /// Matrices A (components x dimensions x dimensions, lower triangular) with which the squared Mahalanobis distance is
  /// |A (x - mean)|^2. Error: mismatch, if a covariance is not positive definite.
  std::vector<double> whitening() const;
};

struct MixtureOptions {
  std::size_t components = 4;
  std::uint64_t seed = 0;
  int iterations = 200;
  double tolerance = 1e-3;
  double floor = 1e-6;  ///< added to variances, so that none is 0
};

/// Errors: mismatch, if there are fewer events than components, or a component has lost all its events.
Mixture fit_mixture(const Table& rows, const MixtureOptions& options, Team& team);

/// The iterations alone, from a given mixture.
Mixture improve_mixture(Mixture start, const Table& rows, const MixtureOptions& options, Team& team);

/// The mean over events of log p(x).
double mean_log_likelihood(const Mixture& mixture, const Table& rows, Team& team);

}  // namespace trigloop::train
