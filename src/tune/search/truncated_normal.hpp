#pragma once
// The normal distribution cut to an interval, in logarithms that hold far out in its tails.
#include "core/random.hpp"

namespace trigloop::tune {

/// log of the standard normal's probability below x.
double log_normal_cdf(double x) noexcept;
/// log of its probability in [a, b], a < b.
double log_normal_mass(double a, double b) noexcept;
/// A standard normal number.
double normal(core::Philox& random) noexcept;
/// A number of the normal distribution cut to [0, 1]; `mean` must lie in it.
double truncated_normal(core::Philox& random, double mean, double sigma) noexcept;

}  // namespace trigloop::tune
