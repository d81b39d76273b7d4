#include "evaluate/crossings.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.hpp"
#include "core/units.hpp"

namespace trigloop::evaluate {
namespace {

constexpr double all_khz = core::orbit_rate_hz * core::crossings_per_orbit / 1e3;

std::uint64_t in_millihertz(double khz) { return static_cast<std::uint64_t>(std::llround(khz * 1e6)); }

}  // namespace

Crossings::Crossings(double khz) : khz_(khz), millihertz_(0) {
  // Written so that NaN fails.
  if (!(khz >= 1e-6 && khz <= all_khz * 1.001))
    throw core::Error(core::ErrorCode::usage, "colliding crossings come at a rate above 0 and up to 40,079 kHz, not " +
                                                  std::to_string(khz) + " kHz");
  millihertz_ = in_millihertz(khz);
}

Crossings Crossings::of_bunches(unsigned bunches) {
  if (bunches == 0 || bunches > core::crossings_per_orbit)
    throw core::Error(core::ErrorCode::usage, "an orbit has 1 to " + std::to_string(core::crossings_per_orbit) +
                                                  " colliding bunches, not " + std::to_string(bunches));
  return Crossings(core::orbit_rate_hz * bunches / 1e3);
}

std::uint64_t Crossings::allowed(double rate_khz, std::uint64_t total) const noexcept {
  if (!(rate_khz < khz_)) return total;
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{total} * in_millihertz(std::max(rate_khz, 0.0)) / millihertz_);
}

double Crossings::rate_khz(std::uint64_t passing, std::uint64_t total) const noexcept {
  return total == 0 ? 0 : static_cast<double>(passing) / static_cast<double>(total) * khz_;
}

}  // namespace trigloop::evaluate
