#pragma once
// A folder of a stream in simulated time: files appear, grow, vanish, are damaged, and come twice, by a timetable. Time
// passes only while somebody waits, so an hour takes as long as its work.
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "scout/follow/follow.hpp"
#include "test/scout/ledger/fake_pass.hpp"

namespace trigloop::test {

using scout::Duration;

/// What a file holds: events of one or more lumisections.
struct SimContent {
  std::string id;
  std::vector<FakeInput> lumisections;
  std::uint64_t bytes = 1000;
};

class SimClock final : public scout::Clock {
 public:
  Duration monotonic() const override { return now_; }
  Duration wall() const override { return now_ + offset_; }
  void advance_to(Duration time) { now_ = std::max(now_, time); }
  void set_wall(Duration offset) { offset_ = offset; }  ///< somebody sets the clock

 private:
  Duration now_ = std::chrono::hours(1), offset_ = std::chrono::hours(480'000);
};

class SimFolder final : public scout::Watch {
 public:
  struct File {
    const SimContent* content = nullptr;
    std::uint64_t inode = 0;
    Duration begun{}, closed{};  ///< it grows evenly in between
    Duration modified{};         ///< by the clock on the wall
    bool damaged = false;        ///< stays unreadable
    int error = 0;               ///< errno of reading it, for now
  };

  explicit SimFolder(SimClock& clock) : clock_(clock) {}

  /// At `time`, `work` is done. Lines of one time keep their order.
  void at(Duration time, std::function<void()> work) { timetable_.emplace(time, std::move(work)); }

  /// A writer begins a file and closes it after `writing`.
  void write(const std::string& name, const SimContent& content, Duration writing, bool damaged = false) {
    const Duration now = clock_.monotonic();
    files_[name] = {&content, ++inodes_, now, now + writing, clock_.wall(), damaged, 0};
    tell(scout::Change::Kind::written, name);
    at(now + writing, [this, name] {
      if (files_.contains(name)) tell(scout::Change::Kind::closed, name);
    });
  }
  void erase(const std::string& name) {
    files_.erase(name);
    tell(scout::Change::Kind::gone, name);
  }
  void rename(const std::string& from, const std::string& to) {
    if (!files_.contains(from)) return;
    files_[to] = files_.at(from);
    files_.erase(from);
    tell(scout::Change::Kind::gone, from);
    tell(scout::Change::Kind::closed, to);
  }

  bool present = true;        ///< the folder itself
  bool deaf = false;          ///< news are not told
  int errors_of_reading = 0;  ///< errno of any reading, for now

  const std::filesystem::path& folder() const noexcept override { return folder_; }
  std::optional<std::vector<scout::Sighting>> list() override {
    if (!present) return std::nullopt;
    std::vector<scout::Sighting> all;
    for (const auto& [name, file] : files_) all.push_back(*look(name));
    return all;
  }
  std::optional<scout::Sighting> look(const std::string& name) override {
    const auto at = files_.find(name);
    if (!present || at == files_.end()) return std::nullopt;
    const File& file = at->second;
    return scout::Sighting{name, false, bytes_now(file), file.modified.count(), 1, file.inode};
  }
  void remove(const std::string& name) override { files_.erase(name); }
  scout::News wait(Duration longest) override {
    const Duration end = clock_.monotonic() + longest;
    while (news_.changes.empty() && !timetable_.empty() && timetable_.begin()->first <= end) {
      clock_.advance_to(timetable_.begin()->first);
      const auto work = std::move(timetable_.begin()->second);
      timetable_.erase(timetable_.begin());
      work();
    }
    if (news_.changes.empty()) clock_.advance_to(end);
    return std::exchange(news_, {});
  }

  const File& file(const std::filesystem::path& path) const {
    const auto at = files_.find(path.filename());
    if (at == files_.end()) throw core::Error(core::ErrorCode::not_found, "no such file").cause(ENOENT);
    const int error = errors_of_reading != 0 ? errors_of_reading : at->second.error;
    if (error != 0) throw core::Error(core::ErrorCode::not_found, "read error").cause(error);
    return at->second;
  }
  std::map<std::string, File>& files() { return files_; }

  scout::World world(std::function<bool()> stop, std::vector<std::string>& said) {
    return {*this,
            clock_,
            [this](const std::filesystem::path& path) { return judge(path); },
            [this](const std::filesystem::path& path) { return identify(path); },
            [this](const std::filesystem::path& path, const scout::InputId&, const scout::PassRequest& request) {
              return examine(path, request);
            },
            std::move(stop),
            [&said](const std::string& line) { said.push_back(line); }};
  }

  scout::InputId identify(const std::filesystem::path& path) const {
    const SimContent& content = *file(path).content;
    return {content.id, path.filename(), content.bytes};
  }

 private:
  std::uint64_t bytes_now(const File& file) const {
    const Duration now = clock_.monotonic();
    if (now >= file.closed) return file.content->bytes;
    return file.content->bytes * static_cast<std::uint64_t>((now - file.begun).count()) /
           static_cast<std::uint64_t>((file.closed - file.begun).count() + 1);
  }
  void tell(scout::Change::Kind kind, const std::string& name) {
    if (!deaf) news_.changes.push_back({kind, name});
  }
  scout::Verdict judge(const std::filesystem::path& path) const {
    try {
      const File& one = file(path);
      if (bytes_now(one) == one.content->bytes && !one.damaged) return {std::nullopt, one.content->bytes};
      return {core::Error(core::ErrorCode::damaged, "is cut short"), 0};
    } catch (const core::Error& e) {
      return {e, 0};
    }
  }
  scout::PassResult examine(const std::filesystem::path& path, const scout::PassRequest& request) const {
    scout::PassResult result;
    const SimContent& content = *file(path).content;
    for (const FakeInput& input : content.lumisections) {
      const event::LumiKey lumi{396102, input.lumisection};
      if (!request.only.empty() && !std::ranges::binary_search(request.only, lumi)) continue;
      scout::Review without;
      for (const scout::Exclusion& one : request.exclusions) {
        if (one.lumi != lumi) continue;
        without.leave_out = one.orbits;
        without.covered = one.covered;
      }
      scout::Delivery delivery;
      delivery.contribution = fake_pass(input, without);
      delivery.contribution.input = identify(path);
      result.rows += delivery.contribution.orbits.events();
      result.deliveries.push_back(std::move(delivery));
    }
    return result;
  }

  SimClock& clock_;
  std::filesystem::path folder_ = "fifo";
  std::map<std::string, File> files_;
  std::multimap<Duration, std::function<void()>> timetable_;
  scout::News news_;
  std::uint64_t inodes_ = 0;
};

}  // namespace trigloop::test
