#include "watch/webhook.hpp"

#include <httplib.h>

#include <algorithm>
#include <thread>

#include "core/error.hpp"
#include "watch/report.hpp"

namespace trigloop::watch {
namespace {

constexpr int tries_at_once = 3;

bool is_taken(int status) { return (status >= 200 && status < 300) || status == 409; }

}  // namespace

std::string key_of(const Alarm& alarm) { return alarm.reference.substr(0, 12) + "-" + std::to_string(alarm.number); }

Webhook::Webhook(WebhookOptions options) : options_(std::move(options)) {
  const std::string& url = options_.url;
  const std::size_t scheme = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : 0;
  const std::size_t slash = scheme == 0 ? url.npos : url.find('/', scheme);
  host_ = url.substr(0, slash);
  path_ = slash == url.npos ? "/" : url.substr(slash);
  const bool plain = std::ranges::all_of(url, [](unsigned char c) { return c > ' ' && c < 127; });
  if (scheme == 0 || host_.size() == scheme || !plain || host_.find('@') != host_.npos) {
    throw core::Error(core::ErrorCode::usage, "the webhook's URL is none")
        .remedy("Write http://HOST:PORT/PATH or https://...; a token goes into a file (--webhook-token-file)");
  }
}

std::string Webhook::attempt(const Alarm& alarm) const {
  httplib::Client client(host_);
  client.set_connection_timeout(options_.connect_seconds);
  client.set_read_timeout(options_.answer_seconds);
  client.set_write_timeout(options_.answer_seconds);
  client.set_url_encode(false);
  if (!options_.token.empty()) client.set_bearer_token_auth(options_.token);
  const auto answer = client.Post(path_, httplib::Headers{{"Idempotency-Key", key_of(alarm)}}, alarm_json(alarm) + "\n",
                                  "application/json");
  if (!answer) return httplib::to_string(answer.error());
  return is_taken(answer->status) ? "" : "HTTP " + std::to_string(answer->status);
}

std::string Webhook::post(const Alarm& alarm) {
  if (pause_.count() > 0 && options_.now() < next_) return failure_;
  std::string why;
  for (int n = 0; n < tries_at_once; ++n) {
    if (n > 0) std::this_thread::sleep_for(options_.first_pause * (1 << (n - 1)));
    why = attempt(alarm);
    if (why.empty()) {
      pause_ = {};
      return "";
    }
  }
  pause_ = std::min(options_.longest_pause, std::max(options_.first_pause * (1 << tries_at_once), pause_ * 2));
  next_ = options_.now() + pause_;
  failure_ = "the webhook at " + host_ + " did not take alarm " + std::to_string(alarm.number) + " (" + why +
             "); it is tried again";
  return failure_;
}

}  // namespace trigloop::watch
