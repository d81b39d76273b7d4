#pragma once
// An MLflow server for tests: its own SQLite and files, on a free port of loopback.
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "registry/mlflow/http.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {

inline std::filesystem::path mlflow_program() {
  if (const char* given = std::getenv("TRIGLOOP_MLFLOW"); given != nullptr) return given;
  const auto installed = project_root() / ".venv-mlflow/bin/mlflow";
  return std::filesystem::exists(installed) ? installed : std::filesystem::path();
}

class RealServer {
 public:
  RealServer() : port_(free_port()) { restart(); }
  ~RealServer() { stop(); }
  RealServer(const RealServer&) = delete;
  RealServer& operator=(const RealServer&) = delete;

  std::string uri() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// With all that belongs to it, by SIGKILL.
  void kill_after(std::chrono::milliseconds pause) {
    std::this_thread::sleep_for(pause);
    const pid_t group = group_.exchange(0);
    if (group == 0) return;
    ::kill(-group, SIGKILL);
    ::waitpid(group, nullptr, 0);
  }

  /// By SIGTERM first: a server that is killed leaves files in /dev/shm.
  void stop() {
    for (int tries = 0; group_ != 0 && tries < 100; ++tries) {
      if (tries == 0) ::kill(-group_, SIGTERM);
      if (::waitpid(group_, nullptr, WNOHANG) != 0) group_ = 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    kill_after({});
  }

  void restart() {
    kill_after({});
    const std::string port = std::to_string(port_), store = "sqlite:///" + (dir_ / "m.db").native(),
                      files = dir_ / "files", log = dir_ / "log", program = mlflow_program();
    const pid_t child = ::fork();
    if (child == 0) {
      ::setpgid(0, 0);
      const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
      ::dup2(out, 1);
      ::dup2(out, 2);
      ::execl(program.c_str(), program.c_str(), "server", "--host", "127.0.0.1", "--port", port.c_str(),
              "--backend-store-uri", store.c_str(), "--artifacts-destination", files.c_str(), "--workers", "1",
              nullptr);
      ::_exit(127);
    }
    ::setpgid(child, child);
    group_ = child;
    wait_until_it_answers();
  }

 private:
  static int free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    return ntohs(address.sin_port);
  }

  void wait_until_it_answers() const {
    for (int tries = 0; tries < 120; ++tries) {
      try {
        if (registry::mlflow::Server(uri(), {}).get("/health").ok()) return;
      } catch (const core::Error&) {
      }
    }
    throw std::runtime_error("MLflow does not start: " + read_file(dir_ / "log"));
  }

  TempDir dir_;
  int port_;
  std::atomic<pid_t> group_{0};
};

}  // namespace trigloop::test
