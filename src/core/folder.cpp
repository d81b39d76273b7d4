#include "core/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <system_error>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::core {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, std::string_view step, int error) {
  Error e(ErrorCode::output, "cannot " + std::string(step) + ": " + std::strerror(error));
  if (error == ENOSPC || error == EDQUOT) e.remedy("Free some space or choose another folder; nothing was left behind");
  if (error == ENOENT) e.remedy("Create the folder first");
  if (error == EACCES || error == EROFS) e.remedy("Choose a folder that you may write to");
  throw e.file(path.native()).cause(error);
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

int create(const fs::path& path) { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644); }

}  // namespace

OutputFolder::OutputFolder(fs::path path) : path_(std::move(path)) {
  if (path_.filename().empty()) path_ = path_.parent_path();  // "store/" means "store"
  partial_ = path_.parent_path() / ("." + path_.filename().native() + "." + std::to_string(::getpid()) + ".partial");
  std::error_code ignored;
  fs::remove_all(partial_, ignored);  // of a killed process with the same number
  if (::mkdir(partial_.c_str(), 0755) != 0) fail(path_, "create", errno);
  open_ = true;
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;
  if (open_) fs::remove_all(partial_, ignored);
}

void OutputFolder::write(const fs::path& relative, std::span<const std::byte> bytes) const {
  const fs::path file = partial_ / relative;
  int fd = create(file);
  if (fd < 0 && errno == ENOENT) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (error) fail(path_ / relative, "create a folder", error.value());
    fd = create(file);
  }
  const Descriptor out(fd);
  if (fd < 0) fail(path_ / relative, "create", errno);
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path_ / relative, "write", errno);
    done += static_cast<std::size_t>(n);
  }
  const std::lock_guard lock(mutex_);
  files_.push_back(file);
}

void OutputFolder::write(const fs::path& relative, std::string_view text) const {
  write(relative, std::as_bytes(std::span(text)));
}

/// First all files are sent on their way, then each is waited for: the file system writes them together. (syncfs would
/// be one call, but it also waits for whatever other programs write.)
void OutputFolder::sync_all() const {
  std::set<fs::path> folders{partial_};
  for (const bool wait : {false, true}) {
    for (const fs::path& file : files_) {
      const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
      if (in.get() < 0) fail(path_, "make durable", errno);
      if (!wait) {
        ::sync_file_range(in.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
        for (fs::path f = file.parent_path(); folders.insert(f).second;) f = f.parent_path();
      } else if (::fsync(in.get()) != 0) {
        fail(path_, "make durable", errno);
      }
    }
  }
  for (const fs::path& folder : folders) sync_folder(folder);
}

void OutputFolder::commit() {
  sync_all();
  publish();
  sync_folder(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
}

void OutputFolder::publish() {
  if (::rename(partial_.c_str(), path_.c_str()) != 0) {
    if (errno != ENOTEMPTY && errno != EEXIST) fail(path_, "rename into place", errno);
    // There is an old one: swap the two, so that the name never points to nothing; the destructor's duty is the old.
    if (::renameat2(AT_FDCWD, partial_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) != 0) {
      fail(path_, "replace", errno);
    }
    std::error_code ignored;
    fs::remove_all(partial_, ignored);
  }
  open_ = false;
}

}  // namespace trigloop::core
