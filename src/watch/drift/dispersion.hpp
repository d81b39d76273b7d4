#pragma once
// How much more lumisections differ than counting statistics lets them: measured from the reference, never assumed.
//
// A dispersion d adds to the variance of a sample. What is used is not the best estimate but the largest value that the
// reference does not exclude at 97.5 %: then a detector is right also where the reference is short, and the price is a
// somewhat longer delay.
#include <cstddef>
#include <functional>

namespace trigloop::watch::drift {

/// `chi_squared(d)`: sum of squared deviations over their variances with dispersion d, falling with d. The d at which
/// it equals the quantile `q` of a chi-squared distribution; 0, if it is smaller than that without any.
double dispersion_at(const std::function<double(double)>& chi_squared, std::size_t degrees, double q);

struct Dispersion {
  double best = 0;   ///< at the median
  double upper = 0;  ///< not excluded at 97.5 %
};
Dispersion dispersion_of(const std::function<double(double)>& chi_squared, std::size_t degrees);

}  // namespace trigloop::watch::drift
