#pragma once
// Alarms to a webhook: POST of the alarm as JSON, over http or https.
//
// An alarm has a key, `<first 12 digits of the reference>-<number>`, which goes with it as Idempotency-Key: a receiver
// that sees it again (after a kill between its answer and our commit) drops the copy, and may say 409; both are
// success. An answer in the 200s is one, too. All else is tried again: twice at once, then at looks further and further
// apart.
#include <chrono>
#include <functional>
#include <string>

#include "watch/alarm.hpp"

namespace trigloop::watch {

struct WebhookOptions {
  std::string url;  ///< http://HOST[:PORT]/PATH or https://; it may be a secret, and is in no message but for the host
  std::string token;  ///< sent as Bearer; empty: none
  unsigned connect_seconds = 5, answer_seconds = 10;
  std::chrono::milliseconds first_pause{250}, longest_pause{5 * 60 * 1000};
  /// Which tests replace.
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

class Webhook {
 public:
  /// Error: usage, for a URL that is none.
  explicit Webhook(WebhookOptions options);

  /// Empty: it was taken. Else what failed; without a try where the pause after the last failure is not over.
  std::string post(const Alarm& alarm);

 private:
  std::string attempt(const Alarm& alarm) const;

  WebhookOptions options_;
  std::string host_, path_;  ///< scheme://host:port, and what follows it
  std::chrono::milliseconds pause_{0};
  std::chrono::steady_clock::time_point next_{};
  std::string failure_;  ///< the last one
};

std::string key_of(const Alarm& alarm);

}  // namespace trigloop::watch
