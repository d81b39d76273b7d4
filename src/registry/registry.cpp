#include "registry/registry.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <system_error>
#include <thread>

#include "core/error.hpp"
#include "core/file.hpp"
#include "registry/file_system.hpp"
#include "registry/schema.hpp"

namespace trigloop::registry {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr int wait_for_writers_s = 2;

int open_lock(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    throw Error(ErrorCode::output, std::string("cannot open: ") + std::strerror(errno))
        .file(path.native())
        .remedy("Choose a folder that you may write to (--registry DIR, or $TRIGLOOP_REGISTRY)")
        .cause(errno);
  return fd;
}

/// The kernel frees the locks of a process that dies, however it dies.
void share(int fd) {
  while (::flock(fd, LOCK_SH) != 0 && errno == EINTR) {
  }
}

void take_alone(int fd, const fs::path& folder) {
  for (int tenths = 0; ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++tenths) {
    if (tenths >= wait_for_writers_s * 10)
      throw Error(ErrorCode::usage, "another process writes to the registry")
          .file(folder.native())
          .remedy("Try again when it has ended");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder / "objects", error);
  if (error) throw Error(ErrorCode::output, "cannot create: " + error.message()).file(folder.native());
  core::sync_folder(folder);
  core::sync_folder(folder.parent_path());
}

/// One process at a time sets up: making tables and choosing the journal know no waiting.
class Setup {
 public:
  explicit Setup(const fs::path& folder) : fd_(open_lock(folder / ".setup")) {
    while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~Setup() { ::close(fd_); }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

 private:
  int fd_;
};

}  // namespace

Registry::Registry(fs::path folder, Access access)
    : folder_(fs::absolute(folder).lexically_normal()), objects_(folder_ / "objects") {
  if (folder_.filename().empty()) folder_ = folder_.parent_path();
  require_local(folder_,
                "Keep the registry on a local disk, and take copies to shared storage with `trigloop registry export`; "
                "large inputs may stay where they are, by reference");
  const fs::path path = folder_ / "registry.db";
  if (access == Access::read) {
    if (!fs::exists(path))
      throw Error(ErrorCode::not_found, "is no registry")
          .file(folder_.native())
          .remedy("Name one by --registry DIR or $TRIGLOOP_REGISTRY; the first command that records makes it");
    database_.emplace(path, access);
    check_version(*database_);
    return;
  }
  make_folder(folder_);
  lock_ = open_lock(folder_ / ".lock");
  try {
    if (access == Access::write) share(lock_);
    if (access == Access::exclusive) take_alone(lock_, folder_);
    const Setup alone(folder_);
    database_.emplace(path, access);
    migrate(*database_);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

Registry::~Registry() {
  database_.reset();
  if (lock_ >= 0) ::close(lock_);
}

std::string Registry::add(const NewArtifact& artifact) {
  check(artifact);
  const std::string id = artifact_id(artifact.kind, artifact.files, artifact.references);
  std::uint64_t bytes = 0;
  for (const StoredFile& file : artifact.files) {
    bytes += file.bytes;
    if (!objects_.has(file)) throw Error(ErrorCode::internal, "'" + file.path + "' was not put among the objects");
  }
  for (const Reference& r : artifact.references) bytes += r.bytes;
  Database& db = *database_;
  Transaction transaction(db);
  if (!has(id)) {
    const std::int64_t version =
        db.integer("SELECT max(version) FROM artifact WHERE kind=? AND name=?", artifact.kind, artifact.name)
            .value_or(0) +
        1;
    const auto files = static_cast<std::int64_t>(artifact.files.size() + artifact.references.size());
    const std::int64_t created = artifact.created_ns != 0 ? artifact.created_ns : now_ns();
    insert_row(db, "artifact",
               {id, artifact.kind, artifact.name, version, created, static_cast<std::int64_t>(bytes), files,
                artifact.properties});
    for (const StoredFile& f : artifact.files)
      insert_row(db, "file", {id, f.path, static_cast<std::int64_t>(f.bytes), f.sha256});
    std::int64_t number = 0;
    for (const Reference& r : artifact.references) {
      Value entries;
      if (r.entries) entries = static_cast<std::int64_t>(*r.entries);
      insert_row(db, "reference",
                 {id, number++, r.uri, static_cast<std::int64_t>(r.bytes), r.checksum, entries, r.lumisections});
    }
  }
  for (const Metric& m : artifact.metrics) {
    if (!db.integer("SELECT 1 FROM metric WHERE artifact=? AND name=? AND step=?", id, m.name, m.step))
      insert_row(db, "metric", {id, m.name, m.step, m.value});
  }
  for (const Tag& t : artifact.tags) {
    if (!db.integer("SELECT 1 FROM tag WHERE artifact=? AND key=?", id, t.key))
      insert_row(db, "tag", {id, t.key, t.value});
  }
  transaction.commit();
  return id;
}

std::string Registry::add(const Run& run) {
  Database& db = *database_;
  std::string id = run_id(run);
  Transaction transaction(db);
  if (!db.integer("SELECT 1 FROM run WHERE id=?", id)) {
    insert_row(
        db, "run",
        {id, run.command, to_json(run.arguments), run.started_ns, run.finished_ns, run.user, run.host, run.code});
    for (const Link& link : run.links)
      replace_row(db, "link", {id, std::int64_t{link.output}, link.role, link.artifact});
  }
  transaction.commit();
  return id;
}

std::int64_t now_ns() {
  if (const char* fixed = std::getenv("SOURCE_DATE_EPOCH"); fixed != nullptr) return std::atoll(fixed) * 1'000'000'000;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

std::string utc(std::int64_t ns) {
  const std::time_t seconds = ns / 1'000'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &parts);
  return text;
}

std::string user_name() {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  const bool known = ::getpwuid_r(::getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr;
  return known ? found->pw_name : std::to_string(::getuid());
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace trigloop::registry
