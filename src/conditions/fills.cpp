#include "conditions/fills.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"
#include "event/crossing_choice.hpp"

namespace trigloop::conditions {
namespace {

core::Error refused(const std::string& reason) { return {core::ErrorCode::usage, reason}; }

std::vector<bool> crossings_of(const Interval& interval) {
  std::string list;
  for (const std::string& item : interval.filling_scheme) list += item + ",";
  if (auto crossings = event::parse_crossings(list)) return *crossings;
  throw refused("the filling scheme in line " + std::to_string(interval.line) + " is no list of crossings")
      .remedy("Give numbers and ranges up to 3564, as [\"1-36\", 57]");
}

}  // namespace

std::vector<bool> crossings_of_fill(const Conditions& conditions, std::uint32_t fill) {
  const std::string name = "fill " + std::to_string(fill);
  const Interval* first = nullptr;
  std::vector<bool> crossings;
  bool known = false;
  for (const Interval& interval : conditions.intervals) {
    if (interval.fill != fill) continue;
    known = true;
    if (interval.filling_scheme.empty()) continue;
    std::vector<bool> its = crossings_of(interval);
    if (first != nullptr && its != crossings) {
      throw refused("line " + std::to_string(first->line) + " and line " + std::to_string(interval.line) +
                    " state different filling schemes of " + name);
    }
    first = &interval;
    crossings = std::move(its);
  }
  if (first != nullptr) return crossings;
  throw refused(known ? "states no filling scheme of " + name : "has no interval of " + name)
      .remedy("Add `fill: " + std::to_string(fill) + "` and its `filling_scheme` to an interval");
}

}  // namespace trigloop::conditions
