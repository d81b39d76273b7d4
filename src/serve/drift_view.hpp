#pragma once
// Evidence of drift and alarms, as the dashboard draws them and Prometheus counts them.
#include <string>

#include "serve/metrics.hpp"
#include "serve/timeline.hpp"
#include "watch/monitor.hpp"

namespace trigloop::serve {

/// {"x", "labels", "curves": [{"name", "evidence"}], "alarm_at", "guarantee", "alarms": [{"what", "at", "since",
/// "detector"}]}; evidence and the line as log10, a point the highest of its lumisections. Places are those of
/// `course`, in which the monitor's lumisections are; the newest alarm comes first, at most 100.
std::string drift_json(const watch::Monitor& monitor, const watch::Course& course, const Window& window);

/// The same, where nothing is watched: no points, and why.
std::string no_drift_json(const std::string& why);

void add_drift(Metrics& metrics, const watch::Monitor& monitor);

}  // namespace trigloop::serve
