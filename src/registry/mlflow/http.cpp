#include "registry/mlflow/http.hpp"

#include <httplib.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::registry::mlflow {
namespace {

using core::Error;
using core::ErrorCode;

constexpr int attempts = 4;
constexpr auto first_pause = std::chrono::milliseconds(250);
constexpr int connect_seconds = 5, answer_seconds = 120;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string secret_of(const std::filesystem::path& path) {
  struct stat told {};
  if (::stat(path.c_str(), &told) == 0 && (told.st_mode & 077) != 0)
    throw Error(ErrorCode::usage, "may be read by others").file(path.native()).remedy("chmod 600 it");
  std::string text = core::read_text(path, 1u << 16);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string encoded(const std::string& text, std::string_view keep) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || keep.find(c) != keep.npos) {
      result += c;
    } else {
      result += '%';
      result += digits[byte >> 4];
      result += digits[byte & 15];
    }
  }
  return result;
}

std::string with_parameters(std::string path, const Parameters& parameters) {
  char mark = '?';
  for (const auto& [key, value] : parameters) {
    path += mark + encoded(key, "-._~") + '=' + encoded(value, "-._~");
    mark = '&';
  }
  return path;
}

bool is_busy(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

Answer answer_of(const httplib::Result& result) {
  return result ? Answer{result->status, result->body} : Answer{0, httplib::to_string(result.error())};
}

}  // namespace

Credentials find_credentials(const std::filesystem::path& token_file) {
  if (!token_file.empty()) return {secret_of(token_file), "", ""};
  return {variable("MLFLOW_TRACKING_TOKEN"), variable("MLFLOW_TRACKING_USERNAME"),
          variable("MLFLOW_TRACKING_PASSWORD")};
}

std::string encoded_path(const std::string& path) { return encoded(path, "-._~/"); }

struct Server::Connection {
  explicit Connection(const std::string& host) : client(host) {}
  httplib::Client client;
};

Server::Server(const std::string& uri, const Credentials& credentials) : uri_(uri) {
  while (uri_.ends_with('/')) uri_.pop_back();
  const std::size_t scheme = uri_.find("://");
  if (!uri_.starts_with("http://") && !uri_.starts_with("https://"))
    throw Error(ErrorCode::usage, "'" + core::escaped(uri) + "' is no MLflow server").remedy("Write http://HOST:PORT");
  const std::size_t slash = uri_.find('/', scheme + 3);
  if (uri_.find_first_of("@?#", scheme) != uri_.npos)
    throw Error(ErrorCode::usage, "a server's URI has no user, query or fragment")
        .remedy("Secrets go into MLFLOW_TRACKING_TOKEN or --token-file");
  prefix_ = slash == uri_.npos ? "" : uri_.substr(slash);
  connection_ = std::make_unique<Connection>(uri_.substr(0, slash));
  httplib::Client& client = connection_->client;
  client.set_connection_timeout(connect_seconds);
  client.set_read_timeout(answer_seconds);
  client.set_write_timeout(answer_seconds);
  client.set_keep_alive(true);
  client.set_url_encode(false);  // paths come encoded
  if (!credentials.token.empty())
    client.set_bearer_token_auth(credentials.token);
  else if (!credentials.user.empty())
    client.set_basic_auth(credentials.user, credentials.password);
}

Server::~Server() = default;

Answer Server::attempt(const std::function<Answer()>& request, Repeat repeat) {
  Answer answer;
  auto pause = first_pause;
  for (int n = 0; n < attempts; ++n, pause *= 2) {
    if (n > 0) std::this_thread::sleep_for(pause);
    answer = request();
    if (answer.status == 401 || answer.status == 403)
      throw Error(ErrorCode::usage, "the server refuses us (HTTP " + std::to_string(answer.status) + ")")
          .file(uri_)
          .remedy("Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD, or give --token-file");
    const bool again = repeat == Repeat::yes && (answer.status == 0 || is_busy(answer.status));
    if (!again) break;
  }
  if (answer.status != 0) return answer;
  throw Error(ErrorCode::not_found, "no answer (" + answer.body + ")")
      .file(uri_)
      .remedy("Is the server running? The same command goes on from where this one stopped");
}

Answer Server::get(const std::string& path, const Parameters& parameters) {
  const std::string target = with_parameters(prefix_ + path, parameters);
  return attempt([&] { return answer_of(connection_->client.Get(target)); }, Repeat::yes);
}

Answer Server::send(const std::string& method, const std::string& path, const std::string& json, Repeat repeat) {
  const std::string target = prefix_ + path;
  httplib::Client& client = connection_->client;
  return attempt(
      [&] {
        if (method == "PATCH") return answer_of(client.Patch(target, json, "application/json"));
        if (method == "DELETE") return answer_of(client.Delete(target, json, "application/json"));
        return answer_of(client.Post(target, json, "application/json"));
      },
      repeat);
}

Answer Server::put_file(const std::string& path, const std::filesystem::path& file) {
  const core::InputFile in(file);
  std::vector<std::byte> buffer(std::size_t{1} << 18);
  const auto provide = [&](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
    const std::span part(buffer.data(), std::min(length, buffer.size()));
    in.read(offset, part);
    return sink.write(reinterpret_cast<const char*>(part.data()), part.size());
  };
  const auto size = static_cast<std::size_t>(in.size());
  return attempt(
      [&] {
        if (size == 0) return answer_of(connection_->client.Put(prefix_ + path, "", "application/octet-stream"));
        return answer_of(connection_->client.Put(prefix_ + path, size, provide, "application/octet-stream"));
      },
      Repeat::yes);
}

Answer Server::get_file(const std::string& path, const std::filesystem::path& to, std::uint64_t most_bytes) {
  return attempt(
      [&] {
        core::OutputFile out(to);
        bool too_long = false;
        const auto receive = [&](const char* bytes, std::size_t n) {
          too_long = out.position() + n > most_bytes;
          if (!too_long) out.write(std::string_view(bytes, n));
          return !too_long;
        };
        const auto result = connection_->client.Get(prefix_ + path, receive);
        if (too_long)
          throw Error(ErrorCode::limit, "sends more than " + std::to_string(most_bytes) + " bytes").file(uri_ + path);
        Answer answer = answer_of(result);
        if (answer.ok()) out.commit();
        return answer;
      },
      Repeat::yes);
}

}  // namespace trigloop::registry::mlflow
