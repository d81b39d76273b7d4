#pragma once
// Which bunch crossings collide, and which of them are kept.
#include <cstdint>
#include <vector>

namespace trigloop::simulate {

/// A fill in 99 trains of 36 crossings each: the first so many of a train collide. Crossings are numbered from 1.
class FillScheme {
 public:
  static constexpr unsigned trains = 99, train_length = 36;
  /// Error: usage, unless 1 <= bunches <= 3564.
  explicit FillScheme(unsigned bunches);
  const std::vector<std::uint16_t>& colliding() const noexcept { return colliding_; }

 private:
  std::vector<std::uint16_t> colliding_;
};

/// Keeps each colliding crossing with the same chance, independently: an unbiased sample. Which ones depends on (seed,
/// orbit) alone.
class CrossingSampler {
 public:
  /// Error: usage, unless 0 < kept <= 1.
  CrossingSampler(const FillScheme& fill, double kept, std::uint64_t seed);

  double mean_per_orbit() const noexcept { return kept_ * static_cast<double>(colliding_.size()); }
  /// Replaces `out` by the kept crossings of an orbit, in rising order; their number.
  std::size_t sample(std::uint32_t orbit, std::vector<std::uint16_t>& out) const;

 private:
  std::vector<std::uint16_t> colliding_;
  double kept_;
  std::uint64_t seed_;
  std::vector<std::uint32_t> within_;  ///< within_[k]: chance, in 2^32nds, that the next kept one is at most k+1 away
};

}  // namespace trigloop::simulate
