// How a worker comes by its trials, and keeps them.
#include <algorithm>
#include <utility>

#include "tune/run/release.hpp"
#include "tune/run/warm_start.hpp"
#include "tune/run/worker.hpp"
#include "tune/storage/json_scan.hpp"

namespace trigloop::tune {
namespace {

/// Values that somebody has set for a trial: Optuna's enqueue_trial, or parameters that it has already.
Fixed fixed_values(const Trial& trial, const Space& space) {
  Fixed fixed;
  for (const Parameter& parameter : trial.parameters) fixed[parameter.name] = parameter.value;
  const auto given = trial.system_attributes.find("fixed_params");
  const auto members = given == trial.system_attributes.end() ? std::nullopt : json_members(given->second);
  if (!members) return fixed;
  for (const JsonMember& member : *members) {
    const Dimension* dimension = space.find(member.name);
    if (dimension == nullptr) continue;
    if (const auto value = internal_of_json(*dimension->distribution, member.value)) fixed[member.name] = *value;
  }
  return fixed;
}

}  // namespace

bool Worker::is_mine(const History& history, std::int64_t number) const {
  const Trial& trial = history[number];
  const auto owner = trial.system_attributes.find(owner_key);
  return trial.state == TrialState::running && owner != trial.system_attributes.end() && owner->second == owner_;
}

/// Applies operations on a trial if it is still this worker's; tells if it is not.
void Worker::update_own(std::int64_t number, std::vector<Operation> operations, bool* lost) {
  storage_.update([&](const History& history) -> std::vector<Operation> {  // perhaps more than once
    *lost = !is_mine(history, number);
    return *lost ? std::vector<Operation>() : operations;
  });
}

std::optional<std::int64_t> Worker::next_trial() {
  if (!ahead_.empty()) return ahead_.front();
  storage_.refresh();
  if (!storage_.history().waiting().empty()) return take_waiting();
  tally_.look(storage_.history());
  return tally_.begun() < study_.trials ? create() : std::nullopt;
}

std::optional<std::int64_t> Worker::take_waiting() {
  std::optional<std::int64_t> taken;
  storage_.update([&](const History& history) -> std::vector<Operation> {
    if (history.waiting().empty()) return {};
    taken = *history.waiting().begin();
    std::vector<Operation> mine;
    mine.emplace_back(op::State{*taken, TrialState::running});
    mine.emplace_back(op::SetAttribute{*taken, op::Scope::system, owner_key, owner_});
    mine.emplace_back(op::Heartbeat{*taken});
    return mine;
  });
  if (taken) complete_parameters(*taken);
  return taken;
}

void Worker::complete_parameters(std::int64_t number) {
  const Trial& trial = storage_.history()[number];
  const Suggestion suggestion =
      sampler_->suggest(storage_.history(), study_.space, number, fixed_values(trial, study_.space));
  std::vector<Operation> operations;
  for (const Parameter& parameter : suggestion.parameters)
    if (trial.find(parameter.name) == nullptr) operations.push_back(op::SetParameter{number, parameter});
  if (operations.empty()) return;
  for (const auto& [key, json] : suggestion.system_attributes)
    operations.push_back(op::SetAttribute{number, op::Scope::system, key, json});
  bool lost = false;
  update_own(number, std::move(operations), &lost);
}

/// A new trial, unless all that are wanted are there. Its parameters are chosen before, for the number that it will
/// have; where another worker was quicker, it gets a number first, and parameters then.
std::optional<std::int64_t> Worker::create() {
  const auto expected = static_cast<std::int64_t>(storage_.history().size());
  const Suggestion suggestion = sampler_->suggest(storage_.history(), study_.space, expected);
  std::optional<std::int64_t> made;
  storage_.update([&](const History& history) -> std::vector<Operation> {
    tally_.look(history);
    if (tally_.begun() >= study_.trials) return {};
    made = static_cast<std::int64_t>(history.size());
    Trial trial;
    trial.state = TrialState::running;
    trial.started = tune::now();
    if (made == expected) {
      trial.parameters = suggestion.parameters;
      trial.system_attributes = suggestion.system_attributes;
    }
    trial.system_attributes[owner_key] = owner_;
    return just(op::Create{std::move(trial)});
  });
  if (made && made != expected) complete_parameters(*made);
  return made;
}

/// Where trials take less than a second, the next ones are made while the present ones run: else slots would wait for a
/// suggestion and a disk. Longer trials are worth a suggestion that knows all that was found until they begin.
void Worker::make_ahead() {
  if (usual_seconds_ == 0 || usual_seconds_ > 1 || stopping_ || paused_) return;
  while (ahead_.size() < slots_.size()) {
    tally_.look(storage_.history());
    if (tally_.begun() >= study_.trials || !storage_.history().waiting().empty()) return;
    if (options_.trials > 0 && begun_ + static_cast<std::int64_t>(ahead_.size()) >= options_.trials) return;
    const auto made = create();
    if (!made) return;
    ahead_.push_back(*made);
  }
}

void Worker::give_back_ahead() {
  std::vector<Operation> all;
  for (const std::int64_t number : std::exchange(ahead_, {}))
    for (Operation& operation : release(storage_.history()[number], Interrupted::saved, "", study_.retries))
      all.push_back(std::move(operation));
  if (!all.empty()) storage_.update(std::move(all));
}

void Worker::keep_alive() {
  next_beat_ = Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(study_.heartbeat * 1000));
  storage_.update([&](const History& history) {
    std::vector<Operation> beats;
    for (Slot& slot : slots_) {
      if (slot.run == nullptr) continue;
      slot.lost = !is_mine(history, slot.number);
      if (!slot.lost) beats.emplace_back(op::Heartbeat{slot.number});
    }
    std::erase_if(ahead_, [&](std::int64_t number) { return !is_mine(history, number); });
    for (const std::int64_t number : ahead_) beats.emplace_back(op::Heartbeat{number});
    return beats;
  });
  bury(storage_.stale(study_.grace));
}

/// Trials whose workers are dead wait for others.
void Worker::bury(const std::vector<std::int64_t>& stale) {
  if (stale.empty()) return;
  std::vector<std::string> owners;
  for (const std::int64_t number : stale) owners.push_back(storage_.history()[number].system_attributes.at(owner_key));
  storage_.update([&](const History& history) {
    std::vector<Operation> all;
    for (std::size_t i = 0; i < stale.size(); ++i) {
      const Trial& trial = history[stale[i]];
      // Another may have found it before, and somebody may run it again.
      if (trial.state != TrialState::running || trial.system_attributes.at(owner_key) != owners[i]) continue;
      for (Operation& operation : release(trial, Interrupted::worker_died, "its worker died", study_.retries))
        all.push_back(std::move(operation));
    }
    return all;
  });
}

}  // namespace trigloop::tune
