#pragma once
// The score of a Gaussian mixture as integers.
//
// The Python pipeline's score is the product over components of (squared Mahalanobis distance)^weight: powers with real
// exponents, which have no exact integer form. Its logarithm is a weighted sum of logarithms, a rising function of it,
// so it selects the same events; and it is exact once the logarithm is a stated table. Here, with all roundings:
//
//     y = A_k x + b_k           A, b of 24 bits, as many of them whole as the largest needs; y in <20,10>, half to even
//     d = sum of y^2            in u<24,16>, half to even
//     L(d)                      0 up to d = 1; log2 at 2^j (1 + m/4) (j = 0..15, m = 0..3) rounded to 2^-12, straight
//                               lines between, rounded to 2^-12; log2 is never missed by more than 0.006
//     score = 256 sum of w_k L(d_k), w of 12 fractional bits, in the score's own type
//
// So the code of the score is about 4096 log2 of the pipeline's score, which is 2^(code / 4096).
#include <cstddef>
#include <vector>

#include "model/builder.hpp"
#include "train/mixture/mixture.hpp"

namespace trigloop::train {

class MixtureScore {
 public:
  MixtureScore() = default;
  /// Error: mismatch, if a covariance is not positive definite, or a constant is beyond all types.
  explicit MixtureScore(const Mixture& mixture);

  /// Of one event, before it is rounded to the score's type; `x` has as many values as the mixture dimensions.
  double operator()(const float* x) const;
  /// The same in a graph.
  model::Value in_graph(model::Builder& build, const model::Value& x) const;

 private:
  std::size_t components_ = 0, dimensions_ = 0;
  std::vector<double> matrix_, offset_, weights_;  ///< rounded; A of all components, one below the other
};

}  // namespace trigloop::train
