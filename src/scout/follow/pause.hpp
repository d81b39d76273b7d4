#pragma once
// The stream stands still while the machine cannot take its output or has no handles left, and goes on by itself. What
// failed is tried again as it is, with growing pauses: every write of the ledger is whole or not there.
#include <optional>
#include <string>

#include "scout/follow/clock.hpp"

namespace trigloop::scout {

class Pause {
 public:
  explicit Pause(Duration first = std::chrono::seconds(1), Duration longest = std::chrono::minutes(1))
      : first_(first), longest_(longest) {}

  /// Trouble: the next try is due later. True, if the stream ran until now: then it is news.
  bool fail(const std::string& reason, Duration now) {
    const bool news = !since_;
    if (news) {
      since_ = now;
      ++count_;
      tries_ = 0;
    }
    reason_ = reason;
    due_ = now + backoff(tries_++, first_, longest_);
    return news;
  }
  /// All was tried and worked. True, if that is news.
  bool work() {
    const bool news = since_.has_value();
    since_.reset();
    reason_.clear();
    return news;
  }

  bool active() const noexcept { return since_.has_value(); }
  Duration due() const noexcept { return due_; }  ///< of the next try, while active
  Duration since() const noexcept { return since_.value_or(Duration{}); }
  const std::string& reason() const noexcept { return reason_; }
  unsigned count() const noexcept { return count_; }

 private:
  Duration first_, longest_, due_{};
  std::optional<Duration> since_;
  std::string reason_;
  unsigned tries_ = 0, count_ = 0;
};

}  // namespace trigloop::scout
