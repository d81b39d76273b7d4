// From what was seen of a lumisection to its exposure: seconds, colliding crossings, kept fraction.
//
// Seconds are orbits. Colliding crossings of an orbit are declared, or those that are occupied: a crossing collides if
// it has more than a tenth of the rows of the mean occupied one, where that mean is at least 16, so that a colliding
// one is taken for another once in 10^5 lumisections. Kept is rows / colliding crossings of all orbits.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.hpp"
#include "core/units.hpp"
#include "scout/record/stream.hpp"

namespace trigloop::scout {
namespace {

using core::Error;
using core::ErrorCode;

constexpr double least_rows_a_crossing = 16;
constexpr double least_rows_an_orbit = 10;  // e^-10 of the orbits would have none, and not be seen
constexpr double colliding_share = 0.1;     // of the mean occupancy
constexpr double max_sigma = 5, max_relative = 0.01;

[[noreturn]] void contradiction(const Examined& examined, const std::string& reason) {
  throw Error(ErrorCode::mismatch, reason)
      .in("run " + std::to_string(examined.lumi.run) + ", lumisection " + std::to_string(examined.lumi.lumisection))
      .remedy("Mend the description of the stream");
}

std::uint32_t occupied_crossings(const Examined& examined) {
  return static_cast<std::uint32_t>(std::ranges::count_if(examined.crossings, [](auto n) { return n > 0; }));
}

/// 0: too few rows to tell.
std::uint32_t measured_bunches(const Examined& examined) {
  const std::uint32_t occupied = occupied_crossings(examined);
  if (occupied == 0) return 0;
  const double mean = static_cast<double>(examined.rows) / occupied;
  if (mean < least_rows_a_crossing) return 0;
  return static_cast<std::uint32_t>(std::ranges::count_if(
      examined.crossings, [&](auto n) { return static_cast<double>(n) > colliding_share * mean; }));
}

/// Rows outside of the crossings that collide, of a stream that keeps only these.
void check_crossings(const StreamDescription& stream, const Examined& examined) {
  if (stream.sampling != Sampling::random) return;
  std::uint64_t outside = 0;
  for (std::size_t i = 0; i < std::min(stream.colliding.size(), examined.crossings.size()); ++i) {
    if (!stream.colliding[i]) outside += examined.crossings[i];
  }
  if (outside > 0) {
    contradiction(examined, std::to_string(outside) + " events are in crossings that do not collide by the filling " +
                                "scheme, " + std::to_string(examined.rows) + " in those that do");
  }
  if (const std::uint32_t occupied = occupied_crossings(examined);
      stream.colliding_bunches && occupied > *stream.colliding_bunches) {
    contradiction(examined, std::to_string(*stream.colliding_bunches) + " colliding bunches are declared, but " +
                                std::to_string(occupied) + " crossings have events");
  }
}

std::uint32_t bunches(const StreamDescription& stream, const Examined& examined) {
  if (!stream.colliding.empty()) return colliding_bunches(stream);
  return stream.colliding_bunches ? *stream.colliding_bunches : measured_bunches(examined);
}

void check_kept(double declared, const Examined& examined, std::uint64_t crossings) {
  const double expected = declared * static_cast<double>(crossings);
  const double off = std::abs(static_cast<double>(examined.rows) - expected);
  if (off <= max_relative * expected || off <= max_sigma * std::sqrt(expected * (1 - declared))) return;
  contradiction(examined, "a kept fraction of " + std::to_string(declared) + " is declared, but " +
                              std::to_string(examined.rows) + " of " + std::to_string(crossings) +
                              " colliding crossings are there, a fraction of " +
                              std::to_string(static_cast<double>(examined.rows) / static_cast<double>(crossings)));
}

std::uint64_t nanoseconds(std::uint64_t orbits) {
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(orbits) / core::orbit_rate_hz * 1e9));
}

std::uint64_t offered(const StreamDescription& stream, const Examined& examined, std::uint64_t crossings) {
  if (stream.sampling == Sampling::nonempty) {
    // A colliding crossing has one event at most; what is not there was examined, and empty.
    if (crossings > 0 && examined.rows > crossings) {
      contradiction(examined, std::to_string(examined.rows) + " events are in " + std::to_string(crossings) +
                                  " colliding crossings");
    }
    return examined.rows * stream.choice.prescale;
  }
  std::optional<double> declared = stream.sampling == Sampling::all ? std::optional<double>(1.0) : stream.kept_fraction;
  if (declared) *declared /= stream.choice.prescale;
  if (declared && crossings > 0) check_kept(*declared, examined, crossings);
  if (declared && stream.sampling == Sampling::random) {
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(examined.rows) / *declared));
  }
  return crossings;
}

}  // namespace

score::Exposure exposure_of(const StreamDescription& stream, const Examined& examined) {
  score::Exposure exposure;
  exposure.rows = examined.rows;
  check_crossings(stream, examined);
  const auto rows = static_cast<double>(examined.rows), orbits = static_cast<double>(examined.orbits);
  if (examined.orbits == 0 || (!examined.orbits_stated && rows < least_rows_an_orbit * orbits)) return exposure;
  exposure.orbits = examined.orbits;
  exposure.nanoseconds = nanoseconds(examined.orbits);
  exposure.colliding_crossings = examined.orbits * bunches(stream, examined);
  exposure.offered = offered(stream, examined, exposure.colliding_crossings);
  return exposure;
}

double exact_hertz(std::uint64_t passing, const score::Exposure& exposure) noexcept {
  if (exposure.nanoseconds == 0 || exposure.offered == 0) return std::numeric_limits<double>::quiet_NaN();
  const double kept = static_cast<double>(exposure.rows) / static_cast<double>(exposure.offered);
  return static_cast<double>(passing) / (static_cast<double>(exposure.nanoseconds) * 1e-9 * kept);
}

double old_hertz(std::uint64_t passing, const score::Exposure& exposure) noexcept {
  if (exposure.nanoseconds == 0 || exposure.colliding_crossings == 0 || exposure.rows == 0) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double share = static_cast<double>(passing) / static_cast<double>(exposure.rows);
  return share * static_cast<double>(exposure.colliding_crossings) / (static_cast<double>(exposure.nanoseconds) * 1e-9);
}

}  // namespace trigloop::scout
