#pragma once
// Many lumisections on a small screen: what the dashboard draws against time, as JSON.
//
// A screen has a thousand points, a year has 10^6 lumisections. So neighbours share a point: its rate is that of all of
// them together (their events over their time), and beside it stand the lowest and the highest of them, so that no
// spike is lost by zooming out.
#include <cstddef>
#include <string>

#include "watch/course.hpp"

namespace trigloop::serve {

/// Lumisections [from, to) of a list, in at most so many points.
struct Window {
  std::size_t from = 0, to = 0, points = 1;

  std::size_t size() const noexcept { return std::min(points, to - from); }
  /// The first lumisection of point `i`; of point size(): `to`.
  std::size_t begin(std::size_t i) const noexcept { return from + (to - from) * i / size(); }
};

/// What a request asks for, within what there is: `from` and `to`, or the `last` ones, or all.
struct Asked {
  long long from = 0, to = -1, last = 0, points = 800;
};
Window window_of(const Asked& asked, std::size_t lumisections) noexcept;

/// {"from", "to", "total", "x": [middle of each point], "labels": ["run 1 LS 3 to run 1 LS 9"],
///  "working_points": [{"name", "threshold", "rate", "error", "least", "most", "old"}], "why"}; Hz, null where a rate
/// cannot be told.
std::string rates_json(const watch::Course& course, const Window& window);

/// {"x", "y": [middles of the bins of scores], "z": [row by row, events a second; events where rates cannot be told],
///  "unit"}. Rows without an event at either end are left out.
std::string heatmap_json(const watch::Course& course, const Window& window);

}  // namespace trigloop::serve
