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

}  // namespace

void Unsynced::wrote(const std::string& path) {
  if (std::ranges::find(written_, path) == written_.end()) written_.push_back(path);
}

void Unsynced::synced(const std::string& path) {
  std::erase(written_, path);
  std::erase_if(changes_, [&](const Change& c) {
    return folder_of(c.path) == path || (c.kind == Change::renamed && folder_of(c.to) == path);
  });
}

void Unsynced::made(const std::string& path) { changes_.push_back({Change::made, path, "", ""}); }

std::string Unsynced::save(const std::string& path) {
  const std::string name = saved_ + "/" + std::to_string(++number_);
  ::syscall(SYS_mkdirat, AT_FDCWD, saved_.c_str(), 0755);
  return link_to(path, name) ? name : "";
}

void Unsynced::will_remove(const std::string& path) { changes_.push_back({Change::removed, path, "", save(path)}); }

void Unsynced::will_rename(const std::string& from, const std::string& to) {
  changes_.push_back({Change::renamed, from, to, save(to)});
}

void Unsynced::renamed(const std::string& from, const std::string& to) {
  std::erase(written_, to);
  std::ranges::replace(written_, from, to);
}

void Unsynced::lose_data() {
  for (const std::string& path : written_) ::syscall(SYS_truncate, path.c_str(), 0);
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
