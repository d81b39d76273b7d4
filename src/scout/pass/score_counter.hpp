#pragma once
// What one thread counts of a network's scores in one lumisection.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "menu/evaluator.hpp"
#include "scout/pass/dense_counts.hpp"
#include "scout/pass/examiner.hpp"
#include "scout/record/contribution.hpp"

namespace trigloop::scout {

class ScoreCounter {
 public:
  /// Of codes in [lowest, highest]; others are counted, too, but slower.
  ScoreCounter(const Examiner& examiner, std::int64_t lowest, std::int64_t highest, const TailRule& rule);

  /// `colliding`: by crossing; empty: all are. `fired`: of the window, whose entry `first` is the first event; null
  /// without a menu.
  void count(std::span<const std::int32_t> codes, std::span<const std::uint32_t> crossings,
             const std::vector<bool>& colliding, const menu::Fired* fired, std::size_t first);
  /// Calls `whole` (a TailEvent of event i) for those that may be among the highest.
  template <class Whole>
  void take_tail(std::span<const std::int32_t> codes, const Whole& whole) {
    std::int64_t entry = least_of_best(codes);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (codes[i] < entry) continue;
      TailEvent one = whole(i);
      one.code = codes[i];
      tail_.offer(std::move(one));
      entry = std::max(entry, tail_.entry_code());
    }
  }
  /// Turns to another lumisection of about `events` events (0: not known), of which `known` has been drained already.
  void turn_to(const Tail& known, std::uint64_t events) noexcept;
  /// Adds everything to `into` and starts over; ScoreCounts::pure gets the events that some seed took. Returns the code
  /// below which events were not offered to the tail on a guess: it may lack some, if its last one is worse.
  std::int64_t drain(ScoreCounts& into);
  /// Memory, more or less.
  static std::uint64_t bytes(std::int64_t lowest, std::int64_t highest) noexcept;

 private:
  std::int64_t least_of_best(std::span<const std::int32_t> codes);
  void guess_from(const Counts& all);

  DenseCounts all_, taken_, noncolliding_;
  Tail tail_;
  std::int64_t tail_floor_ = INT64_MIN;  ///< below this, what was drained holds enough better ones
  // What one lumisection tells of the next one's tail: most events that others would push out are not gathered.
  std::int64_t guess_ = INT64_MIN, next_guess_ = INT64_MIN;
  std::uint64_t guessed_from_ = 0;  ///< events that next_guess_ was made from
  std::vector<std::int32_t> high_codes_;
};

}  // namespace trigloop::scout
