#include "tune/storage/journal_lock.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <thread>

#include "core/error.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// What changes while a lock is in use: the link itself, and the journal that its holder writes.
struct Sight {
  ino_t inode = 0;
  std::int64_t made = 0, written = 0;
  bool operator==(const Sight&) const = default;
};

std::int64_t nanoseconds(const timespec& t) { return t.tv_sec * 1'000'000'000 + t.tv_nsec; }

std::optional<Sight> look(const fs::path& link, const fs::path& journal) {
  struct stat about {};
  if (::lstat(link.c_str(), &about) != 0) return {};
  Sight seen{about.st_ino, nanoseconds(about.st_mtim), 0};
  if (::stat(journal.c_str(), &about) == 0) seen.written = nanoseconds(about.st_mtim);
  return seen;
}

/// A name that no other process or thread uses.
fs::path aside(const fs::path& link) {
  static std::atomic<unsigned> count{0};
  char host[256] = {};
  ::gethostname(host, sizeof(host) - 1);
  return link.native() + "-" + host + "-" + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".rename";
}

/// Removes the link that has `inode`; another that took its place is put back.
void remove_link(const fs::path& link, ino_t inode) {
  struct stat about {};
  if (::lstat(link.c_str(), &about) != 0 || about.st_ino != inode) return;
  const fs::path gone = aside(link);
  if (::rename(link.c_str(), gone.c_str()) != 0) return;
  if (::lstat(gone.c_str(), &about) == 0 && about.st_ino != inode) {
    ::rename(gone.c_str(), link.c_str());
    return;
  }
  ::unlink(gone.c_str());
}

}  // namespace

bool JournalLock::take(const fs::path& journal) {
  // An absolute target: Optuna looks through the link, and a relative one would dangle seen from another folder.
  if (::symlink(journal.c_str(), link_.c_str()) != 0) {
    if (errno == EEXIST) return false;
    throw core::Error(core::ErrorCode::output, std::string("cannot be locked: ") + std::strerror(errno))
        .file(journal.native())
        .cause(errno)
        .remedy("The folder of a journal must be writable, and allow symbolic links");
  }
  struct stat about {};
  if (::lstat(link_.c_str(), &about) == 0) inode_ = about.st_ino;
  return true;
}

JournalLock::JournalLock(const fs::path& journal, std::chrono::milliseconds grace) : link_(journal.native() + ".lock") {
  auto unchanged_since = Clock::now();
  std::optional<Sight> last;
  std::chrono::microseconds wait{200};
  while (!take(journal)) {
    const std::optional<Sight> now = look(link_, journal);
    if (!now) continue;  // released in between
    if (now != last) {
      last = now;
      unchanged_since = Clock::now();
    } else if (Clock::now() - unchanged_since > grace) {
      remove_link(link_, now->inode);
      continue;
    }
    std::this_thread::sleep_for(wait);
    wait = std::min(wait * 3 / 2, std::chrono::microseconds(20'000));
  }
}

JournalLock::~JournalLock() { remove_link(link_, inode_); }

}  // namespace trigloop::tune
