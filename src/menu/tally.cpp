#include "menu/tally.hpp"

#include <bit>
#include <cassert>
#include <cmath>

#include "core/units.hpp"

namespace trigloop::menu {

Tally::Tally(std::size_t n) : seeds(n), shared(n * n), overlap(n * n) {}

void Tally::add(const Fired& fired) {
  assert(fired.seeds == seeds);
  events += fired.entries;
  std::vector<std::size_t> who;
  for (std::size_t w = 0; w < fired.any.size(); ++w) {
    any += static_cast<std::uint64_t>(std::popcount(fired.any[w]));
    for (std::uint64_t left = fired.any[w]; left != 0; left &= left - 1) {
      who.clear();
      const auto row = fired.row(64 * w + static_cast<std::size_t>(std::countr_zero(left)));
      for (std::size_t i = 0; i < row.size(); ++i) {
        for (std::uint64_t bits = row[i]; bits != 0; bits &= bits - 1)
          who.push_back(64 * i + static_cast<std::size_t>(std::countr_zero(bits)));
      }
      for (const std::size_t a : who) {
        ++shared[a * seeds + who.size() - 1];
        for (const std::size_t b : who) ++overlap[a * seeds + b];
      }
    }
  }
}

Tally& Tally::operator+=(const Tally& other) {
  assert(other.seeds == seeds);
  events += other.events;
  any += other.any;
  for (std::size_t i = 0; i < shared.size(); ++i) shared[i] += other.shared[i];
  for (std::size_t i = 0; i < overlap.size(); ++i) overlap[i] += other.overlap[i];
  return *this;
}

double Tally::proportional(std::size_t seed) const noexcept {
  double sum = 0;
  for (std::size_t n = seeds; n-- > 0;)
    sum += static_cast<double>(shared[seed * seeds + n]) / static_cast<double>(n + 1);
  return sum;
}

double RateScale::per_event() const noexcept {
  return events == 0 ? 0 : core::orbit_rate_hz * bunches / static_cast<double>(events);
}

Rate rate_of(std::uint64_t count, const RateScale& scale) noexcept {
  const auto n = static_cast<double>(count);
  const double share = scale.events == 0 ? 0 : n / static_cast<double>(scale.events);
  return {n * scale.per_event(), std::sqrt(n * (1 - share)) * scale.per_event()};
}

Rate proportional_rate(const Tally& tally, std::size_t seed, const RateScale& scale) noexcept {
  const double sum = tally.proportional(seed);
  double squares = 0;
  for (std::size_t n = tally.seeds; n-- > 0;) {
    const auto number = static_cast<double>(n + 1);
    squares += static_cast<double>(tally.shared[seed * tally.seeds + n]) / (number * number);
  }
  const double share = scale.events == 0 ? 0 : sum * sum / static_cast<double>(scale.events);
  return {sum * scale.per_event(), std::sqrt(squares - share) * scale.per_event()};
}

}  // namespace trigloop::menu
