#pragma once
// Optuna's JournalStorage: what happened, line by line; the history is its replay.
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "tune/storage/journal_file.hpp"
#include "tune/storage/journal_lines.hpp"

namespace trigloop::tune {

class Journal final : public Storage {
 public:
  /// Errors: as open_storage. `grace`: after which a lock that nobody moves is broken.
  Journal(const std::filesystem::path& path, const OpenStorage& open,
          std::chrono::milliseconds grace = JournalLock::usual_grace);

  const StudySummary& study() const override { return study_; }
  const History& history() const override { return *history_; }
  void refresh() override;
  void update(const Decide& decide) override;
  using Storage::update;
  void set_study_attribute(op::Scope scope, const std::string& key, const std::string& json) override;
  std::vector<std::int64_t> stale(double grace) override;
  const std::vector<std::string>& warnings() const override { return warnings_; }

  static std::vector<StudySummary> list(const std::filesystem::path& path);

 private:
  using Clock = std::chrono::steady_clock;
  struct Study {
    StudySummary summary;
    bool deleted = false;
    std::int64_t trials = 0;
  };
  /// A sign of life, and since when by our own clock it has not changed: clocks of machines differ.
  struct Pulse {
    std::string last;
    Clock::time_point since;
  };
  static constexpr std::int64_t elsewhere = -1;  ///< a trial of another study

  explicit Journal(const std::filesystem::path& path);
  void take(std::string_view line, std::uint64_t offset);
  void take_damaged(std::string_view line, std::uint64_t offset);
  void play(const JournalLine& line);
  void create_trial(const JournalLine& line);
  void find_study(const OpenStorage& open);
  void append(const JournalFile::Decide& decide);
  void require_study() const;
  void warn(std::string text);

  JournalFile file_;
  std::string worker_;
  Distributions distributions_;
  std::vector<Study> studies_;
  std::string wanted_;    ///< the study's name
  std::int64_t id_ = -1;  ///< of the study
  StudySummary study_;
  std::unique_ptr<History> history_;
  std::vector<std::int64_t> numbers_;  ///< by id of a trial: its number, or `elsewhere`
  std::map<std::int64_t, Pulse> pulses_;
  std::vector<std::string> warnings_;
};

}  // namespace trigloop::tune
