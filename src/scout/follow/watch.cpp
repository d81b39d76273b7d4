// The folder as the system shows it: stat, readdir and inotify.
#include "scout/follow/watch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <system_error>
#include <thread>

#include "core/error.hpp"
#include "io/any/any.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t events_wanted = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM |
                                        IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
/// A writer makes an event with every write: those of so long are taken together.
constexpr auto gathering = std::chrono::milliseconds(10);

std::size_t levels(const std::string& name) { return 1 + static_cast<std::size_t>(std::ranges::count(name, '/')); }

bool is_store(const fs::path& path) {
  struct stat st {};
  for (const char* mark : {".zgroup", ".zarray", ".zattrs"}) {
    if (::stat((path / mark).c_str(), &st) == 0) return true;
  }
  return false;
}

Sighting sighting_of(const std::string& name, const struct stat& st) {
  Sighting seen;
  seen.name = name;
  seen.store = S_ISDIR(st.st_mode);
  seen.bytes = seen.store ? 0 : static_cast<std::uint64_t>(st.st_size);
  seen.modified_ns = st.st_mtim.tv_sec * 1'000'000'000ll + st.st_mtim.tv_nsec;
  seen.device = st.st_dev;
  seen.inode = st.st_ino;
  return seen;
}

}  // namespace

std::optional<Sighting> sight(const fs::path& folder, const std::string& name) {
  struct stat st {};
  const fs::path path = folder / name;
  if (::stat(path.c_str(), &st) != 0) return std::nullopt;
  if (S_ISREG(st.st_mode)) return sighting_of(name, st);
  if (!S_ISDIR(st.st_mode) || !is_store(path)) return std::nullopt;
  Sighting seen = sighting_of(name, st);
  if (::stat((path / ".zattrs").c_str(), &st) == 0) {
    seen.bytes = static_cast<std::uint64_t>(st.st_size);
    seen.modified_ns = st.st_mtim.tv_sec * 1'000'000'000ll + st.st_mtim.tv_nsec;
  }
  return seen;
}

bool fits(const std::string& name, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
  });
}

/// inotify: which watch belongs to which folder below the root, and what its events mean.
class FolderWatch::Notifier {
 public:
  Notifier() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}
  ~Notifier() {
    if (fd_ >= 0) ::close(fd_);
  }
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  /// Without a watch the listing alone tells of the folder.
  void add(const fs::path& folder, const std::string& prefix) {
    const int watch = ::inotify_add_watch(fd_, folder.c_str(), events_wanted);
    if (watch >= 0) prefixes_[watch] = prefix;
  }

  void wait(Duration longest) const {
    pollfd waiting{fd_, POLLIN, 0};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(longest).count();
    if (::poll(&waiting, fd_ >= 0 ? 1 : 0, static_cast<int>(std::clamp<std::int64_t>(ms, 0, 3'600'000))) > 0)
      std::this_thread::sleep_for(gathering);
  }

  template <class Take>
  void drain(Take&& take) {
    alignas(inotify_event) char buffer[16384];
    for (ssize_t n; fd_ >= 0 && (n = ::read(fd_, buffer, sizeof buffer)) > 0;) {
      for (ssize_t at = 0; at < n;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
        take(*event, event->len > 0 ? std::string(event->name) : std::string());
        at += static_cast<ssize_t>(sizeof(inotify_event)) + event->len;
      }
    }
  }

  /// None, if the event belongs to a watch that is no longer ours.
  const std::string* prefix(int watch) const {
    const auto found = prefixes_.find(watch);
    return found == prefixes_.end() ? nullptr : &found->second;
  }
  void forget(int watch) { prefixes_.erase(watch); }
  void forget_all() {
    for (const auto& [watch, prefix] : prefixes_) ::inotify_rm_watch(fd_, watch);
    prefixes_.clear();
  }

 private:
  int fd_;
  std::map<int, std::string> prefixes_;  ///< "" or "date/run/"
};

FolderWatch::FolderWatch(fs::path folder, std::vector<std::string> patterns)
    : folder_(std::move(folder)), patterns_(std::move(patterns)), notifier_(std::make_unique<Notifier>()) {
  for (const std::string& pattern : patterns_) depth_ = std::max(depth_, levels(pattern));
}

FolderWatch::~FolderWatch() = default;

std::optional<Sighting> FolderWatch::look(const std::string& name) {
  return fits(name, patterns_) && !io::is_companion(name) ? sight(folder_, name) : std::nullopt;
}

std::optional<std::vector<Sighting>> FolderWatch::list() {
  std::vector<Sighting> inputs;
  std::vector<std::string> prefixes{""};
  while (!prefixes.empty()) {
    const std::string prefix = std::move(prefixes.back());
    prefixes.pop_back();
    const fs::path folder = folder_ / prefix;
    notifier_->add(folder, prefix);  // before it is read: what comes in between is told twice, not never
    DIR* const stream = ::opendir(folder.c_str());
    if (stream == nullptr) {
      const bool vanished = errno == ENOENT || errno == ENOTDIR;
      if (prefix.empty() || !vanished) return std::nullopt;  // half a listing would look like lost inputs
      continue;
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> closing(stream, ::closedir);
    errno = 0;
    for (const dirent* entry; (entry = ::readdir(stream)) != nullptr; errno = 0) {
      if (entry->d_name[0] == '.') continue;
      const std::string name = prefix + entry->d_name;
      if (auto seen = look(name)) {
        inputs.push_back(std::move(*seen));
      } else if (levels(name) < depth_ && entry->d_type != DT_REG) {
        prefixes.push_back(name + "/");
      }
    }
    if (errno != 0) return std::nullopt;
  }
  return inputs;
}

void FolderWatch::remove(const std::string& name) {
  std::error_code error;
  io::remove(folder_ / name, error);
  if (error) {
    throw core::Error(core::ErrorCode::output, "cannot remove: " + error.message())
        .file((folder_ / name).native())
        .cause(error.value());
  }
}

News FolderWatch::wait(Duration longest) {
  notifier_->wait(longest);
  News news;
  notifier_->drain([&](const inotify_event& event, const std::string& name) {
    const std::string* const prefix = notifier_->prefix(event.wd);
    if ((event.mask & (IN_Q_OVERFLOW | IN_UNMOUNT)) != 0) news.lost = true;
    if (prefix == nullptr) return;
    if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
      news.lost = true;
      if (prefix->empty()) return notifier_->forget_all();
    }
    if ((event.mask & IN_IGNORED) != 0) return notifier_->forget(event.wd);
    if (name.empty()) return;
    const std::string whole = *prefix + name;
    if ((event.mask & IN_ISDIR) != 0 && levels(whole) < depth_) news.lost = true;  // its own folders must be watched
    if (!fits(whole, patterns_) || io::is_companion(whole)) return;
    Change change{Change::Kind::written, whole};
    if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) change.kind = Change::Kind::closed;
    if ((event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0) change.kind = Change::Kind::gone;
    if (!news.changes.empty() && news.changes.back().name == whole) {
      news.changes.back() = std::move(change);
    } else {
      news.changes.push_back(std::move(change));
    }
  });
  return news;
}

}  // namespace trigloop::scout
