#pragma once
// The rule by which outlier lumisections are left out before a median is taken: outside [Q1 - 1.5 IQR, Q3 + 1.5 IQR]
// (Tukey, Exploratory Data Analysis, 1977; quartiles interpolated linearly as NumPy does).
#include <span>
#include <vector>

namespace trigloop::watch {

struct Fences {
  double low = 0, high = 0;
  bool keep(double value) const noexcept { return value >= low && value <= high; }
};

/// NumPy's percentile, q in [0, 1], of at least one value.
double quantile(std::vector<double> values, double q);
Fences fences_of(const std::vector<double>& values);

struct RobustMedian {
  double value = 0;
  double error = 0;  ///< one standard deviation, of a Gaussian sample: 1.2533 (IQR / 1.349) / sqrt(n)
  Fences fences;
};
/// Of those within the fences. At least one value.
RobustMedian robust_median(const std::vector<double>& values);

}  // namespace trigloop::watch
