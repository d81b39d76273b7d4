#pragma once
// A share of events with its statistical error: the interval of Clopper and Pearson (Biometrika 26, 1934), which covers
// the true share with at least its stated probability, also where 0 or all events pass.
#include <cstdint>

namespace trigloop::evaluate {

/// The coverage of one standard deviation of a Gaussian.
inline constexpr double one_sigma = 0.6826894921370859;

struct Proportion {
  std::uint64_t count = 0, total = 0;
  double low = 0, high = 1;  ///< the interval; 0 and 1 if there are no events
  double value() const noexcept { return total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total); }
};

/// `count` is at most `total`; `coverage` is between 0 and 1.
Proportion proportion(std::uint64_t count, std::uint64_t total, double coverage = one_sigma);

}  // namespace trigloop::evaluate
