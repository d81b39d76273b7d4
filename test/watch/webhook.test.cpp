#include "watch/webhook.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <mutex>
#include <thread>
#include <vector>

#include "core/error.hpp"

namespace trigloop {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// A receiver on loopback that answers with `statuses` in turn, then with 200.
class Receiver {
 public:
  explicit Receiver(std::vector<int> statuses) : statuses_(std::move(statuses)) {
    server_.Post("/hook", [this](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard lock(mutex_);
      response.status = asked_ < statuses_.size() ? statuses_[asked_] : 200;
      ++asked_;
      keys.push_back(request.get_header_value("Idempotency-Key"));
      tokens.push_back(request.get_header_value("Authorization"));
      bodies.push_back(request.body);
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::sleep_for(1ms);
  }
  ~Receiver() {
    server_.stop();
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }

  std::vector<std::string> keys, tokens, bodies;

 private:
  httplib::Server server_;
  std::vector<int> statuses_;
  std::size_t asked_ = 0;
  int port_ = 0;
  std::mutex mutex_;
  std::thread thread_;
};

watch::Alarm alarm(std::uint64_t number) {
  watch::Alarm one;
  one.number = number;
  one.reference = "0123456789abcdef";
  return one;
}

watch::WebhookOptions options(const std::string& url) {
  watch::WebhookOptions some;
  some.url = url;
  some.first_pause = 1ms;
  return some;
}

TEST(Webhook, IsTriedAgainWithTheSameKeyUntilItIsTaken) {
  Receiver receiver({503, 500});
  auto some = options(receiver.url());
  some.token = "secret";
  watch::Webhook hook(some);
  EXPECT_EQ(hook.post(alarm(1)), "");
  EXPECT_EQ(hook.post(alarm(2)), "");
  EXPECT_THAT(receiver.keys, ElementsAre("0123456789ab-1", "0123456789ab-1", "0123456789ab-1", "0123456789ab-2"));
  EXPECT_THAT(receiver.tokens, testing::Each("Bearer secret"));
  EXPECT_THAT(receiver.bodies[3], HasSubstr("\"number\":2"));
}

TEST(Webhook, PausesLongerAndLongerWhileNobodyTakesIt) {
  Receiver receiver(std::vector<int>(9, 500));
  auto some = options(receiver.url());
  auto time = std::chrono::steady_clock::time_point{};
  some.now = [&] { return time; };
  some.first_pause = 1ms;
  watch::Webhook hook(some);
  EXPECT_THAT(hook.post(alarm(1)), HasSubstr("did not take alarm 1 (HTTP 500)"));
  EXPECT_EQ(receiver.keys.size(), 3u);
  EXPECT_THAT(hook.post(alarm(1)), HasSubstr("tried again"));
  EXPECT_EQ(receiver.keys.size(), 3u) << "the pause is not over";
  time += 8ms;
  hook.post(alarm(1));
  EXPECT_EQ(receiver.keys.size(), 6u);
  time += 8ms;
  hook.post(alarm(1));
  EXPECT_EQ(receiver.keys.size(), 6u) << "it is twice as long now";
  time += 8ms;
  hook.post(alarm(1));
  EXPECT_EQ(receiver.keys.size(), 9u);
  time += 32ms;
  EXPECT_EQ(hook.post(alarm(1)), "");
}

TEST(Webhook, ACopyThatTheReceiverKnowsIsTaken) {
  Receiver receiver({409});
  watch::Webhook hook(options(receiver.url()));
  EXPECT_EQ(hook.post(alarm(1)), "");
  EXPECT_EQ(receiver.keys.size(), 1u);
}

TEST(Webhook, SaysWhatFailedWithoutTheSecretPath) {
  watch::Webhook hook(options("http://127.0.0.1:1/services/T0/secret"));
  const std::string why = hook.post(alarm(1));
  EXPECT_THAT(why, HasSubstr("http://127.0.0.1:1 did not take"));
  EXPECT_EQ(why.find("secret"), std::string::npos);
}

TEST(Webhook, RefusesWhatIsNoUrl) {
  for (const char* url : {"", "ftp://x/y", "http://", "https://user:pw@x/y", "http://x/a b"}) {
    EXPECT_THROW(watch::Webhook{options(url)}, core::Error) << url;
  }
}

}  // namespace
}  // namespace trigloop
