// A library to preload (LD_PRELOAD): it stands between a program and the C library, counts the calls that change or
// read files below one folder, and lets one of them go wrong. The program needs no code for it. See plan.hpp.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <mutex>
#include <string>

#include "test/faults/plan.hpp"
#include "test/faults/unsynced.hpp"

namespace {

using trigloop::faults::Action;
using trigloop::faults::Plan;
using trigloop::faults::Unsynced;

class Faults {
 public:
  ~Faults() {
    if (plan_.count_file.empty()) return;
    const auto fd =
        static_cast<int>(::syscall(SYS_openat, AT_FDCWD, plan_.count_file.c_str(), O_WRONLY | O_CREAT, 0644));
    const std::string text = std::to_string(count_) + "\n";
    ::syscall(SYS_write, fd, text.data(), text.size());
  }

  std::recursive_mutex mutex;
  Unsynced unsynced{read().saved};

  bool watches(const std::string& path) const {
    return !plan_.under.empty() && path.starts_with(plan_.under) &&
           (path.size() == plan_.under.size() || path[plan_.under.size()] == '/');
  }

  /// Counts a call. True: it shall fail, and errno is set.
  bool strikes(const char* call) {
    if (!plan_.calls.empty() && ("," + plan_.calls + ",").find("," + std::string(call) + ",") == std::string::npos) {
      return false;
    }
    ++count_;
    if (plan_.action == Action::none || count_ < plan_.at) return false;
    if (count_ > plan_.at && !plan_.onwards) return false;
    if (plan_.action == Action::fail) return errno = plan_.error, true;
    if (plan_.action == Action::tear) return torn_ = true, false;
    die();
  }

  /// This write shall be done by half, and be the last.
  bool torn() const { return torn_; }

  [[noreturn]] void die() {
    if (plan_.action == Action::lose || plan_.action == Action::cut) unsynced.lose_data();
    if (plan_.action == Action::cut) unsynced.lose_names();
    ::syscall(SYS_kill, ::getpid(), SIGKILL);
    std::abort();
  }

 private:
  const Plan& read() {
    plan_ = trigloop::faults::read_plan();
    return plan_;
  }
  // `read` fills this before its own initialiser would run: no default member initialiser may stand here.
  static inline Plan plan_;
  long count_ = 0;
  bool torn_ = false;
};

Faults& faults() {
  static Faults instance;
  return instance;
}

using Lock = std::lock_guard<std::recursive_mutex>;

std::string absolute(int folder, const char* path) {
  if (path[0] == '/') return path;
  char link[64], base[4096];
  std::snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
  const long n = ::syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base);
  return n <= 0 ? path : std::string(base, static_cast<std::size_t>(n)) + "/" + path;
}

std::string path_of(int fd) {
  char link[64], base[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const long n = ::syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base);
  return n <= 0 ? "" : std::string(base, static_cast<std::size_t>(n));
}

bool exists(const std::string& path) { return ::syscall(SYS_faccessat, AT_FDCWD, path.c_str(), F_OK) == 0; }

int open_at(int folder, const char* name, int flags, mode_t mode) {
  Faults& f = faults();
  const std::string path = absolute(folder, name);
  if (!f.watches(path)) return static_cast<int>(::syscall(SYS_openat, folder, name, flags, mode));
  const Lock lock(f.mutex);
  const bool creates = (flags & O_CREAT) != 0 && !exists(path);
  if (f.strikes(creates ? "create" : "open")) return -1;
  if ((flags & O_TRUNC) != 0 && !creates) f.unsynced.will_write(path);
  const auto fd = static_cast<int>(::syscall(SYS_openat, folder, name, flags, mode));
  if (fd >= 0 && creates) f.unsynced.made(path);
  return fd;
}

/// Calls `write_part(bytes)` for a write to `fd`.
template <class Write>
ssize_t write_to(int fd, std::size_t n, Write write_part) {
  Faults& f = faults();
  const std::string path = path_of(fd);
  if (!f.watches(path)) return write_part(n);
  const Lock lock(f.mutex);
  if (f.strikes("write")) return -1;
  f.unsynced.will_write(path);
  if (f.torn()) {
    write_part(n / 2);
    f.die();
  }
  return write_part(n);
}

template <class Read>
ssize_t read_from(int fd, Read read) {
  Faults& f = faults();
  if (!f.watches(path_of(fd))) return read();
  {
    const Lock lock(f.mutex);
    if (f.strikes("read")) return -1;
  }
  return read();
}

int sync(int fd, long number) {
  Faults& f = faults();
  const std::string path = path_of(fd);
  if (!f.watches(path)) return static_cast<int>(::syscall(number, fd));
  const Lock lock(f.mutex);
  if (f.strikes("sync")) return -1;
  f.unsynced.synced(path);
  return 0;  // for what dies here, the real one would only cost time
}

int rename_at(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  Faults& f = faults();
  const std::string source = absolute(from_folder, from), target = absolute(to_folder, to);
  const bool watched = f.watches(target) || f.watches(source);
  const Lock lock(f.mutex);
  if (watched && f.strikes("rename")) return -1;
  if (watched) f.unsynced.will_rename(source, target);
  const auto result = static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
  if (watched && result == 0) f.unsynced.renamed(source, target);
  return result;
}

int unlink_at(int folder, const char* name, int flags) {
  Faults& f = faults();
  const std::string path = absolute(folder, name);
  if (!f.watches(path)) return static_cast<int>(::syscall(SYS_unlinkat, folder, name, flags));
  const Lock lock(f.mutex);
  if (f.strikes("unlink")) return -1;
  if ((flags & AT_REMOVEDIR) == 0) f.unsynced.will_remove(path);
  return static_cast<int>(::syscall(SYS_unlinkat, folder, name, flags));
}

int mkdir_at(int folder, const char* name, mode_t mode) {
  Faults& f = faults();
  const std::string path = absolute(folder, name);
  if (!f.watches(path)) return static_cast<int>(::syscall(SYS_mkdirat, folder, name, mode));
  const Lock lock(f.mutex);
  if (f.strikes("mkdir")) return -1;
  const auto result = static_cast<int>(::syscall(SYS_mkdirat, folder, name, mode));
  if (result == 0) f.unsynced.made(path);
  return result;
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

}  // namespace

#define TRIGLOOP_OPEN(name, parameters, folder)    \
  int name parameters {                            \
    va_list arguments;                             \
    va_start(arguments, flags);                    \
    const mode_t mode = mode_of(flags, arguments); \
    va_end(arguments);                             \
    return open_at(folder, path, flags, mode);     \
  }

extern "C" {
TRIGLOOP_OPEN(open, (const char* path, int flags, ...), AT_FDCWD)
TRIGLOOP_OPEN(open64, (const char* path, int flags, ...), AT_FDCWD)
TRIGLOOP_OPEN(openat, (int folder, const char* path, int flags, ...), folder)
TRIGLOOP_OPEN(openat64, (int folder, const char* path, int flags, ...), folder)

ssize_t write(int fd, const void* bytes, size_t n) {
  return write_to(fd, n, [&](size_t part) { return ::syscall(SYS_write, fd, bytes, part); });
}
ssize_t pwrite(int fd, const void* bytes, size_t n, off_t at) {
  return write_to(fd, n, [&](size_t part) { return ::syscall(SYS_pwrite64, fd, bytes, part, at); });
}
ssize_t pwrite64(int fd, const void* bytes, size_t n, off64_t at) { return pwrite(fd, bytes, n, at); }
int ftruncate(int fd, off_t size) noexcept {
  return static_cast<int>(write_to(fd, 0, [&](size_t) { return ::syscall(SYS_ftruncate, fd, size); }));
}
int ftruncate64(int fd, off64_t size) noexcept { return ftruncate(fd, size); }
ssize_t read(int fd, void* bytes, size_t n) {
  return read_from(fd, [&] { return ::syscall(SYS_read, fd, bytes, n); });
}
ssize_t pread(int fd, void* bytes, size_t n, off_t at) {
  return read_from(fd, [&] { return ::syscall(SYS_pread64, fd, bytes, n, at); });
}
ssize_t pread64(int fd, void* bytes, size_t n, off64_t at) { return pread(fd, bytes, n, at); }

int fsync(int fd) { return sync(fd, SYS_fsync); }
int fdatasync(int fd) { return sync(fd, SYS_fdatasync); }

int rename(const char* from, const char* to) noexcept { return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char* from, int b, const char* to) noexcept { return rename_at(a, from, b, to, 0); }
int renameat2(int a, const char* from, int b, const char* to, unsigned flags) noexcept {
  return rename_at(a, from, b, to, flags);
}
int unlink(const char* path) noexcept { return unlink_at(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char* path, int flags) noexcept { return unlink_at(folder, path, flags); }
int rmdir(const char* path) noexcept { return unlink_at(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char* path) noexcept {
  const int result = unlink_at(AT_FDCWD, path, 0);
  return result != 0 && errno == EISDIR ? unlink_at(AT_FDCWD, path, AT_REMOVEDIR) : result;
}
int mkdir(const char* path, mode_t mode) noexcept { return mkdir_at(AT_FDCWD, path, mode); }
int mkdirat(int folder, const char* path, mode_t mode) noexcept { return mkdir_at(folder, path, mode); }

DIR* opendir(const char* path) {
  Faults& f = faults();
  if (f.watches(absolute(AT_FDCWD, path))) {
    const Lock lock(f.mutex);
    if (f.strikes("open")) return nullptr;
  }
  static const auto next = reinterpret_cast<DIR* (*)(const char*)>(::dlsym(RTLD_NEXT, "opendir"));
  return next(path);
}
}
