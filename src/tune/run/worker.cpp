#include "tune/run/worker.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <utility>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "tune/run/process.hpp"
#include "tune/run/release.hpp"

namespace trigloop::tune {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t most_failures = 8;  ///< in a row, before the fault is in the study
constexpr milliseconds look_every{200};    ///< at pause files, metrics' files, requests to stop

std::string new_owner() {
  char host[256] = {};
  ::gethostname(host, sizeof(host) - 1);
  return core::json_quoted(std::string(host) + ":" + std::to_string(::getpid()) + ":" +
                           std::to_string(std::random_device{}()));
}

}  // namespace

Worker::Worker(Storage& storage, const StudyFile& study, Launch launch, WorkerOptions options)
    : storage_(storage),
      study_(study),
      launch_(std::move(launch)),
      options_(std::move(options)),
      sampler_(study.sampler()),
      pruner_(study.pruner()),
      owner_(new_owner()),
      slots_(std::max(1u, options_.slots)),
      tally_(study.trials) {}

Worker::~Worker() = default;

bool Worker::busy() const {
  return std::ranges::any_of(slots_, [](const Slot& slot) { return slot.run != nullptr; });
}

Worker::Ended Worker::run() {
  keep_alive();
  while (true) {
    if (!stopping_ && options_.asked_to_stop()) stop_all();
    look_at_pause();
    if (!stopping_ && !paused_) fill();
    if (!busy() && (stopping_ || !wants_more())) break;
    wait();
    collect();
    if (!stopping_ && !paused_) fill();  // first the slots, then the books
    finish();
    make_ahead();
    if (Clock::now() >= next_beat_) keep_alive();
    if (options_.on_progress && Clock::now() >= next_progress_) {
      options_.on_progress(progress());
      next_progress_ = Clock::now() + milliseconds(500);
    }
  }
  give_back_ahead();
  if (options_.on_progress) options_.on_progress(progress());
  return stopping_ ? Ended::stopped : Ended::done;
}

/// Whether there may be another trial for this worker, now or when one that runs elsewhere comes back.
bool Worker::wants_more() {
  if (study_.hours > 0 && Clock::now() - start_ > std::chrono::duration<double>(study_.hours * 3600)) return false;
  if (options_.trials > 0 && begun_ >= options_.trials) return false;
  const Progress& now = tally_.look(storage_.history());
  return now.complete + now.pruned < study_.trials;
}

void Worker::fill() {
  for (unsigned i = 0; i < slots_.size(); ++i) {
    if (slots_[i].run != nullptr) continue;
    if (!wants_more()) return;
    const auto number = next_trial();
    if (!number) return;
    if (!ahead_.empty() && ahead_.front() == *number) ahead_.pop_front();
    launch(slots_[i], i, *number);
  }
}

void Worker::launch(Slot& slot, unsigned index, std::int64_t number) {
  slot = {number, nullptr, {}, false, false, Clock::now()};
  ++begun_;
  try {
    slot.run = launch_(storage_.history()[number], index);
  } catch (const core::Error& error) {
    finished_.push_back({std::exchange(slot, {}), {TrialEnd::How::failed, error.what()}});
  }
}

void Worker::wait() {
  std::vector<pollfd> fds;
  for (const Slot& slot : slots_) {
    if (slot.run == nullptr) continue;
    for (const int fd : slot.run->descriptors()) fds.push_back({fd, POLLIN, 0});
  }
  ::poll(fds.data(), fds.size(), static_cast<int>(look_every.count()));
}

void Worker::collect() {
  for (Slot& slot : slots_) {
    if (slot.run == nullptr) continue;
    std::vector<Measurement> measurements;
    const auto end = slot.run->take(measurements);
    if (!measurements.empty()) report(slot, measurements, end.has_value());
    if (slot.lost) {
      slot = {};
    } else if (end) {
      finished_.push_back({std::exchange(slot, {}), *end});
      ++ended_here_;
    }
  }
}

void Worker::report(Slot& slot, const std::vector<Measurement>& measurements, bool ended) {
  std::vector<Operation> operations;
  for (const Measurement& one : measurements) {
    slot.last[one.metric] = one.value;
    if (one.step && one.metric == study_.metrics[0].name)
      operations.push_back(op::Report{slot.number, *one.step, one.value});
  }
  if (operations.empty()) return;
  update_own(slot.number, std::move(operations), &slot.lost);
  // Pruning is for one objective, as in Optuna: one of several cannot tell that a trial is bad.
  if (!ended && !slot.lost && study_.metrics.size() == 1 && !slot.pruned && !stopping_) judge(slot);
}

void Worker::judge(Slot& slot) {
  const Verdict verdict = pruner_->judge(storage_.history(), storage_.history()[slot.number]);
  std::vector<Operation> operations;
  for (const auto& [key, json] : verdict.system_attributes)
    operations.push_back(op::SetAttribute{slot.number, op::Scope::system, key, json});
  if (!operations.empty()) update_own(slot.number, std::move(operations), &slot.lost);
  if (!verdict.prune) return;
  slot.pruned = true;
  slot.run->stop();
}

/// What it said last; where it had ended before, and only its worker died, what it had reported then.
std::optional<double> Worker::final_value(const Slot& slot, const Trial& trial, const std::string& metric) const {
  if (const auto last = slot.last.find(metric); last != slot.last.end()) return last->second;
  if (metric != study_.metrics[0].name || trial.intermediate.empty()) return {};
  return trial.intermediate.rbegin()->second;
}

/// What is written of a trial that has ended.
std::vector<Operation> Worker::outcome(const Slot& slot, const TrialEnd& end) const {
  const Trial& trial = storage_.history()[slot.number];
  using How = TrialEnd::How;
  if (slot.pruned) {
    std::vector<double> last;  // as Optuna does: the last report is the value
    if (!trial.intermediate.empty() && !std::isnan(trial.intermediate.rbegin()->second))
      last.push_back(trial.intermediate.rbegin()->second);
    return just(op::State{slot.number, TrialState::pruned, last});
  }
  if (end.how == How::saved) return release(trial, Interrupted::saved, "", study_.retries);
  if (end.how == How::failed) return release(trial, Interrupted::failed, end.reason, study_.retries);
  std::vector<double> values;
  for (const Metric& metric : study_.metrics) {
    const auto value = final_value(slot, trial, metric.name);
    if (!value)
      return release(trial, Interrupted::failed, "it ended without a value of '" + metric.name + "'", study_.retries);
    if (std::isnan(*value))  // another try would end alike
      return release(trial, Interrupted::failed, "'" + metric.name + "' is not a number", 0);
    values.push_back(*value);
  }
  return just(op::State{slot.number, TrialState::complete, values});
}

/// Writes down what has ended, all at once.
void Worker::finish() {
  if (finished_.empty()) return;
  std::vector<Finished> ended = std::exchange(finished_, {});
  storage_.update([&](const History& history) {
    std::vector<Operation> all;
    for (const Finished& one : ended) {
      if (!is_mine(history, one.slot.number)) continue;
      for (Operation& operation : outcome(one.slot, one.end)) all.push_back(std::move(operation));
    }
    return all;
  });
  for (const Finished& one : ended) {
    const double seconds = std::chrono::duration<double>(Clock::now() - one.slot.start).count();
    usual_seconds_ = usual_seconds_ == 0 ? seconds : 0.9 * usual_seconds_ + 0.1 * seconds;
    count_failures(one);
  }
}

/// Trial after trial that fails is a fault of the study.
void Worker::count_failures(const Finished& one) {
  if (one.end.how == TrialEnd::How::saved || stopping_) return;
  const Trial& trial = storage_.history()[one.slot.number];
  const bool good = trial.state == TrialState::complete || trial.state == TrialState::pruned;
  failed_in_a_row_ = good ? 0 : failed_in_a_row_ + 1;
  if (failed_in_a_row_ < most_failures + static_cast<std::int64_t>(slots_.size())) return;
  const std::string reason = error_of(trial);
  throw core::Error(core::ErrorCode::mismatch,
                    std::to_string(failed_in_a_row_) +
                        " trials in a row failed; the last: " + (reason.empty() ? one.end.reason : reason))
      .in("trial " + std::to_string(one.slot.number))
      .remedy(where_to_look(one.slot.number));
}

/// A trial of ours runs in this process and has no output of its own, nor has a command that could not be started.
std::string Worker::where_to_look(std::int64_t number) const {
  const std::filesystem::path log = trial_folder(study_, number) / "log.txt";
  std::error_code ignored;
  if (std::filesystem::exists(log, ignored)) return "Its output is in " + log.native();
  const std::string kept = "Its error is kept in " + study_.storage + " (`trigloop tune status`)";
  if (study_.train.empty()) return kept;
  return kept + "; to train it alone, give `trigloop train --set` what `trigloop tune best --trial " +
         std::to_string(number) + " --settings` prints";
}

void Worker::look_at_pause() {
  std::error_code ignored;
  const bool still =
      !stopping_ && (options_.asked_to_pause() ||
                     (!options_.pause_file.empty() && std::filesystem::exists(options_.pause_file, ignored)));
  if (still == paused_) return;
  paused_ = still;
  for (const Slot& slot : slots_)
    if (slot.run != nullptr) slot.run->pause(still);
}

void Worker::stop_all() {
  stopping_ = true;
  for (const Slot& slot : slots_)
    if (slot.run != nullptr) slot.run->stop();
}

Progress Worker::progress() {
  Progress now = tally_.look(storage_.history());
  now.paused = paused_;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  if (ended_here_ > 0)
    now.seconds_left = seconds / static_cast<double>(ended_here_) *
                       static_cast<double>(std::max<std::int64_t>(0, now.wanted - now.complete - now.pruned));
  return now;
}

const Progress& Tally::look(const History& history) {
  now_.running = static_cast<std::int64_t>(history.running().size());
  now_.waiting = static_cast<std::int64_t>(history.waiting().size());
  for (; seen_ < history.finished().size(); ++seen_) {
    const Trial& trial = history[history.finished()[seen_]];
    now_.pruned += trial.state == TrialState::pruned;
    now_.failed += trial.state == TrialState::fail;
    now_.complete += trial.state == TrialState::complete;
    if (trial.state != TrialState::complete || trial.values.size() != 1) continue;
    const double loss = history.loss(trial);
    if (now_.best && loss >= least_) continue;
    least_ = loss;
    now_.best = trial.number;
    now_.best_value = trial.values[0];
  }
  return now_;
}

}  // namespace trigloop::tune
