#pragma once
// All trials of a study in memory: what samplers and pruners look at.
//
// A storage keeps a History up to date; samplers and pruners read it. `finished` only ever grows, so whoever remembers
// how much of it was seen pays for new trials alone, however long the study is. Not for several threads at a time:
// workers of one process share a lock.
#include <cstdint>
#include <deque>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tune/search/trial.hpp"

namespace trigloop::tune {

/// The numbers of Optuna's journal.
enum class Direction : std::uint8_t { not_set = 0, minimize = 1, maximize = 2 };

class History {
 public:
  History(std::string study, std::vector<Direction> directions)
      : study_(std::move(study)), directions_(std::move(directions)) {}

  const std::string& study() const noexcept { return study_; }
  const std::vector<Direction>& directions() const noexcept { return directions_; }

  /// Trials have the numbers 0 ... size() - 1.
  std::size_t size() const noexcept { return trials_.size(); }
  const Trial& operator[](std::int64_t number) const { return trials_.at(static_cast<std::size_t>(number)); }
  /// The numbers of finished trials, in the order in which they were seen to finish.
  std::span<const std::int64_t> finished() const noexcept { return finished_; }
  const std::set<std::int64_t>& running() const noexcept { return running_; }
  const std::set<std::int64_t>& waiting() const noexcept { return waiting_; }

  /// Adds a trial, or replaces the one of its number. Numbers that were skipped read as waiting trials until they come.
  /// A finished trial is not replaced: it cannot change any more.
  void put(Trial trial);
  /// Changes of a trial that is not finished.
  void report(std::int64_t number, std::int64_t step, double value);
  void set_system_attribute(std::int64_t number, std::string key, std::string json);

  /// The objective `i` of a complete trial such that less is better.
  double loss(const Trial& trial, std::size_t i = 0) const {
    return directions_[i] == Direction::maximize ? -trial.values[i] : trial.values[i];
  }

 private:
  Trial& open(std::int64_t number);

  std::string study_;
  std::vector<Direction> directions_;
  std::deque<Trial> trials_;
  std::vector<std::int64_t> finished_;
  std::set<std::int64_t> running_, waiting_;
};

}  // namespace trigloop::tune
