#include "watch/drift/dispersion.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>

namespace trigloop::watch::drift {

double dispersion_at(const std::function<double(double)>& chi_squared, std::size_t degrees, double q) {
  constexpr double smallest = 1e-10, largest = 1e3;
  const double aim = boost::math::quantile(boost::math::chi_squared(static_cast<double>(degrees)), q);
  if (chi_squared(0) <= aim) return 0;
  double low = std::log(smallest), high = std::log(largest);
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (chi_squared(std::exp(middle)) > aim ? low : high) = middle;
  }
  return std::exp(high);
}

Dispersion dispersion_of(const std::function<double(double)>& chi_squared, std::size_t degrees) {
  return {dispersion_at(chi_squared, degrees, 0.5), dispersion_at(chi_squared, degrees, 0.025)};
}

}  // namespace trigloop::watch::drift
