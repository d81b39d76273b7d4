#include "scout/record/orbits.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/units.hpp"

namespace trigloop::scout {
namespace {

using core::Error;
using core::ErrorCode;

constexpr double sigmas = 5, relative = 0.01;
constexpr double dense_rows_an_orbit = 10;   // e^-10 of the orbits have none
constexpr std::uint64_t least_shared = 100;  // events beside others in their orbit: ten percent of the number of orbits

/// Orbits of the input that held something, counted or not.
std::uint64_t occupied_by(const InputShare& share) noexcept {
  return share.orbits + share.split_orbits + share.duplicate_orbits + share.contradicting_orbits;
}

/// Empty orbits have no identity: of an input of which a part was a duplicate, the same part of them is taken to be.
std::uint64_t empty_orbits(const InputShare& share) noexcept {
  const std::uint64_t occupied = occupied_by(share);
  const std::uint64_t stated = std::min<std::uint64_t>(share.orbits_stated, core::orbits_per_lumisection);
  if (stated <= occupied || occupied == 0) return occupied == 0 ? stated : 0;
  return (stated - occupied) * (share.orbits + share.split_orbits) / occupied;
}

/// What the inputs of a lumisection say together.
struct Tally {
  std::uint64_t occupied = 0, rows = 0;
  std::uint64_t whole = 0;  ///< the largest statement: of the lumisection, if it is not of a part
  std::uint64_t parts = 0;  ///< the sum, if each states its part

  explicit Tally(const std::vector<InputShare>& shares) {
    for (const InputShare& share : shares) {
      occupied += share.orbits;
      rows += share.rows;
      whole = std::max(whole, share.orbits_stated);
      parts += share.orbits + empty_orbits(share);
    }
  }

  /// Occupied orbits less those expected of `orbits`, beyond what chance explains: negative, zero or positive.
  double surprise(std::uint64_t orbits) const noexcept {
    const auto n = static_cast<double>(orbits);
    const double empty = orbits == 0 ? 1 : std::exp(-static_cast<double>(rows) / n);
    const double expected = n * (1 - empty);
    const double chance = sigmas * std::sqrt(n * empty * (1 - empty)) + relative * expected;
    const double off = static_cast<double>(occupied) - expected;
    return std::abs(off) <= chance ? 0 : off;
  }

  /// The number of orbits on which these rows would occupy as many as they do; 0: too few rows share one to tell.
  std::uint64_t measured() const noexcept {
    const auto o = static_cast<double>(occupied), r = static_cast<double>(rows);
    if (r >= dense_rows_an_orbit * o) return occupied;
    if (rows < occupied + least_shared) return 0;
    double low = o, high = o * r / (r - o);  // n (1 - e^(-r/n)) > n r / (n + r) bounds it from above
    for (int i = 0; i < 60; ++i) {
      const double n = (low + high) / 2;
      (n * -std::expm1(-r / n) < o ? low : high) = n;
    }
    return static_cast<std::uint64_t>(std::llround(low));
  }
};

std::string words(const Tally& tally) {
  return std::to_string(tally.occupied) + " of " + std::to_string(tally.whole) + " orbits came";
}

void check_stated(const std::vector<InputShare>& shares) {
  for (const InputShare& share : shares) {
    if (share.orbits_stated == 0 || share.orbits_stated >= occupied_by(share)) continue;
    throw Error(ErrorCode::mismatch, "states " + std::to_string(share.orbits_stated) + " orbits, but has events of " +
                                         std::to_string(occupied_by(share)))
        .file(share.input.name);
  }
}

}  // namespace

bool orbits_are_stated(const std::vector<InputShare>& shares) {
  return std::ranges::all_of(shares, [](const auto& s) { return s.orbits_stated > 0 || s.orbits == 0; });
}

std::string missing_orbits(const std::vector<InputShare>& shares) {
  const Tally tally(shares);
  return tally.whole > 0 && tally.occupied < tally.whole && tally.surprise(tally.whole) < 0 ? words(tally) : "";
}

std::uint64_t orbits_examined(const std::vector<InputShare>& shares, bool missing_known) {
  check_stated(shares);
  const Tally tally(shares);
  std::uint64_t examined = tally.parts;
  if (tally.whole >= tally.occupied && tally.occupied > 0) {
    const double surprise = tally.surprise(tally.whole);
    const bool of_parts = surprise > 0 && tally.surprise(tally.parts) == 0;
    if (!of_parts) examined = tally.whole;
    if (surprise < 0) examined = tally.measured();
    if (surprise < 0 && !missing_known) {
      throw Error(ErrorCode::mismatch, words(tally) + ": as many as " + std::to_string(tally.rows) +
                                           " events show of " +
                                           (examined > 0 ? std::to_string(examined) : "an unknown number"));
    }
  }
  return std::min<std::uint64_t>(examined, core::orbits_per_lumisection);
}

}  // namespace trigloop::scout
