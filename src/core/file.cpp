#include "core/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace trigloop::core {
namespace {

std::int64_t modified_ns(const struct stat& st) { return st.st_mtim.tv_sec * 1'000'000'000ll + st.st_mtim.tv_nsec; }

std::string system_reason(int error) { return std::strerror(error); }

[[noreturn]] void fail_open(const std::filesystem::path& path, int error) {
  Error e(ErrorCode::not_found, "cannot open: " + system_reason(error));
  if (error == ENOENT) e.remedy("Check the path");
  if (error == EACCES) e.remedy("Ask its owner for read permission");
  if (error == EMFILE || error == ENFILE) e.remedy("Raise the limit of open files (ulimit -n)");
  throw e.file(path.native()).cause(error);
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

[[noreturn]] void fail_output(const std::filesystem::path& path, std::string_view step, int error) {
  Error e(ErrorCode::output, "cannot " + std::string(step) + ": " + system_reason(error));
  if (error == ENOSPC || error == EDQUOT) e.remedy("Free some space or choose another folder; nothing was left behind");
  if (error == ENOENT) e.remedy("Create the folder first");
  if (error == EACCES || error == EROFS) e.remedy("Choose a folder that you may write to");
  throw e.file(path.native()).cause(error);
}

}  // namespace

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
  // O_NONBLOCK: opening a pipe without a writer must be an error, not a wait.
  fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) fail_open(path_, errno);
  struct stat st {};
  if (::fstat(fd_, &st) != 0 || !S_ISREG(st.st_mode)) {
    ::close(std::exchange(fd_, -1));
    throw Error(ErrorCode::not_found, "is " + std::string(kind_of(st.st_mode)) + ", not a file")
        .file(path_.native())
        .remedy("Name a file");
  }
  size_ = static_cast<std::uint64_t>(st.st_size);
  mtime_ns_ = modified_ns(st);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      mtime_ns_(other.mtime_ns_) {}

InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

void InputFile::read(std::uint64_t offset, std::span<std::byte> out) const {
  if (offset > size_ || out.size() > size_ - offset) {
    throw Error(ErrorCode::damaged, "needs bytes up to " + std::to_string(offset + out.size()) + ", but the file has " +
                                        std::to_string(size_))
        .file(path_.native())
        .offset(offset)
        .remedy("The file is cut short or corrupted: copy it again from its source");
  }
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (n == 0) {
      throw Error(ErrorCode::damaged, "became shorter while it was read")
          .file(path_.native())
          .offset(offset + done)
          .remedy("Wait until its writer has closed it");
    } else if (errno != EINTR) {
      const int error = errno;
      throw Error(ErrorCode::not_found, "read error: " + system_reason(error))
          .file(path_.native())
          .offset(offset + done)
          .cause(error);
    }
  }
}

void InputFile::prefetch(std::uint64_t offset, std::uint64_t bytes) const noexcept {
  ::posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_WILLNEED);
}

void InputFile::check_unchanged() const {
  struct stat st {};
  if (::fstat(fd_, &st) != 0 || static_cast<std::uint64_t>(st.st_size) != size_ || modified_ns(st) != mtime_ns_) {
    throw Error(ErrorCode::damaged, "changed while it was read")
        .file(path_.native())
        .remedy("Wait until its writer has closed it, then read it again");
  }
}

OutputFile::OutputFile(std::filesystem::path path) : path_(std::move(path)) {
  partial_ = path_.parent_path() / ("." + path_.filename().native() + "." + std::to_string(::getpid()) + ".partial");
  fd_ = ::open(partial_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) fail_output(path_, "create", errno);
}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(partial_.c_str());
}

void OutputFile::put(std::uint64_t offset, std::span<const std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      fail_output(path_, "write", errno);
    }
  }
}

void OutputFile::write(std::span<const std::byte> bytes) {
  put(position_, bytes);
  position_ += bytes.size();
}

void OutputFile::write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }

void OutputFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) { put(offset, bytes); }

void OutputFile::commit() {
  if (::fsync(fd_) != 0) fail_output(path_, "make durable", errno);
  publish();
  sync_folder(path_.parent_path());
}

void OutputFile::publish() {
  if (::rename(partial_.c_str(), path_.c_str()) != 0) fail_output(path_, "rename", errno);
  ::close(std::exchange(fd_, -1));
}

void sync_file_system(const std::filesystem::path& folder) {
  const std::filesystem::path place = folder.empty() ? std::filesystem::path(".") : folder;
  const int fd = ::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail_output(place, "open the folder", errno);
  const int result = ::syncfs(fd);
  const int error = errno;
  ::close(fd);
  if (result != 0) fail_output(place, "make the file system durable", error);
}

void sync_folder(const std::filesystem::path& folder) {
  const std::filesystem::path place = folder.empty() ? std::filesystem::path(".") : folder;
  const int fd = ::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail_output(place, "open the folder", errno);
  const int result = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  // Some network file systems cannot fsync a folder; the rename is all that they offer.
  if (result != 0 && error != EINVAL && error != ENOTSUP) fail_output(place, "make the folder durable", error);
}

std::string read_text(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const InputFile file(path);
  if (file.size() > max_bytes) {
    throw Error(ErrorCode::limit, "has " + std::to_string(file.size()) + " bytes; at most " +
                                      std::to_string(max_bytes) + " are expected of such a file")
        .file(path.native())
        .remedy("Check that this is the file you mean");
  }
  std::string text(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(text.data(), text.size())));
  return text;
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  write_file(path, std::as_bytes(std::span(text)));
}

void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  OutputFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace trigloop::core
