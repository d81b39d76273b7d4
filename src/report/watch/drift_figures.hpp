#pragma once
// Evidence of drift as figures: what it is, against the line of the alarm.
#include "report/page.hpp"
#include "watch/monitor.hpp"

namespace trigloop::report::watching {

/// The evidence curve with the line and the alarms, a table an alarm, what every channel says.
void add_drift(Page& page, const watch::Monitor& monitor);

}  // namespace trigloop::report::watching
