#pragma once
// How often seeds fired, alone and together, and the rates that follow.
//
// As CMS's rate tools define them: an event is *pure* for a seed if no other seed fired; the *proportional* count of a
// seed gives each event 1 / (number of seeds that fired), so that proportional counts add up to the events that fired
// at all. Everything is counted in integers (of each seed, how many events it shared with how many), so tallies of
// parts of a file add up exactly, in any order.
#include <cstdint>
#include <vector>

#include "menu/evaluator.hpp"

namespace trigloop::menu {

struct Tally {
  std::size_t seeds = 0;
  std::uint64_t events = 0, any = 0;
  std::vector<std::uint64_t> shared;   ///< [seed][n]: events in which it fired and n others did
  std::vector<std::uint64_t> overlap;  ///< [a][b]: events in which both fired

  Tally() = default;
  explicit Tally(std::size_t seeds);
  void add(const Fired& fired);
  Tally& operator+=(const Tally& other);

  std::uint64_t fired(std::size_t seed) const noexcept { return overlap[seed * seeds + seed]; }
  std::uint64_t pure(std::size_t seed) const noexcept { return shared[seed * seeds]; }
  double proportional(std::size_t seed) const noexcept;
};

/// Hz, with one standard deviation.
struct Rate {
  double hz = 0, error = 0;
};

/// Counts of a random sample of colliding crossings to rates.
struct RateScale {
  double bunches = 2544;              ///< colliding, in an orbit
  std::uint64_t events = 0;           ///< of the sample
  double per_event() const noexcept;  ///< Hz: orbit rate x bunches / events
};

/// Binomial: the sample's size was not left to chance. No event gives 0 +- 0, which says little.
Rate rate_of(std::uint64_t count, const RateScale& scale) noexcept;
/// sum of n x (1/N)^2 in place of n.
Rate proportional_rate(const Tally& tally, std::size_t seed, const RateScale& scale) noexcept;

}  // namespace trigloop::menu
