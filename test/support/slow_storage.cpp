// A library to preload (LD_PRELOAD): reading files below $SLOW_UNDER is as slow as network storage,
// $SLOW_BYTES_PER_SECOND for each open file, however many are read at a time.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

bool is_slow(int fd) {
  static const char* const under = std::getenv("SLOW_UNDER");
  if (under == nullptr) return false;
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const long n = ::syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path);
  const std::size_t length = std::strlen(under);
  return n > static_cast<long>(length) && std::strncmp(path, under, length) == 0;
}

/// Waits until the bytes have come: those of one file one after the other.
void wait_for(int fd, ssize_t bytes) {
  static const double speed = std::atof(std::getenv("SLOW_BYTES_PER_SECOND"));
  static std::mutex mutex;
  static std::map<int, Clock::time_point> free_at;
  Clock::time_point until;
  {
    const std::lock_guard lock(mutex);
    Clock::time_point& at = free_at[fd];
    at = std::max(at, Clock::now()) +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(bytes) / speed));
    until = at;
  }
  std::this_thread::sleep_until(until);
}

}  // namespace

extern "C" {
ssize_t pread(int fd, void* bytes, size_t n, off_t at) {
  const ssize_t got = ::syscall(SYS_pread64, fd, bytes, n, at);
  if (got > 0 && is_slow(fd)) wait_for(fd, got);
  return got;
}
ssize_t pread64(int fd, void* bytes, size_t n, off64_t at) { return pread(fd, bytes, n, at); }
}
