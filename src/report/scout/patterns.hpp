#pragma once
// What many strange events have in common, and chance would not: detectors and accelerators fail at places.
#include <cstdint>
#include <string>
#include <vector>

#include "report/scout/objects.hpp"
#include "report/scout/tails.hpp"

namespace trigloop::report::scouting {

/// Towers that occur too often among the objects of the kept events. A detector is alike all around: what is expected
/// of a tower is the mean of the others of its ring of eta.
struct HotTower {
  std::string collection;
  std::int32_t eta = 0, phi = 0;  ///< hardware integers
  std::uint64_t events = 0;       ///< with an object there
  double expected = 0;
  double chance = 0;  ///< of as many or more in any of the towers looked at (Poisson, times their number)
};

/// Where in a train of colliding crossings the events are.
struct TrainPlace {
  std::string name;  ///< "first", "last", "inside", "alone"
  std::uint64_t crossings = 0;
  std::uint64_t events = 0;  ///< kept ones
  double expected = 0;       ///< kept ones, if they were spread as all events are
};

/// A crossing with too many kept events.
struct HotCrossing {
  std::uint32_t crossing = 0;
  std::uint64_t events = 0;
  double expected = 0, chance = 0;
};

/// Events with exactly equal objects.
struct Repetition {
  std::vector<std::size_t> events;  ///< numbers in Tails::events
};

struct Patterns {
  std::vector<HotTower> towers;    ///< chance below 0.1 %, the least likely first
  std::vector<TrainPlace> trains;  ///< empty, if no crossing was seen
  std::vector<HotCrossing> crossings;
  std::vector<Repetition> repetitions;  ///< the most frequent first
};

Patterns find_patterns(const Tails& tails, const ObjectReader& reader);

/// P(n or more) of a Poisson distribution.
double poisson_tail(std::uint64_t n, double mean);

}  // namespace trigloop::report::scouting
