#include "tune/search/history.hpp"

#include <cassert>

namespace trigloop::tune {

void History::put(Trial trial) {
  assert(trial.number >= 0);
  const auto number = trial.number;
  while (static_cast<std::int64_t>(trials_.size()) <= number) {
    Trial& gap = trials_.emplace_back();
    gap.number = static_cast<std::int64_t>(trials_.size()) - 1;
    waiting_.insert(waiting_.end(), gap.number);
  }
  Trial& kept = trials_[static_cast<std::size_t>(number)];
  if (is_finished(kept.state)) return;
  kept = std::move(trial);
  running_.erase(number);
  waiting_.erase(number);
  if (is_finished(kept.state)) {
    finished_.push_back(number);
  } else {
    (kept.state == TrialState::running ? running_ : waiting_).insert(number);
  }
}

Trial& History::open(std::int64_t number) {
  Trial& trial = trials_.at(static_cast<std::size_t>(number));
  assert(!is_finished(trial.state));
  return trial;
}

void History::report(std::int64_t number, std::int64_t step, double value) { open(number).intermediate[step] = value; }

void History::set_system_attribute(std::int64_t number, std::string key, std::string json) {
  open(number).system_attributes.insert_or_assign(std::move(key), std::move(json));
}

}  // namespace trigloop::tune
