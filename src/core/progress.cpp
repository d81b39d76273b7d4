#include "core/progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace trigloop::core {
namespace {

constexpr auto terminal_pause = std::chrono::milliseconds(100);
constexpr auto plain_pause = std::chrono::seconds(10);

}  // namespace

Progress::Progress(std::string label, std::uint64_t total, std::string unit, ProgressMode mode)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      quiet_(mode == ProgressMode::quiet),
      terminal_(::isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      next_(start_ + (terminal_ ? Clock::duration(terminal_pause) : Clock::duration(plain_pause))) {}

Progress::~Progress() {
  if (!begun_) return;
  print(Clock::now());
  if (terminal_) std::fputc('\n', stderr);
}

void Progress::advance(std::uint64_t n) {
  const std::lock_guard lock(mutex_);
  done_ += n;
  if (quiet_) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + (terminal_ ? Clock::duration(terminal_pause) : Clock::duration(plain_pause));
  begun_ = true;
  print(now);
}

void Progress::print(Clock::time_point now) {
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  std::string line = label_ + ": " + std::to_string(done_);
  if (total_ > 0) {
    const double share = static_cast<double>(done_) / static_cast<double>(total_);
    constexpr int width = 24;
    const int filled = static_cast<int>(share * width);
    line = label_ + " [" + std::string(static_cast<std::size_t>(filled), '#') +
           std::string(static_cast<std::size_t>(width - filled), '.') + "] " + std::to_string(done_) + "/" +
           std::to_string(total_);
  }
  std::fprintf(stderr, "%s%s %s, %.3g M/s", terminal_ ? "\r\033[K" : "", line.c_str(), unit_.c_str(), rate / 1e6);
  if (total_ > done_ && rate > 0) std::fprintf(stderr, ", %.0f s left", static_cast<double>(total_ - done_) / rate);
  if (!terminal_) std::fputc('\n', stderr);
  std::fflush(stderr);
}

}  // namespace trigloop::core
