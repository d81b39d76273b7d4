// trigloop tune run --estimate: time and memory of a study, from a few of its trials.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <iostream>
#include <numeric>

#include "app/tune/commands.hpp"
#include "core/json_writer.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/text.hpp"
#include "tune/run/signals.hpp"
#include "tune/run/summary.hpp"
#include "tune/run/training_run.hpp"
#include "tune/run/worker.hpp"

namespace trigloop::app {
namespace {

using Clock = std::chrono::steady_clock;

/// What a trial takes, or what it takes at least: it had not ended in the time that was given.
struct Taken {
  double seconds = 0;
  bool at_least = false;
};

/// Commands: a trial in each slot, in a study that nobody keeps.
Taken of_commands(tune::StudyFile study, const MakeLaunch& launch, unsigned slots, double most_seconds) {
  const core::ScratchFolder scratch;
  study.folder = scratch.path() / "trials";
  const auto storage =
      tune::open_storage("journal:" + (scratch.path() / "journal").native(), {study.name, study.directions()});
  const auto start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  const auto over = [&] { return tune::stop_requested() || elapsed() > most_seconds; };
  tune::Worker(*storage, study, launch(study), {.slots = slots, .trials = slots, .asked_to_stop = over}).run();
  const auto ended = static_cast<double>(storage->history().finished().size());
  return ended > 0 ? Taken{tune::trial_seconds(storage->history()) / ended} : Taken{elapsed(), true};
}

/// Trainings of ours: two epochs of each stage tell what all will take. One in each slot, side by side as they will be.
Taken of_trainings(const tune::StudyFile& study, unsigned slots) {
  const auto data = tune::open_training_data(study);
  const tune::History none(study.name, study.directions());
  std::vector<double> seconds(slots);
  core::parallel_for(slots, slots, [&](std::size_t i, unsigned) {
    tune::Trial trial;
    trial.number = static_cast<std::int64_t>(i);
    trial.parameters = tune::make_sampler("random", study.seed)->suggest(none, study.space, trial.number).parameters;
    seconds[i] = tune::training_seconds(tune::training_job(study, trial), *data, 2);
  });
  return {std::accumulate(seconds.begin(), seconds.end(), 0.0) / slots};
}

std::string in_words(double seconds) {
  if (seconds < 120) return fmt::format("{:.3g} s", seconds);
  return seconds < 7200 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

/// Of this process, in which trainings of ours run side by side; or of the largest process that it started.
std::uint64_t peak_bytes(int whose) {
  rusage used{};
  ::getrusage(whose, &used);
  return static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
}

}  // namespace

void estimate(const tune::StudyFile& study, const MakeLaunch& launch, unsigned slots, double most_seconds, bool json) {
  const Taken one = study.train.empty() ? of_commands(study, launch, slots, most_seconds) : of_trainings(study, slots);
  const std::uint64_t memory = study.train.empty() ? peak_bytes(RUSAGE_CHILDREN) : peak_bytes(RUSAGE_SELF) / slots;
  const double all = one.seconds * static_cast<double>(study.trials) / slots;
  if (json) {
    core::JsonWriter out;
    out.begin_object().member("format", 1).member("at_least", one.at_least).member("seconds_a_trial", one.seconds);
    out.member("bytes_a_trial", memory).member("workers", slots).member("trials", study.trials);
    out.member("seconds", all).member("bytes", memory * slots);
    std::cout << out.end_object().text() << '\n';
    return;
  }
  const char* const more = one.at_least ? "more than " : "";
  std::cout << fmt::format("a trial takes {}{} and {}; {} trials with {} at a time: {}{} and {} (pruning saves some)\n",
                           more, in_words(one.seconds), core::human_bytes(memory), study.trials, slots, more,
                           in_words(all), core::human_bytes(memory * slots));
}

}  // namespace trigloop::app
