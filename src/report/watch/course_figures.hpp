#pragma once
// Rates and scores by lumisection as figures.
#include "report/page.hpp"
#include "watch/course.hpp"

namespace trigloop::report::watching {

/// Rates at each working point in both conventions, the heatmap of scores; neighbouring lumisections are joined where
/// there are more than a screen shows.
void add_course(Page& page, const watch::Course& course);

}  // namespace trigloop::report::watching
