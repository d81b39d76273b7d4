#pragma once
// Histograms of integer scores at full resolution, with the exposure in which they were taken.
//
// Every code that a score can take has a bin: 2^18 of them for the 18-bit score of the deployed network, score x 16.
// Nothing is dropped or merged, so spectra add exactly, in any order, and every quantile, rate and threshold of the sum
// is what the events themselves would have given. All of it is integer arithmetic.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "event/lumi.hpp"

namespace trigloop::score {

/// What was looked at to get the scores. Sums are exact; 0 means not known, but for rows, and so is a sum with it.
struct Exposure {
  std::uint64_t rows = 0;                 ///< events scored
  std::uint64_t offered = 0;              ///< events from which those were drawn; rows / offered is the fraction kept
  std::uint64_t orbits = 0;               ///< orbits seen
  std::uint64_t colliding_crossings = 0;  ///< crossings of those with colliding bunches
  std::uint64_t nanoseconds = 0;          ///< of data taking

  bool rows_only() const noexcept { return orbits == 0 && colliding_crossings == 0 && nanoseconds == 0; }
  bool operator==(const Exposure&) const = default;
};

/// Error: limit, if a sum would leave 64 bits.
Exposure operator+(const Exposure& a, const Exposure& b);

class Spectrum {
 public:
  Spectrum() = default;
  /// Codes in [lowest, highest] get a bin each in memory where these are at most 2^24; any other code has one when it
  /// occurs.
  Spectrum(int fraction, std::int64_t lowest, std::int64_t highest);

  int fraction() const noexcept { return fraction_; }  ///< score = code x 2^-fraction
  double score(std::int64_t code) const noexcept;

  /// Counts codes; exposure().rows grows by as many.
  void count(std::span<const std::int32_t> codes);
  /// Counts one code n times. Error: limit, if a count leaves 64 bits.
  void count(std::int64_t code, std::uint64_t n);
  /// Adds another spectrum. Errors: mismatch, if the fractions differ or a lumisection is in both (nothing is added
  /// then); limit, if a count would leave 64 bits.
  void add(const Spectrum& other);

  std::uint64_t total() const noexcept { return exposure.rows; }
  std::uint64_t at(std::int64_t code) const noexcept;
  /// Non-zero bins, codes ascending.
  std::vector<std::pair<std::int64_t, std::uint64_t>> bins() const;

  Exposure exposure;                         ///< rows is kept by count and add; the rest is the caller's
  std::vector<event::LumiKey> lumisections;  ///< which went in, ascending; empty if not known
  std::string model;                         ///< whose scores, for people; empty if not known

  bool operator==(const Spectrum& other) const;

 private:
  void add_bins(const Spectrum& other);

  int fraction_ = 0;
  std::int64_t lowest_ = 0;
  std::vector<std::uint64_t> dense_;
  std::map<std::int64_t, std::uint64_t> others_;
};

/// Order statistics of a spectrum: prefix sums, made once.
class Cumulative {
 public:
  /// Keeps a copy of what it needs.
  explicit Cumulative(const Spectrum& spectrum);

  std::uint64_t total() const noexcept { return below_.back(); }
  /// How many events pass the firmware's rule, code >= threshold.
  std::uint64_t at_least(std::int64_t threshold) const;
  /// The code of rank k (0: the smallest) of total() events.
  std::int64_t ranked(std::uint64_t k) const;
  /// Firmware threshold: the smallest integer T with at_least(T) <= allowed.
  std::int64_t threshold(std::uint64_t allowed) const;
  /// NumPy's percentile of the scores, linear interpolation, q in [0, 100]: the training package's threshold, which
  /// passes score > t. Error: mismatch, if there are no events.
  double percentile(double q) const;

 private:
  std::vector<std::int64_t> codes_;
  std::vector<std::uint64_t> below_;  ///< events below each code, then all
  int fraction_;
};

/// Rates of a sample of colliding crossings. A rate is in millihertz, so that it is an integer.
class RateScale {
 public:
  /// `colliding_bunches` of an orbit, at 11,245.613 orbits a second. Error: usage, if 0 or more than there are
  /// crossings.
  explicit RateScale(unsigned colliding_bunches);

  double hertz(std::uint64_t passing, std::uint64_t total) const noexcept;
  /// How many of `total` events may pass at a rate of at most `millihertz`: floor(total x rate / crossing rate),
  /// exactly.
  std::uint64_t allowed(std::uint64_t millihertz, std::uint64_t total) const noexcept;
  std::uint64_t crossing_millihertz() const noexcept { return crossing_millihertz_; }

 private:
  std::uint64_t crossing_millihertz_;
};

}  // namespace trigloop::score
