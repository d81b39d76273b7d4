#pragma once
// Better and worse in a study of one objective.
#include <cmath>
#include <string>

#include "tune/search/history.hpp"

namespace trigloop::tune {

/// Whether `a` is strictly better than `b`; NaN is never better.
inline bool is_better(const History& history, double a, double b) noexcept {
  return history.directions().front() == Direction::maximize ? a > b : a < b;
}

/// A number in the JSON of Python: infinities and NaN have names there.
inline std::string json_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return config::to_json(config::Value::of(value));
}

}  // namespace trigloop::tune
