#pragma once
// What a stream holds of the data taking: the description without which its rates cannot be known.
//
//     stream:
//       sampling: random          # or: all, nonempty
//       kept_fraction: 0.0149     # of colliding crossings; random only; measured where it is left out
//       colliding_bunches: 2544   # or filling_scheme: a list of crossings and ranges "1-36"; else measured
//       crossings: [57-92]        # read these alone; and of them
//       prescale: 10              # one in ten, by a hash of orbit and crossing
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "event/crossing_choice.hpp"
#include "event/lumi.hpp"
#include "score/spectrum.hpp"

namespace trigloop::scout {

enum class Sampling : std::uint8_t {
  all,       ///< every crossing of an orbit that was seen is there
  nonempty,  ///< crossings without any object are left out: a missing crossing was examined
  random,    ///< an unbiased part of the colliding crossings
};

struct StreamDescription {
  Sampling sampling = Sampling::random;
  std::optional<double> kept_fraction;
  std::optional<std::uint32_t> colliding_bunches;
  std::vector<bool> colliding;  ///< crossing 0..3564; empty: not declared, all crossings count as colliding
  /// What is read of the stream. Rates are of the chosen crossings; the prescale is part of the kept fraction, and
  /// `kept_fraction` is that of the stream before.
  event::CrossingChoice choice;
  bool operator==(const StreamDescription&) const = default;
};

/// Errors: usage, with the line; what contradicts itself is refused with both numbers.
StreamDescription parse_stream(std::string_view text, const std::string& name);
StreamDescription load_stream(const std::filesystem::path& path);
std::string format_stream(const StreamDescription& stream);

/// Crossings of the filling scheme that are chosen; 0 without one.
std::uint32_t colliding_bunches(const StreamDescription& stream) noexcept;

/// Orbits of which something was seen or stated, rows, and occupied crossings of a lumisection.
struct Examined {
  event::LumiKey lumi;
  std::uint64_t rows = 0;                    ///< in colliding crossings
  std::uint64_t orbits = 0;                  ///< seen, empty ones included where the input states them
  bool orbits_stated = false;                ///< the input states them
  std::span<const std::uint64_t> crossings;  ///< events of each crossing
};

/// The exposure, declared or measured; `offered` is such that rows / offered is the kept fraction. What the rows cannot
/// tell is not known (0): colliding crossings without a declaration where a crossing has too few rows, orbits that
/// nobody states where an orbit has so few rows that others must have none. Error: mismatch, if the declaration
/// contradicts what was measured (both numbers are named): a kept fraction off by more than 5 standard deviations and
/// 1 %, events in crossings that do not collide, more crossings occupied than collide.
score::Exposure exposure_of(const StreamDescription& stream, const Examined& examined);

/// Rate of `passing` events in the exact convention, passing / (seconds x kept fraction), and in the old one, share of
/// rows x rate of colliding crossings. NaN where the exposure does not tell.
double exact_hertz(std::uint64_t passing, const score::Exposure& exposure) noexcept;
double old_hertz(std::uint64_t passing, const score::Exposure& exposure) noexcept;

}  // namespace trigloop::scout
