#pragma once
// Working points: thresholds for rates, of all events or of pure ones.
//
// Rates are in the exact convention, passing / (seconds x kept fraction), where the exposure tells them. Where it does
// not (`.axo` files), they are shares of rows times the rate of colliding crossings, for which the number of colliding
// bunches must be given. The old convention stands beside the exact one wherever it can be told.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "score/spectrum.hpp"
#include "scout/record/counts.hpp"
#include "watch/lumi.hpp"

namespace trigloop::watch {

struct Point {
  bool pure = false;
  double target = 0;  ///< Hz
  /// Instead of a target: the name of a threshold that the conditions tell, which may change with them.
  std::string firmware = {};
  bool operator==(const Point&) const = default;
};

/// 50 Hz pure; 1, 5 and 10 kHz raw.
std::vector<Point> usual_points();
std::string name_of(const Point& point);  ///< "pure 50 Hz", "raw 1 kHz", "firmware nominal"

/// What one event is worth, Hz; NaN where nothing tells it.
struct HertzPerEvent {
  double exact = 0, old = 0;
  /// The exact one, else the old one.
  double best() const noexcept;
};
/// `bunches`: of the old convention, where the exposure does not tell how many collide; 0: not given.
HertzPerEvent hertz_per_event(const score::Exposure& exposure, unsigned bunches) noexcept;

/// The smallest code that no more than `allowed` events reach; none, if there are no events.
std::optional<std::int64_t> threshold_for(const scout::Counts& counts, std::uint64_t allowed);
/// The smallest code whose rate is within the target; none, where rates cannot be told or there are no events.
std::optional<std::int64_t> threshold_for(const Point& point, const Lumi& lumi, unsigned bunches);

}  // namespace trigloop::watch
