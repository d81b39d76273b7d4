#include "report/histogram.hpp"

#include <cmath>

namespace trigloop::report {

Axis Axis::covering(double min, double max, bool integers, std::size_t most) {
  if (integers) {
    const double width = std::max(1.0, std::ceil((max - min + 1) / static_cast<double>(most)));
    return {min - 0.5, width, static_cast<std::size_t>(std::ceil((max - min + 1) / width))};
  }
  const double range = max - min;
  // A constant still gets a bin of some width; the last bin must hold the maximum itself.
  const double width = range > 0 ? range * (1 + 1e-9) / static_cast<double>(most) : 1;
  return {range > 0 ? min : min - 0.5, width, range > 0 ? most : 1};
}

}  // namespace trigloop::report
