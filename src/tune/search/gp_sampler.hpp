#pragma once
// Bayesian optimisation for few expensive trials: where a Gaussian process expects the greatest improvement.
//
// The first trials are Sobol's points. Trials that run count with the mean of what is known, so that parallel workers
// keep apart. Parameters that a trial does not have stand in the middle.
#include "tune/search/gaussian_process.hpp"
#include "tune/search/sampler.hpp"

namespace trigloop::tune {

struct GpOptions {
  std::int64_t startup = 10;
  std::int64_t trials = 300;  ///< at most so many are fitted: the best half, and the newest
};

class GpSampler final : public Sampler {
 public:
  GpSampler(std::uint64_t seed, GpOptions options) : seed_(seed), options_(options) {}
  /// Error: usage, for a study of several objectives.
  Suggestion suggest(const History& history, const Space& space, std::int64_t number, const Fixed& fixed) override;

 private:
  std::vector<std::int64_t> chosen(const History& history);
  std::vector<double> propose(const History& history, const Space& space, std::int64_t number, const Fixed& fixed);

  std::uint64_t seed_;
  GpOptions options_;
  std::size_t seen_ = 0;                ///< of history.finished()
  std::vector<std::int64_t> complete_;  ///< with finite values
};

}  // namespace trigloop::tune
