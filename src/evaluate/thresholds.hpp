#pragma once
// Thresholds for target rates, by two rules that must not be mixed up:
//
//   firmware   passes code >= T, integers; T is the smallest integer with which the rate is within the target
//   package    passes score > t, floats; t is NumPy's percentile 100 - 100 rate / crossings of the scores. For a pure
//              rate, raw and pure rates are computed at 41 raw rates from 10^-2 to 10^2 kHz, the raw rate is
//              interpolated linearly at the target, and t is the percentile of that raw rate. A target beyond that
//              grid gets the grid's end: the package does this silently, we mark it.
//
// An event is pure if no L1 bit fired.
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "evaluate/crossings.hpp"
#include "score/spectrum.hpp"

namespace trigloop::evaluate {

enum class Rule : std::uint8_t { firmware, package };
inline constexpr std::size_t rules = 2;
std::string_view name_of(Rule rule) noexcept;

enum class Kind : std::uint8_t { raw, pure };
inline constexpr std::size_t kinds = 2;
std::string_view name_of(Kind kind) noexcept;

/// The scores of a sample: of all events, and of pure ones.
struct Scores {
  score::Spectrum all, pure;
};

/// Their order statistics.
struct Ranks {
  explicit Ranks(const Scores& scores) : all(scores.all), pure(scores.pure), fraction(scores.all.fraction()) {}
  const score::Cumulative& of(Kind kind) const noexcept { return kind == Kind::raw ? all : pure; }
  score::Cumulative all, pure;
  int fraction;  ///< score = code x 2^-fraction
};

struct Threshold {
  std::int64_t code = 0;            ///< the least code that passes: T of the firmware's rule
  double score = 0;                 ///< firmware: T x 2^-fraction, which passes; package: t, which does not
  bool clamped = false;             ///< package, pure: the target lies beyond its grid
  std::uint64_t raw = 0, pure = 0;  ///< background events that pass
};

/// The threshold by which background of a `kind` passes at `rate_khz`. Error: mismatch, if there are no events.
Threshold firmware_threshold(const Ranks& background, const Crossings& crossings, Kind kind, double rate_khz);

/// The package's rule; makes its grid once.
class PackageRule {
 public:
  /// Error: mismatch, if there are no events.
  PackageRule(const Ranks& background, const Crossings& crossings);
  Threshold threshold(Kind kind, double rate_khz) const;
  /// The raw rate (kHz) at which the pure rate is `pure_khz`, by interpolation as numpy.interp does it.
  double raw_of_pure(double pure_khz) const noexcept;

 private:
  double percentile(double raw_khz) const;

  const Ranks& background_;
  double crossings_khz_;
  std::vector<double> raw_, pure_;  ///< rates at the points of the grid
};

}  // namespace trigloop::evaluate
