#pragma once
// Progress of long work on standard error: a bar on a terminal, a plain line now and then elsewhere.
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace trigloop::core {

enum class ProgressMode { automatic, quiet };

class Progress {
 public:
  /// `unit` names what is counted ("events"); total 0 means unknown.
  Progress(std::string label, std::uint64_t total, std::string unit, ProgressMode mode = ProgressMode::automatic);
  /// Ends the line, if one was begun.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Adds to what is done. Thread-safe; prints at most ten times a second (on a terminal; else every ten seconds).
  void advance(std::uint64_t n);

 private:
  using Clock = std::chrono::steady_clock;
  void print(Clock::time_point now);

  std::string label_, unit_;
  std::uint64_t total_, done_ = 0;
  bool quiet_, terminal_, begun_ = false;
  Clock::time_point start_, next_;
  std::mutex mutex_;
};

}  // namespace trigloop::core
