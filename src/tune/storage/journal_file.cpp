#include "tune/storage/journal_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr std::size_t block = 1u << 20;
constexpr std::size_t longest_line = 64u << 20;

}  // namespace

JournalFile::JournalFile(const fs::path& path, std::chrono::milliseconds grace)
    : path_(fs::absolute(path).lexically_normal()), grace_(grace) {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd_ < 0) fail("cannot be opened");
  struct stat about {};
  if (::fstat(fd_, &about) == 0 && !S_ISREG(about.st_mode)) {
    ::close(fd_);
    throw Error(ErrorCode::output, "is no regular file, as a journal must be").file(path_.native());
  }
}

JournalFile::~JournalFile() { ::close(fd_); }

void JournalFile::fail(const char* what) const {
  Error error(ErrorCode::output, std::string(what) + ": " + std::strerror(errno));
  if (errno == ENOSPC || errno == EDQUOT) error.remedy("Free some space; the study is whole, and goes on from here");
  throw error.file(path_.native()).cause(errno);
}

std::uint64_t JournalFile::size() const {
  struct stat about {};
  if (::fstat(fd_, &about) != 0) fail("cannot be read");
  return static_cast<std::uint64_t>(about.st_size);
}

void JournalFile::read(const Take& take) {
  const std::uint64_t end = size();
  if (end < taken_)
    throw Error(ErrorCode::damaged, "became shorter while it was in use")
        .file(path_.native())
        .remedy("Start again; a journal is only ever appended to");
  // A torn last line may have been cut off, and another written in its place, since it was looked at.
  rest_.clear();
  std::uint64_t at = taken_;
  std::string bytes(std::min<std::uint64_t>(block, end - at), '\0');
  while (at < end) {
    const ssize_t n =
        ::pread(fd_, bytes.data(), std::min<std::uint64_t>(bytes.size(), end - at), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Error(ErrorCode::not_found, std::strerror(errno)).file(path_.native()).offset(at).cause(errno);
    if (n == 0) break;
    std::string_view view(bytes.data(), static_cast<std::size_t>(n));
    at += view.size();
    for (std::size_t cut; (cut = view.find('\n')) != view.npos; view.remove_prefix(cut + 1)) {
      rest_.append(view.substr(0, cut));
      const std::uint64_t offset = taken_;
      taken_ += rest_.size() + 1;
      const std::string line = std::exchange(rest_, {});
      take(line, offset);
    }
    rest_.append(view);
    if (rest_.size() > longest_line)
      throw Error(ErrorCode::limit, "has a line of more than 64 MB").file(path_.native()).offset(taken_);
  }
}

void JournalFile::repair() {
  for (const Range& bad : damage_) {
    // The file is opened for appending, which pwrite would do, too.
    const int fd = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) fail("cannot be mended");
    const std::string spaces(bad.bytes, ' ');
    const ssize_t n = ::pwrite(fd, spaces.data(), spaces.size(), static_cast<off_t>(bad.offset));
    ::close(fd);
    if (n != static_cast<ssize_t>(spaces.size())) fail("cannot be mended");
  }
  damage_.clear();
  if (size() > taken_ && ::ftruncate(fd_, static_cast<off_t>(taken_)) != 0) fail("cannot be mended");
}

void JournalFile::put(std::string_view lines) {
  const std::uint64_t before = size();
  // One call: a process that stood still for longer than the grace period appends whole lines nevertheless.
  ssize_t n = 0;
  do n = ::write(fd_, lines.data(), lines.size());
  while (n < 0 && errno == EINTR);
  if (n == static_cast<ssize_t>(lines.size()) && ::fdatasync(fd_) == 0) return;
  const int reason = n >= 0 && n < static_cast<ssize_t>(lines.size()) ? ENOSPC : errno;
  if (n > 0 && ::ftruncate(fd_, static_cast<off_t>(before)) != 0) errno = reason;  // the next writer cuts it off
  errno = reason;
  fail("cannot be written");
}

void JournalFile::append(const Take& take, const Decide& decide) {
  const JournalLock lock(path_, grace_);
  read(take);
  repair();
  const std::string lines = decide();
  if (lines.empty()) return;
  put(lines);
  read(take);
}

}  // namespace trigloop::tune
