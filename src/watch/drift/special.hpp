#pragma once
// The logarithm of the gamma function, quick and without state, and what is made of it.
#include <cmath>

namespace trigloop::watch::drift {

/// Of x > 0, to a relative 1e-14: the recurrence up to 10, then Stirling's series (Abramowitz and Stegun 6.1.41).
inline double log_gamma(double x) noexcept {
  double below = 1;
  while (x < 10) below *= x++;
  const double i = 1 / x, i2 = i * i;
  const double series = i * (1.0 / 12 - i2 * (1.0 / 360 - i2 * (1.0 / 1260 - i2 / 1680)));
  const double half_log_two_pi = 0.91893853320467274178;
  return (x - 0.5) * std::log(x) - x + half_log_two_pi + series - (below == 1 ? 0 : std::log(below));
}

/// log of a (a + 1) ... (a + n - 1).
inline double log_rising(double a, double n) noexcept { return n == 0 ? 0 : log_gamma(a + n) - log_gamma(a); }

}  // namespace trigloop::watch::drift
