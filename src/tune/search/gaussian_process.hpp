#pragma once
// A Gaussian process over the unit cube: Matern 5/2 with a length for each side, its parameters by maximum posterior.
//
// For few expensive trials: fitting takes n^3, so it is meant for some hundred points. Rasmussen, Williams, "Gaussian
// Processes for Machine Learning", algorithm 2.1 and equation 5.9.
#include <span>
#include <vector>

namespace trigloop::tune {

class GaussianProcess {
 public:
  /// `categorical[d]` says that coordinate d is a choice: two of them are 0 or 1 apart.
  explicit GaussianProcess(std::vector<bool> categorical);

  /// Fits to points (one row of coordinates each) and values, starting from the parameters as they are.
  void fit(std::vector<std::vector<double>> points, std::span<const double> values);

  struct Prediction {
    double mean, variance;
  };
  Prediction predict(std::span<const double> point) const;
  /// The logarithm of the expected improvement below `best`, which stays finite where the improvement underflows.
  double log_improvement(std::span<const double> point, double best) const;

  /// The logarithm of the posterior of the parameters, without constants, and its gradient: for the tests.
  double log_posterior(std::vector<double>* gradient);
  /// Logarithms of 1 / length^2 of each side, of the signal's variance, and of the noise's.
  std::vector<double>& parameters() noexcept { return parameters_; }
  void set_data(std::vector<std::vector<double>> points, std::span<const double> values);

 private:
  double squared_distance(std::span<const double> a, std::span<const double> b, std::size_t side) const;
  double kernel(std::span<const double> a, std::span<const double> b) const;
  void factor();

  std::vector<bool> categorical_;
  std::vector<double> parameters_;
  std::vector<std::vector<double>> points_;
  double mean_ = 0, scale_ = 1;   ///< of the values
  std::vector<double> values_;    ///< standardised
  std::vector<double> cholesky_;  ///< lower triangle, rows of n
  std::vector<double> alpha_;     ///< K^-1 values
};

}  // namespace trigloop::tune
