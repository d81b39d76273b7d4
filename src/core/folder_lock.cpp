#include "core/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/error.hpp"

namespace trigloop::core {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* step, int error) {
  throw Error(ErrorCode::output, std::string("cannot ") + step + ": " + std::strerror(error))
      .cause(error)
      .file(path.native());
}

/// The number that the holder wrote; it may be just about to.
std::string holder(int fd) {
  char text[16];
  const ssize_t n = ::pread(fd, text, sizeof text, 0);
  std::string number;
  for (ssize_t i = 0; i < n && std::isdigit(static_cast<unsigned char>(text[i])) != 0; ++i) number += text[i];
  return number.empty() ? "another process" : "process " + number;
}

bool write_holder(int fd) {
  const std::string number = std::to_string(::getpid()) + "\n";
  return ::ftruncate(fd, 0) == 0 && ::pwrite(fd, number.data(), number.size(), 0) > 0;
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder, const std::string& remedy) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, "create", error.value());
  const fs::path path = folder / ".lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) fail(path, "create", errno);
  const bool locked = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
  if (locked && write_holder(fd_)) return;
  const int reason = errno;
  const std::string who = holder(fd_);
  ::close(fd_);
  if (locked || reason != EWOULDBLOCK) fail(path, locked ? "write" : "lock", reason);
  throw Error(ErrorCode::usage, who + " works in this folder").file(folder.native()).remedy(remedy);
}

FolderLock::~FolderLock() { ::close(fd_); }

}  // namespace trigloop::core
