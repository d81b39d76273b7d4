#pragma once
// What the night shift is told.
#include <cstdint>
#include <string>
#include <vector>

#include "event/lumi.hpp"
#include "watch/finding.hpp"

namespace trigloop::watch {

struct Alarm {
  std::uint64_t number = 1;
  event::LumiKey at;     ///< at which it was raised
  event::LumiKey since;  ///< when the change began, as far as can be told
  std::uint64_t raised_step = 0, since_step = 0;
  double evidence = 0;  ///< M at the alarm; 1 / alpha is the line
  bool sudden = false;  ///< by the cut on a single lumisection
  Cause cause;
  std::vector<Finding> findings;  ///< the strongest first
  std::uint64_t confirmations =
      0;                  ///< how often the evidence reached the line again, for this or for what follows from it
  std::string reference;  ///< id
};

/// A few lines: what, by how much, since when, and what else moved.
std::string alarm_text(const Alarm& alarm);

}  // namespace trigloop::watch
