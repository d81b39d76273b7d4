#pragma once
// The Gaussian-mixture score: product over components k of (squared Mahalanobis distance to k)^weight_k, in double.
#include <cmath>
#include <span>

#include "model/graph.hpp"

namespace trigloop::score {

/// `x` has op.inputs values.
inline double mixture_distance(const model::MixtureDistance& op, std::span<const double> x) {
  const std::size_t n = op.inputs;
  double score = 1;
  for (std::size_t k = 0; k < op.components; ++k) {
    const double* mean = op.means.data() + k * n;
    const double* precision = op.precisions.data() + k * n * n;
    double squared = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double row = 0;
      for (std::size_t j = 0; j < n; ++j) row += precision[i * n + j] * (x[j] - mean[j]);
      squared += (x[i] - mean[i]) * row;
    }
    score *= std::pow(squared, op.weights[k]);
  }
  return score;
}

}  // namespace trigloop::score
