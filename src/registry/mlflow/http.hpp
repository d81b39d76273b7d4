#pragma once
// HTTP with an MLflow server: requests with retries, answers checked, errors in words.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace trigloop::registry::mlflow {

/// How the server knows us. Never part of a message.
struct Credentials {
  std::string token;           ///< Bearer
  std::string user, password;  ///< Basic, where there is no token
};

/// From MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME and _PASSWORD; or a token from a file that nobody else may read
/// (mode 0600). Errors: usage, for a file that others may read; not_found.
Credentials find_credentials(const std::filesystem::path& token_file = {});

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
};

/// What is safe to send again when no answer came.
enum class Repeat : bool { no, yes };

/// Errors: not_found, if there is no connection, or it breaks (what was done stays done; try again); usage, for a URI
/// that is none, and if the server refuses us (401, 403). Busy servers (429, 5xx) and broken connections are tried
/// again three times, where that is safe.
class Server {
 public:
  Server(const std::string& uri, const Credentials& credentials);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Answer get(const std::string& path, const Parameters& parameters = {});
  Answer send(const std::string& method, const std::string& path, const std::string& json, Repeat repeat);
  Answer put_file(const std::string& path, const std::filesystem::path& file);
  /// The file appears when it is whole; at most `most_bytes`. Error: limit.
  Answer get_file(const std::string& path, const std::filesystem::path& to, std::uint64_t most_bytes);

  const std::string& uri() const noexcept { return uri_; }

 private:
  struct Connection;
  Answer attempt(const std::function<Answer()>& request, Repeat repeat);

  std::string uri_, prefix_;
  std::unique_ptr<Connection> connection_;
};

/// Each part of a path percent-encoded, slashes kept.
std::string encoded_path(const std::string& path);

}  // namespace trigloop::registry::mlflow
