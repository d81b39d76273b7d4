#include "scout/ledger/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "core/entries.hpp"
#include "core/error.hpp"
#include "scout/record/reservoir_file.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

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

void write_holder(int fd, const fs::path& path) {
  const std::string number = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, number.data(), number.size(), 0) < 0) fail(path, "write", errno);
}

/// `.NAME.PID.partial`, as core::OutputFile and core::OutputFolder call what they have not committed.
void sweep_partial(const fs::path& folder) {
  for (const fs::path& path : core::list_folder(folder)) {
    const std::string name = path.filename();
    std::error_code ignored;  // it does no harm
    if (name.starts_with('.') && name.ends_with(".partial")) fs::remove_all(path, ignored);
  }
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder / "inputs", error);
  if (error) fail(folder, "create", error.value());
  const fs::path path = folder / ".lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) fail(path, "create", errno);
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    const std::string who = holder(fd_);
    ::close(fd_);
    if (reason != EWOULDBLOCK) fail(path, "lock", reason);
    throw Error(ErrorCode::usage, who + " works in this folder")
        .file(folder.native())
        .remedy("Wait for it, stop it, or choose another output folder");
  }
  try {
    write_holder(fd_, path);
    sweep_partial(folder);
    sweep_partial(folder / "inputs");
    if (fs::exists(folder / reservoir_folder, error)) sweep_partial(folder / reservoir_folder);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

FolderLock::~FolderLock() { ::close(fd_); }

}  // namespace trigloop::scout
