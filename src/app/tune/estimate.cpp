// trigloop tune run --estimate: time and memory of a study, from a few of its trials.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>

#include "app/tune/commands.hpp"
#include "core/json_writer.hpp"
#include "core/scratch.hpp"
#include "core/text.hpp"
#include "tune/run/signals.hpp"
#include "tune/run/summary.hpp"
#include "tune/run/worker.hpp"

namespace trigloop::app {
namespace {

using Clock = std::chrono::steady_clock;

double mean_seconds(const tune::History& history) {
  return tune::trial_seconds(history) / static_cast<double>(std::max<std::size_t>(1, history.finished().size()));
}

std::string in_words(double seconds) {
  if (seconds < 120) return fmt::format("{:.3g} s", seconds);
  return seconds < 7200 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

void estimate(tune::StudyFile study, const MakeLaunch& launch, unsigned slots, double most_seconds, bool json) {
  const core::ScratchFolder scratch;  // nothing of a trial run stays
  const std::int64_t wanted = study.trials;
  study.folder = scratch.path() / "trials";
  const auto storage =
      tune::open_storage("journal:" + (scratch.path() / "journal").native(), {study.name, study.directions()});
  const auto start = Clock::now();
  const auto over = [&] {
    return tune::stop_requested() || Clock::now() - start > std::chrono::duration<double>(most_seconds);
  };
  tune::Worker(*storage, study, launch(study), {.slots = slots, .trials = slots, .asked_to_stop = over}).run();
  rusage children{};
  ::getrusage(RUSAGE_CHILDREN, &children);
  const auto memory = static_cast<std::uint64_t>(children.ru_maxrss) * 1024;  // of the largest process
  const double seconds = mean_seconds(storage->history());
  const bool known = seconds > 0;
  const double one = known ? seconds : std::chrono::duration<double>(Clock::now() - start).count();
  const double all = one * static_cast<double>(wanted) / slots;
  if (json) {
    core::JsonWriter out;
    out.begin_object().member("format", 1).member("at_least", !known).member("seconds_a_trial", one);
    out.member("bytes_a_trial", memory).member("workers", slots).member("trials", wanted);
    out.member("seconds", all).member("bytes", memory * slots);
    std::cout << out.end_object().text() << '\n';
    return;
  }
  std::cout << fmt::format("a trial takes {}{} and {}; {} trials with {} at a time: {}{} and {} (pruning saves some)\n",
                           known ? "" : "more than ", in_words(one), core::human_bytes(memory), wanted, slots,
                           known ? "" : "more than ", in_words(all), core::human_bytes(memory * slots));
}

}  // namespace trigloop::app
