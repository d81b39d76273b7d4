#pragma once
// An HTTP server for browsers and Prometheus, with the manners of a thing that listens in a control room.
//
// It binds to loopback unless told otherwise. A request must name a host that is expected: a page from elsewhere could
// otherwise reach it by a name that it lets point here (DNS rebinding). Whatever changes something needs a token.
// Bodies, times and connections are bounded. There is no TLS: from other machines it is reached through a tunnel or a
// proxy.
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace trigloop::serve {

struct Request {
  std::string path;
  std::map<std::string, std::string> query;  ///< of a repeated name the first
  std::string body;

  /// The query's value, or `otherwise`.
  std::string get(const std::string& name, const std::string& otherwise = "") const;
  /// The same as an integer. Error: usage, if it is none or not within [least, most].
  long long number(const std::string& name, long long otherwise, long long least, long long most) const;
};

struct Response {
  std::string body;
  std::string type = "application/json";
  int status = 200;
  bool is_fixed = false;  ///< part of the program: a browser may keep it for an hour
};

/// Errors that it throws become a status and {"error": ...}; see status_of.
using Handler = std::function<Response(const Request&)>;

struct HttpOptions {
  std::string address = "127.0.0.1";
  int port = 0;                         ///< 0: any free one
  std::vector<std::string> hosts = {};  ///< names beside the address and localhost by which requests may call it
  std::string token = "";               ///< empty: nothing can be changed
  unsigned threads = 4;
  std::size_t body_bytes = 64 << 10;
  int seconds = 5;  ///< for reading a request, and for writing an answer
};

class HttpServer {
 public:
  explicit HttpServer(HttpOptions options);
  ~HttpServer();  ///< stops it
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void get(const std::string& path, Handler handler);
  /// Needs `Authorization: Bearer TOKEN`.
  void post(const std::string& path, Handler handler);

  /// Binds, and answers on threads of its own. Returns the port. Error: output, if the address cannot be bound.
  int start();
  void stop() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The status by which HTTP tells an error code (core::ErrorCode as its number).
int status_of(int error_code) noexcept;

/// A token from a file's first line. Errors: not_found; usage, if others than its owner may read it, or if it is
/// shorter than 16 characters.
std::string read_token(const std::filesystem::path& path);

/// Compared in a time that does not depend on where they differ.
bool same_secret(const std::string& a, const std::string& b) noexcept;

}  // namespace trigloop::serve
