#include "tune/search/draw.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::tune {

Line::Line(const Interval& i) noexcept : low(i.low - i.step / 2), high(i.high + i.step / 2) {
  if (i.log) low = std::log(low), high = std::log(high);
}

double value_at(const Interval& i, double place) noexcept { return i.snapped(i.log ? std::exp(place) : place); }

double place_of(const Interval& i, double value) noexcept { return i.log ? std::log(value) : value; }

double from_unit(const Interval& i, double u) noexcept {
  const Line line(i);
  return value_at(i, line.low + u * (line.high - line.low));
}

double to_unit(const Interval& i, double value) noexcept {
  const Line line(i);
  return line.high > line.low ? std::clamp((place_of(i, value) - line.low) / (line.high - line.low), 0.0, 1.0) : 0.5;
}

}  // namespace trigloop::tune
