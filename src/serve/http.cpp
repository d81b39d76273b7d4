#include "serve/http.hpp"

#include <httplib.h>
#include <sys/stat.h>

#include <charconv>
#include <cstring>
#include <deque>
#include <thread>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"

namespace trigloop::serve {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::size_t waiting_connections = 64;

/// Threads with a bounded queue: when it is full, connections wait in the kernel's.
class BoundedPool final : public httplib::TaskQueue {
 public:
  explicit BoundedPool(unsigned threads) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  void enqueue(std::function<void()> task) override {
    std::unique_lock lock(mutex_);
    space_.wait(lock, [&] { return tasks_.size() < waiting_connections || ended_; });
    tasks_.push_back(std::move(task));
    ready_.notify_one();
  }
  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    ready_.notify_all();
    space_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void work() {
    for (;;) {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [&] { return !tasks_.empty() || ended_; });
      if (tasks_.empty()) return;
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      space_.notify_one();
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable ready_, space_;
  std::deque<std::function<void()>> tasks_;
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

/// "name:port" or "[::1]:port" without the port.
std::string without_port(const std::string& host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.rfind(':'));
}

void set_error(httplib::Response& response, int status, std::string_view reason) {
  core::JsonWriter json;
  json.begin_object().member("error", reason).end_object();
  response.status = status;
  response.set_content(json.text() + "\n", "application/json");
}

void answer(const Handler& handler, const httplib::Request& request, httplib::Response& response) {
  Request ours{request.path, {}, request.body};
  for (const auto& [name, value] : request.params) ours.query.emplace(name, value);
  try {
    const Response made = handler(ours);
    response.status = made.status;
    response.set_content(made.body, made.type);
    response.set_header("Cache-Control", made.is_fixed ? "max-age=3600" : "no-store");
  } catch (const Error& e) {
    set_error(response, status_of(static_cast<int>(e.code())), e.what());
  } catch (const std::exception& e) {
    set_error(response, 500, e.what());
  }
}

/// `script-src 'self'`: nothing that comes in as data can become code. Styles stand in the drawing library's elements.
const httplib::Headers safe_headers = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
     "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

}  // namespace

struct HttpServer::Impl {
  HttpOptions options;
  httplib::Server server;
  std::thread thread;

  bool expects(const std::string& host) const {
    const std::string name = without_port(host);
    if (name == "localhost" || name == "127.0.0.1" || name == "[::1]" || name == options.address) return true;
    return std::find(options.hosts.begin(), options.hosts.end(), name) != options.hosts.end();
  }

  bool is_allowed(const httplib::Request& request) const {
    const std::string prefix = "Bearer ", given = request.get_header_value("Authorization");
    return !options.token.empty() && given.starts_with(prefix) &&
           same_secret(given.substr(prefix.size()), options.token);
  }
};

HttpServer::HttpServer(HttpOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  httplib::Server& server = impl_->server;
  server.new_task_queue = [threads = impl_->options.threads] { return new BoundedPool(threads); };
  server.set_payload_max_length(impl_->options.body_bytes);
  server.set_read_timeout(impl_->options.seconds);
  server.set_write_timeout(impl_->options.seconds);
  server.set_keep_alive_timeout(impl_->options.seconds);
  server.set_default_headers(safe_headers);
  server.set_pre_routing_handler([impl = impl_.get()](const httplib::Request& request, httplib::Response& response) {
    if (impl->expects(request.get_header_value("Host"))) return httplib::Server::HandlerResponse::Unhandled;
    set_error(response, 421, "this server is not called so; --host NAME allows a name");
    return httplib::Server::HandlerResponse::Handled;
  });
  server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty())
      set_error(response, response.status,
                response.status == 404 ? "there is no such page" : "the request was refused");
  });
}

HttpServer::~HttpServer() { stop(); }

void HttpServer::get(const std::string& path, Handler handler) {
  impl_->server.Get(path, [handler = std::move(handler)](const httplib::Request& request, httplib::Response& response) {
    answer(handler, request, response);
  });
}

void HttpServer::post(const std::string& path, Handler handler) {
  impl_->server.Post(path, [impl = impl_.get(), handler = std::move(handler)](const httplib::Request& request,
                                                                              httplib::Response& response) {
    if (impl->is_allowed(request)) return answer(handler, request, response);
    response.set_header("WWW-Authenticate", "Bearer");
    set_error(response, 401,
              impl->options.token.empty() ? "this server changes nothing; --token-file FILE lets it"
                                          : "the token is missing or wrong");
  });
}

int HttpServer::start() {
  const HttpOptions& options = impl_->options;
  int port = options.port;
  // The library binds with SO_REUSEPORT; two servers on one port would share its requests at random.
  impl_->server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  errno = 0;
  const bool bound = port != 0 ? impl_->server.bind_to_port(options.address, port)
                               : (port = impl_->server.bind_to_any_port(options.address)) > 0;
  if (!bound) {
    throw Error(ErrorCode::output, "cannot listen on " + options.address + " port " + std::to_string(options.port) +
                                       (errno != 0 ? std::string(": ") + std::strerror(errno) : ""))
        .remedy("Choose another --port, or --port 0 for any free one");
  }
  impl_->thread = std::thread([impl = impl_.get()] { impl->server.listen_after_bind(); });
  while (!impl_->server.is_running()) std::this_thread::yield();
  return port;
}

void HttpServer::stop() noexcept {
  if (!impl_->thread.joinable()) return;
  impl_->server.stop();
  impl_->thread.join();
}

std::string Request::get(const std::string& name, const std::string& otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? otherwise : found->second;
}

long long Request::number(const std::string& name, long long otherwise, long long least, long long most) const {
  const std::string text = get(name);
  if (text.empty()) return otherwise;
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    throw Error(ErrorCode::usage, "'" + core::escaped(text) + "' is no " + name)
        .remedy("Give an integer from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

int status_of(int error_code) noexcept {
  switch (static_cast<ErrorCode>(error_code)) {
    case ErrorCode::usage:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::mismatch:
      return 409;
    case ErrorCode::damaged:
    case ErrorCode::unsupported:
      return 422;
    case ErrorCode::limit:
    case ErrorCode::output:
    case ErrorCode::interrupted:
      return 503;
    default:
      return 500;
  }
}

std::string read_token(const std::filesystem::path& path) {
  const std::string text = core::read_text(path, 4096);
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    throw Error(ErrorCode::usage, "others may read this token")
        .file(path.native())
        .remedy("Keep it to yourself: chmod 600 " + path.native());
  }
  const std::string token = text.substr(0, text.find_first_of("\r\n"));
  if (token.size() < 16) {
    throw Error(ErrorCode::usage, "the token has " + std::to_string(token.size()) + " characters, fewer than 16")
        .file(path.native())
        .remedy("Make one: openssl rand -hex 32 > " + path.native());
  }
  return token;
}

bool same_secret(const std::string& a, const std::string& b) noexcept {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[b.empty() ? 0 : i % b.size()]);
  return difference == 0 && a.size() == b.size();
}

}  // namespace trigloop::serve
