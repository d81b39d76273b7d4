#include "scout/history/rates.hpp"

#include <cmath>

#include "scout/record/stream.hpp"

namespace trigloop::scout {

std::optional<WorkingPoint> working_point(const score::Spectrum& spectrum, const score::Exposure& exposure,
                                          double target) {
  const double one = exact_hertz(1, exposure);
  if (!std::isfinite(one) || spectrum.total() == 0) return {};
  const score::Cumulative cumulative(spectrum);
  WorkingPoint point;
  point.target = target;
  point.threshold = cumulative.threshold(static_cast<std::uint64_t>(target / one));
  point.passing = cumulative.at_least(point.threshold);
  point.exact = exact_hertz(point.passing, exposure);
  point.old = old_hertz(point.passing, exposure);
  return point;
}

}  // namespace trigloop::scout
