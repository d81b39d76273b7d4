#include "scout/follow/status.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <system_error>

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t most_marks = 13;  ///< a minute, where one is made every five seconds

/// "VmRSS:     1234 kB" of /proc/self/status, in bytes.
std::uint64_t memory_line(const std::string& line) {
  std::istringstream in(line.substr(line.find(':') + 1));
  std::uint64_t kilobytes = 0;
  in >> kilobytes;
  return kilobytes * 1024;
}

double per_second(std::uint64_t now, std::uint64_t before, double seconds) {
  return seconds > 0 ? static_cast<double>(now - before) / seconds : 0;
}

}  // namespace

const char* name_of(Stage stage) noexcept {
  constexpr const char* names[stage_count] = {"look", "pass", "book", "commit"};
  return names[static_cast<std::size_t>(stage)];
}

const char* name_of(InputState state) noexcept {
  constexpr const char* names[input_states] = {"growing", "ready", "reading", "read", "done", "aside", "quarantined"};
  return names[static_cast<std::size_t>(state)];
}

void Meter::mark(Duration now) {
  marks_.emplace_back(now, totals_);
  if (marks_.size() > most_marks) marks_.pop_front();
}

std::vector<StageStatus> Meter::stages() const {
  std::vector<StageStatus> stages;
  for (std::size_t i = 0; i < stage_count; ++i) {
    StageStatus stage{name_of(static_cast<Stage>(i)), totals_[i], 0, 0, 0};
    if (!marks_.empty()) {
      const Work &first = marks_.front().second[i], &last = marks_.back().second[i];
      const double seconds = std::chrono::duration<double>(marks_.back().first - marks_.front().first).count();
      stage.items_per_second = per_second(last.items, first.items, seconds);
      stage.events_per_second = per_second(last.events, first.events, seconds);
      stage.bytes_per_second = per_second(last.bytes, first.bytes, seconds);
    }
    stages.push_back(std::move(stage));
  }
  return stages;
}

StoreStatus measure_store(const std::string& name, const fs::path& folder) {
  StoreStatus store{name, folder.native(), 0, 0};
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    std::error_code vanished;
    if (!at->is_regular_file(vanished)) continue;
    const std::uint64_t bytes = at->file_size(vanished);
    if (vanished) continue;
    ++store.files;
    store.bytes += bytes;
  }
  return store;
}

void measure_machine(Status& status, const fs::path& output) {
  status.process = ::getpid();
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) status.resident_bytes = memory_line(line);
    if (line.starts_with("VmHWM:")) status.peak_bytes = memory_line(line);
  }
  struct statvfs disk {};
  if (::statvfs(output.c_str(), &disk) != 0) return;
  status.disk_free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  status.disk_total = static_cast<std::uint64_t>(disk.f_blocks) * disk.f_frsize;
}

}  // namespace trigloop::scout
