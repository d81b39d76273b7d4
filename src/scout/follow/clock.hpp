#pragma once
// The two times that following a stream needs. Tests put a clock of their own in, and an hour passes in seconds.
#include <chrono>

namespace trigloop::scout {

using Duration = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  /// Never goes back, whoever sets the clocks: the time of all waits. Its zero means nothing.
  virtual Duration monotonic() const = 0;
  /// Since 1970, UTC. Only shown, and compared with the times at which files were modified.
  virtual Duration wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  Duration monotonic() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
  Duration wall() const override { return std::chrono::system_clock::now().time_since_epoch(); }
};

/// Pauses between tries: `first`, then twice as long each time, never above `longest`.
inline Duration backoff(unsigned tries, Duration first, Duration longest) {
  for (; tries > 0 && first < longest; --tries) first *= 2;
  return first < longest ? first : longest;
}

}  // namespace trigloop::scout
