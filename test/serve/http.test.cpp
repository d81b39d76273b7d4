#include "serve/http.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <thread>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::serve {
namespace {

using testing::HasSubstr;

constexpr const char* token = "0123456789abcdef0123";

/// A server with a page, a failing one, and a switch that can be thrown.
class Http : public testing::Test {
 protected:
  void serve(HttpOptions options = {}) {
    server_ = std::make_unique<HttpServer>(std::move(options));
    server_->get("/page", [](const Request& request) { return Response{"x=" + request.get("x", "none")}; });
    server_->get("/number",
                 [](const Request& request) { return Response{std::to_string(request.number("points", 7, 1, 100))}; });
    server_->get("/broken", [](const Request&) -> Response {
      throw core::Error(core::ErrorCode::not_found, "no such lumisection").file("a\nb");
    });
    server_->post("/switch", [this](const Request&) {
      ++thrown_;
      return Response{"{}"};
    });
    port_ = server_->start();
  }
  httplib::Client client() { return httplib::Client("127.0.0.1", port_); }

  std::unique_ptr<HttpServer> server_;
  int port_ = 0;
  std::atomic<int> thrown_{0};
};

TEST_F(Http, AnswersWithHeadersThatForbidForeignCode) {
  serve();
  const auto result = client().Get("/page?x=a%20b");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "x=a b");
  EXPECT_THAT(result->get_header_value("Content-Security-Policy"), HasSubstr("script-src 'self'"));
  EXPECT_EQ(result->get_header_value("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(result->get_header_value("X-Frame-Options"), "DENY");
  EXPECT_EQ(result->get_header_value("Cache-Control"), "no-store");
}

TEST_F(Http, TurnsErrorsIntoAStatusAndOneLine) {
  serve();
  const auto missing = client().Get("/broken");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->status, 404);
  EXPECT_THAT(missing->body, HasSubstr("no such lumisection"));
  const auto unknown = client().Get("/nothing");
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, 404);
  EXPECT_THAT(unknown->body, HasSubstr("there is no such page"));
}

TEST_F(Http, TakesNumbersWithinTheirRangeAlone) {
  serve();
  EXPECT_EQ(client().Get("/number")->body, "7");
  EXPECT_EQ(client().Get("/number?points=100")->body, "100");
  for (const char* wrong : {"101", "0", "1e3", "-1", "99999999999999999999", "%00"}) {
    EXPECT_EQ(client().Get("/number?points=" + std::string(wrong))->status, 400) << wrong;
  }
}

TEST_F(Http, RefusesNamesThatItIsNotCalledBy) {
  serve({.hosts = {"control-room"}});
  const auto status = [&](const std::string& host) { return client().Get("/page", {{"Host", host}})->status; };
  EXPECT_EQ(status("localhost:" + std::to_string(port_)), 200);
  EXPECT_EQ(status("[::1]:80"), 200);
  EXPECT_EQ(status("control-room"), 200);
  EXPECT_EQ(status("evil.example:80"), 421);
  EXPECT_EQ(status("localhost.evil.example"), 421);
}

TEST_F(Http, ChangesNothingWithoutAToken) {
  serve();
  EXPECT_EQ(client().Post("/switch")->status, 401);
  EXPECT_EQ(client().Post("/switch", {{"Authorization", "Bearer "}}, "", "text/plain")->status, 401);
  EXPECT_EQ(thrown_, 0);
}

TEST_F(Http, ChangesWithTheRightTokenAlone) {
  serve({.token = token});
  EXPECT_EQ(client().Post("/switch")->status, 401);
  EXPECT_EQ(client().Post("/switch", {{"Authorization", "Bearer 0123456789abcdef0124"}}, "", "text/plain")->status,
            401);
  EXPECT_EQ(client().Post("/switch", {{"Authorization", "Basic 0123456789abcdef0123"}}, "", "text/plain")->status, 401);
  EXPECT_EQ(thrown_, 0);
  const auto result = client().Post("/switch", {{"Authorization", std::string("Bearer ") + token}}, "", "text/plain");
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(thrown_, 1);
}

TEST_F(Http, RefusesLargeBodies) {
  serve({.token = token, .body_bytes = 100});
  const auto result = client().Post("/switch", {{"Authorization", std::string("Bearer ") + token}},
                                    std::string(101, 'x'), "text/plain");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 413);
  EXPECT_EQ(thrown_, 0);
}

/// A connection that says nothing.
int silent_connection(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

TEST_F(Http, GoesOnWhenConnectionsSayNothing) {
  serve({.threads = 2, .seconds = 1});
  std::vector<int> silent;
  for (int i = 0; i < 4; ++i) silent.push_back(silent_connection(port_));
  httplib::Client patient = client();
  patient.set_read_timeout(20);
  const auto result = patient.Get("/page");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  for (const int fd : silent) ::close(fd);
}

TEST_F(Http, SaysWhichPortIsTaken) {
  serve();
  HttpServer second({.port = port_});
  try {
    second.start();
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::output);
    EXPECT_THAT(e.what(), HasSubstr(std::to_string(port_)));
    EXPECT_THAT(e.what(), HasSubstr("--port"));
  }
}

TEST(Token, IsReadFromAFileThatIsPrivate) {
  const test::TempDir folder;
  const auto path = folder / "token";
  test::write_file(path, std::string(token) + "\n");
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_EQ(read_token(path), token);
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  EXPECT_THROW(read_token(path), core::Error);
  test::write_file(path, "short\n");
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_THROW(read_token(path), core::Error);
}

TEST(Secrets, AreTheSameOnlyIfEqual) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "abcabc"));
  EXPECT_FALSE(same_secret("abc", ""));
  EXPECT_FALSE(same_secret("", "abc"));
}

}  // namespace
}  // namespace trigloop::serve
