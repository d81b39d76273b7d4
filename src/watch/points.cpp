#include "watch/points.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/units.hpp"
#include "scout/record/stream.hpp"

namespace trigloop::watch {

std::vector<Point> usual_points() { return {{true, 50}, {false, 1000}, {false, 5000}, {false, 10000}}; }

std::string name_of(const Point& point) {
  if (!point.firmware.empty()) return "firmware " + point.firmware;
  const bool kilo = point.target >= 1000;
  return fmt::format("{} {:g} {}", point.pure ? "pure" : "raw", kilo ? point.target / 1000 : point.target,
                     kilo ? "kHz" : "Hz");
}

double HertzPerEvent::best() const noexcept { return std::isfinite(exact) ? exact : old; }

HertzPerEvent hertz_per_event(const score::Exposure& exposure, unsigned bunches) noexcept {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  HertzPerEvent one{scout::exact_hertz(1, exposure), scout::old_hertz(1, exposure)};
  if (!std::isfinite(one.exact) || one.exact <= 0) one.exact = unknown;
  if (!std::isfinite(one.old) || one.old <= 0) {
    one.old = bunches == 0 || exposure.rows == 0 ? unknown
                                                 : core::orbit_rate_hz * bunches / static_cast<double>(exposure.rows);
  }
  return one;
}

std::optional<std::int64_t> threshold_for(const scout::Counts& counts, std::uint64_t allowed) {
  if (counts.empty()) return {};
  std::uint64_t n = 0;
  for (auto bin = counts.rbegin(); bin != counts.rend(); ++bin) {
    n += bin->second;
    if (n > allowed) return bin->first + 1;
  }
  return counts.front().first;
}

std::optional<std::int64_t> threshold_for(const Point& point, const Lumi& lumi, unsigned bunches) {
  const double one = hertz_per_event(lumi.exposure, bunches).best();
  if (!point.firmware.empty() || !std::isfinite(one) || (point.pure && !lumi.has_pure)) return {};
  return threshold_for(point.pure ? lumi.pure : lumi.all, static_cast<std::uint64_t>(point.target / one));
}

}  // namespace trigloop::watch
