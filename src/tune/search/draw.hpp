#pragma once
// Random numbers for samplers, and the prior of a parameter: uniform on its line, or on its logarithm.
#include <cstdint>

#include "core/random.hpp"
#include "tune/search/distribution.hpp"

namespace trigloop::tune {

/// Uniform in (0, 1), 52 bits: never an end, so that every quantile of it is finite.
inline double uniform(core::Philox& random) noexcept {
  const std::uint64_t high = random(), low = random();
  return (static_cast<double>((high << 32 | low) >> 12) + 0.5) * 0x1p-52;
}

/// A line on which the prior of a parameter is flat: values or their logarithms. Stepped values own half a step to each
/// side, so that the first and last are as probable as the others.
struct Line {
  double low, high;
  explicit Line(const Interval& interval) noexcept;
};

/// The value at a place of the line, and the place of a value.
double value_at(const Interval& interval, double place) noexcept;
double place_of(const Interval& interval, double value) noexcept;

/// The value of the prior's quantile u in (0, 1).
double from_unit(const Interval& interval, double u) noexcept;
/// The quantile of a value, in [0, 1].
double to_unit(const Interval& interval, double value) noexcept;

}  // namespace trigloop::tune
