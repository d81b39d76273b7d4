#pragma once
// What an alarm calls for. Pure functions: the same facts give the same decision, so `trigloop loop plan` can say what
// would be done and why, and history can be checked against them.
//
// The alarm is not the trigger. An alarm says that something changed; a round decides after a minimum of good exposure
// whether it matters (rates out of their band), whether it went away by itself (two lines, the lower one at `leave`
// times the band: nothing flaps between them), and what answers it.
#include <optional>
#include <string>
#include <vector>

#include "loop/site.hpp"

namespace trigloop::loop {

enum class Outcome { nothing, thresholds, retrain, expert };
std::string_view name_of(Outcome outcome) noexcept;

/// What is known when a decision is due.
struct Situation {
  std::string cause;               ///< kind of the alarm's cause (watch/finding.hpp); "manual", "announced"
  double size = 0;                 ///< of the leading finding, relative
  std::int64_t exposure = 0;       ///< good lumisections since the change
  std::vector<double> deviations;  ///< of each working point's rate from its target, in units of its band
  std::vector<double> errors;      ///< of these
  bool ahead = false;              ///< what will change is known: nothing has to be seen of it
};

struct Decision {
  std::optional<Outcome> outcome;  ///< none: not yet
  std::string why;
};

Decision decide(const TriggerSite& policy, const Situation& situation);

/// In a maintenance window at `now_ns`?
bool in_maintenance(const TriggerSite& policy, std::int64_t now_ns) noexcept;

}  // namespace trigloop::loop
