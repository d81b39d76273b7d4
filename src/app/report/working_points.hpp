#pragma once
// --raw and --pure: working points, as `watch`, `reference` and `dashboard` take them.
#include <CLI/CLI.hpp>
#include <vector>

#include "watch/points.hpp"

namespace trigloop::app {

struct WorkingPoints {
  std::vector<double> raw, pure;

  void add_to(CLI::App& command) {
    command.add_option("--raw", raw, "Working points of all events, Hz (default: 1000 5000 10000)");
    command.add_option("--pure", pure, "Working points of pure events, Hz (default: 50)");
  }
  /// Those that were given, pure ones first; `otherwise`, if none was.
  std::vector<watch::Point> points(std::vector<watch::Point> otherwise) const {
    if (raw.empty() && pure.empty()) return otherwise;
    std::vector<watch::Point> points;
    for (const double hz : pure) points.push_back({true, hz});
    for (const double hz : raw) points.push_back({false, hz});
    return points;
  }
};

}  // namespace trigloop::app
