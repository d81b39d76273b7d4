#pragma once
// How often crossings come, and so what share of them a rate is. Rates are whole millihertz, so that "within the
// target" is a question of integers.
#include <cstdint>

namespace trigloop::evaluate {

class Crossings {
 public:
  /// Colliding crossings in kHz, rounded to millihertz. Error: usage, unless 0 < khz <= 40,079 (every crossing).
  explicit Crossings(double khz);
  /// Of the colliding bunches of an orbit, at 11,245.613 orbits a second. Error: usage.
  static Crossings of_bunches(unsigned bunches);

  double khz() const noexcept { return khz_; }
  /// How many of `total` events may pass at a rate of at most `rate_khz`: floor(total x rate / crossings).
  std::uint64_t allowed(double rate_khz, std::uint64_t total) const noexcept;
  /// The rate of `passing` of `total` events.
  double rate_khz(std::uint64_t passing, std::uint64_t total) const noexcept;

 private:
  double khz_;
  std::uint64_t millihertz_;
};

}  // namespace trigloop::evaluate
