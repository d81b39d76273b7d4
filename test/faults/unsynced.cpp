#include "test/faults/unsynced.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ranges>

// Only raw system calls here: the C library's are the ones that are watched.
namespace trigloop::faults {
namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

bool link_to(const std::string& from, const std::string& to) {
  return ::syscall(SYS_linkat, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) == 0;
}
void rename_to(const std::string& from, const std::string& to) {
  ::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0);
}

/// Writes the bytes of `from` into `to`; false, if there are none.
bool copy(const std::string& from, const std::string& to) {
  const long in = ::syscall(SYS_openat, AT_FDCWD, from.c_str(), O_RDONLY);
  char bytes[1 << 16];
  long n = in < 0 ? 0 : ::syscall(SYS_read, in, bytes, sizeof bytes);
  const bool any = n > 0;
  const long out = any ? ::syscall(SYS_openat, AT_FDCWD, to.c_str(), O_WRONLY | O_CREAT, 0644) : -1;
  for (; n > 0; n = ::syscall(SYS_read, in, bytes, sizeof bytes)) ::syscall(SYS_write, out, bytes, n);
  if (in >= 0) ::syscall(SYS_close, in);
  if (out >= 0) ::syscall(SYS_close, out);
  return any;
}

}  // namespace

void Unsynced::will_write(const std::string& path) {
  if (std::ranges::find(written_, path, &Written::path) != written_.end()) return;
  const std::string name = next_name();
  written_.push_back({path, copy(path, name) ? name : ""});
}

void Unsynced::synced(const std::string& path) {
  std::erase_if(written_, [&](const Written& w) { return w.path == path; });
  std::erase_if(changes_, [&](const Change& c) {
    return folder_of(c.path) == path || (c.kind == Change::renamed && folder_of(c.to) == path);
  });
}

void Unsynced::made(const std::string& path) { changes_.push_back({Change::made, path, "", ""}); }

std::string Unsynced::next_name() {
  ::syscall(SYS_mkdirat, AT_FDCWD, saved_.c_str(), 0755);
  return saved_ + "/" + std::to_string(++number_);
}

std::string Unsynced::save(const std::string& path) {
  const std::string name = next_name();
  return link_to(path, name) ? name : "";
}

void Unsynced::will_remove(const std::string& path) {
  changes_.push_back({Change::removed, path, "", save(path)});
  std::erase_if(written_, [&](const Written& w) { return w.path == path; });
}

void Unsynced::will_rename(const std::string& from, const std::string& to) {
  changes_.push_back({Change::renamed, from, to, save(to)});
}

void Unsynced::renamed(const std::string& from, const std::string& to) {
  std::erase_if(written_, [&](const Written& w) { return w.path == to; });
  for (Written& w : written_) {
    if (w.path == from) w.path = to;
  }
}

void Unsynced::lose_data() {
  for (const auto& [path, saved] : written_) {
    ::syscall(SYS_truncate, path.c_str(), 0);
    if (!saved.empty()) copy(saved, path);
  }
}

void Unsynced::undo(const Change& change) {
  switch (change.kind) {
    case Change::made:
      ::syscall(SYS_unlinkat, AT_FDCWD, change.path.c_str(), 0);
      ::syscall(SYS_unlinkat, AT_FDCWD, change.path.c_str(), AT_REMOVEDIR);
      break;
    case Change::renamed:
      rename_to(change.to, change.path);
      if (!change.saved.empty()) rename_to(change.saved, change.to);
      break;
    case Change::removed:
      if (!change.saved.empty()) rename_to(change.saved, change.path);
      break;
  }
}

void Unsynced::lose_names() {
  for (const Change& change : std::views::reverse(changes_)) undo(change);
}

}  // namespace trigloop::faults
