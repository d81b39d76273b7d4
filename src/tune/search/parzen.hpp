#pragma once
// The density of the tree-structured Parzen estimator: a mixture of one kernel a trial and one of the prior.
//
// A kernel is a product over parameters: normal distributions cut to the parameter's line (parzen_axis.hpp); for
// categories, the trial's choice with a share for all others. The formulas are those of Optuna's multivariate TPE:
// Bergstra et al., NIPS 2011; Falkner, Klein, Hutter, "BOHB", ICML 2018. What differs is that nothing is made anew: a
// trial that comes or goes changes few kernels, and only those are computed.
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "tune/search/parzen_axis.hpp"

namespace trigloop::tune {

class Parzen {
 public:
  enum class Weights : std::uint8_t {
    recent,  ///< the newest 25 trials count in full, older ones less the older they are
    equal
  };

  /// With n trials no kernel is narrower than 1 / min(100, sharpness (n + 2)) of its line, nor than `least_step` of a
  /// step; Optuna has 1 and 0.
  Parzen(std::span<const Interval> axes, Weights weights, double sharpness = 1, double least_step = 0);

  std::size_t size() const noexcept { return order_.size(); }
  /// Adds the trial of a number that is not in it; internal values, one an axis.
  void add(std::int64_t trial, std::span<const double> values);
  /// Takes a trial out; nothing, if it is not in.
  void remove(std::int64_t trial);

  /// A point: internal values, one an axis.
  void sample(core::Philox& random, std::span<double> point);
  /// The logarithm of the density at each row of `points`. Numeric axes are scaled to the length 1; a step of a stepped
  /// axis and a category have probabilities.
  std::vector<double> log_density(std::span<const double> points);

 private:
  double least_width() const noexcept;
  void weigh();
  void sum_norms();

  Weights kind_;
  double sharpness_;
  std::vector<ParzenAxis> axes_;
  std::vector<std::pair<std::int64_t, std::uint32_t>> order_;  ///< trials and their slots, by number
  std::vector<std::int64_t> trial_;                            ///< by slot; slot 0 is the prior
  std::vector<double> base_;                                   ///< the sum of the axes' norms, by slot
  std::vector<double> weight_;                                 ///< by slot
  double total_ = 0;                                           ///< of the weights; 0: they are to be made anew
  std::vector<std::uint32_t> changed_;                         ///< slots whose base is out of date
};

}  // namespace trigloop::tune
