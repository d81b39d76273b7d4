#include "scout/pass/score_counter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <iterator>

namespace trigloop::scout {
namespace {

constexpr std::uint64_t most_bins = std::uint64_t{1} << 20;

std::uint64_t range_of(std::int64_t lowest, std::int64_t highest) noexcept {
  return static_cast<std::uint64_t>(highest - lowest) + 1;
}

DenseCounts bins(std::int64_t lowest, std::int64_t highest) {
  const std::uint64_t range = range_of(lowest, highest);
  return {range <= most_bins ? lowest : std::max<std::int64_t>(lowest, 0), std::min(range, most_bins)};
}

/// Calls f(i) for those of n events of a window, from its entry `first` on, that some seed took.
template <class F>
void for_fired(const menu::Fired& fired, std::size_t first, std::size_t n, const F& f) {
  for (std::size_t i = 0; i < n;) {
    const std::size_t bit = (first + i) % 64, bits = std::min(64 - bit, n - i);
    std::uint64_t word = fired.any[(first + i) / 64] >> bit;
    if (bits < 64) word &= (std::uint64_t{1} << bits) - 1;
    for (; word != 0; word &= word - 1) f(i + static_cast<std::size_t>(std::countr_zero(word)));
    i += bits;
  }
}

}  // namespace

ScoreCounter::ScoreCounter(const Examiner& examiner, std::int64_t lowest, std::int64_t highest, const TailRule& rule)
    : all_(bins(lowest, highest)), tail_(rule) {
  if (examiner.menu) taken_ = bins(lowest, highest);
  if (!examiner.identity.stream.colliding.empty()) noncolliding_ = bins(lowest, highest);
}

std::uint64_t ScoreCounter::bytes(std::int64_t lowest, std::int64_t highest) noexcept {
  return 3 * sizeof(std::uint32_t) * std::min(range_of(lowest, highest), most_bins);
}

void ScoreCounter::count(std::span<const std::int32_t> codes, std::span<const std::uint32_t> crossings,
                         const std::vector<bool>& colliding, const menu::Fired* fired, std::size_t first) {
  if (colliding.empty()) {
    all_.count(codes);
  } else {
    for (std::size_t i = 0; i < codes.size(); ++i) (colliding[crossings[i]] ? all_ : noncolliding_).count(codes[i]);
  }
  if (fired == nullptr) return;
  // Few events are taken by a seed: counting these is cheaper than asking all others.
  for_fired(*fired, first, codes.size(), [&](std::size_t i) {
    if (colliding.empty() || colliding[crossings[i]]) taken_.count(codes[i]);
  });
}

/// The code that an event of a tile must reach to be among the best: those of the tile itself count, too, so that none
/// is gathered that a later one of the tile pushes out.
std::int64_t ScoreCounter::least_of_best(std::span<const std::int32_t> codes) {
  const std::int64_t least = std::max(tail_.entry_code(), tail_floor_);
  const std::size_t wanted = tail_.rule().count;
  high_codes_.clear();
  std::ranges::copy_if(codes, std::back_inserter(high_codes_), [&](std::int32_t code) { return code >= least; });
  if (high_codes_.size() <= wanted) return least;
  const auto last = high_codes_.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
  std::ranges::nth_element(high_codes_, last, std::greater{});
  return *last;
}

void ScoreCounter::turn_to(const Tail& known, std::uint64_t events) noexcept {
  guess_ = events >= guessed_from_ / 2 && events > 0 ? next_guess_ : INT64_MIN;
  tail_floor_ = std::max(known.entry_code(), guess_);
}

/// The code that so many more events reach than are kept that the next lumisection hardly has too few.
void ScoreCounter::guess_from(const Counts& all) {
  guessed_from_ = total(all);
  next_guess_ = INT64_MIN;
  const double kept = tail_.rule().count;
  const auto enough = static_cast<std::uint64_t>(kept + 10 * std::sqrt(kept) + 10);
  std::uint64_t better = 0;
  for (auto bin = all.rbegin(); bin != all.rend() && better < enough; ++bin) {
    better += bin->second;
    next_guess_ = bin->first;
  }
  if (better < enough) next_guess_ = INT64_MIN;
}

std::int64_t ScoreCounter::drain(ScoreCounts& into) {
  all_.drain(into.all);
  taken_.drain(into.pure);
  noncolliding_.drain(into.noncolliding);
  into.tail.join(tail_);
  tail_floor_ = std::max(into.tail.entry_code(), guess_);
  tail_ = Tail(tail_.rule());
  guess_from(into.all);
  return guess_;
}

}  // namespace trigloop::scout
