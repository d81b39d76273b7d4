#pragma once
// When a lumisection is complete, and how long a missing piece of it is waited for.
#include <cstdint>
#include <string>

#include "scout/follow/clock.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {

struct CompletionRule {
  unsigned pieces = 0;                       ///< inputs that make a lumisection; 0: as many as bring its orbits
  Duration wait = std::chrono::minutes(10);  ///< for what is missing, from the last piece on
};

/// What the stream knows of a lumisection's surroundings.
struct Waiting {
  Duration since_last_piece{};
  bool later_came = false;     ///< a later lumisection is in
  bool backlog_empty = false;  ///< no input waits to be read
};

/// The wait is over: what is missing is not among what waits to be read, or has been overtaken.
inline bool is_over(const CompletionRule& rule, const Waiting& waiting) noexcept {
  return waiting.since_last_piece >= rule.wait && (waiting.later_came || waiting.backlog_empty);
}

struct Decision {
  enum class Kind : std::uint8_t { wait, complete, incomplete };
  Kind kind = Kind::wait;
  std::string why;  ///< what is missing, if something is
};

/// Complete: the pieces asked for are in; or, where no number was asked for, as many orbits as an input states for the
/// lumisection, allowing for those that happen to hold no event. Incomplete: not so, and the wait is over.
Decision decide(const Record& record, const CompletionRule& rule, const Waiting& waiting);

}  // namespace trigloop::scout
