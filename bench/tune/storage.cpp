// bench_tune_storage: what a storage costs.
//
//   prepare LOCATION N      a study of N finished trials with 13 parameters, the same for every implementation
//   tell LOCATION TRIALS    suggest (TPE) + tell through the storage: milliseconds a trial
//   farm LOCATION N MS      N trials that sleep for MS milliseconds on 16 workers' slots: seconds, and those above the
//   ideal
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/random.hpp"
#include "tune/run/worker.hpp"

namespace {

using namespace trigloop::tune;
using Clock = std::chrono::steady_clock;

double user_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec) + static_cast<double>(used.ru_utime.tv_usec) * 1e-6;
}

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Space space() {
  Space space;
  for (int i = 0; i < 13; ++i) space.add("x" + std::to_string(i), FloatDistribution{0, 1, {}, false});
  return space;
}

double objective(const std::vector<Parameter>& parameters) {
  double sum = 0;
  for (const Parameter& p : parameters) sum += (p.value - 0.3) * (p.value - 0.3);
  return sum;
}

void prepare(const std::string& location, std::int64_t trials) {
  const auto storage = open_storage(location, {"bench", {Direction::minimize}});
  const Space dimensions = space();
  const auto sampler = make_sampler("random", 1);
  std::vector<Operation> all;
  for (std::int64_t i = 0; i < trials; ++i) {
    Trial trial;
    trial.state = TrialState::complete;
    trial.started = trial.completed = now();
    trial.parameters = sampler->suggest(storage->history(), dimensions, i).parameters;
    trial.values = {objective(trial.parameters)};
    all.emplace_back(op::Create{std::move(trial)});
  }
  storage->update(std::move(all));
}

void tell(const std::string& location, int trials) {
  const auto start = Clock::now();
  const auto storage = open_storage(location, {"bench", {Direction::minimize}});
  std::printf("open %zu trials: %.3f s\n", storage->history().size(), since(start));
  const Space dimensions = space();
  const auto sampler = make_sampler("tpe", 1);
  const auto one = [&] {
    storage->refresh();
    const auto number = static_cast<std::int64_t>(storage->history().size());
    Suggestion suggestion = sampler->suggest(storage->history(), dimensions, number);
    const double value = objective(suggestion.parameters);
    Trial trial;
    trial.state = TrialState::running;
    trial.started = now();
    trial.parameters = std::move(suggestion.parameters);
    storage->update({op::Create{std::move(trial)}});
    storage->update({op::State{number, TrialState::complete, {value}}});
  };
  one();  // what is paid once
  const auto first = Clock::now();
  const double user = user_seconds();
  for (int i = 0; i < trials; ++i) one();
  std::printf("suggest + tell: %.3f ms a trial, %.3f ms of CPU\n", since(first) * 1e3 / trials,
              (user_seconds() - user) * 1e3 / trials);
}

/// A trial that takes its time and nothing else.
class Sleep final : public TrialRun {
 public:
  explicit Sleep(double milliseconds) : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(milliseconds / 1000);
    when.it_value.tv_nsec =
        static_cast<long>((milliseconds - 1000.0 * static_cast<double>(when.it_value.tv_sec)) * 1e6);
    ::timerfd_settime(timer_, 0, &when, nullptr);
  }
  ~Sleep() override { ::close(timer_); }
  std::vector<int> descriptors() const override { return {timer_}; }
  std::optional<TrialEnd> take(std::vector<Measurement>& measurements) override {
    std::uint64_t times = 0;
    if (::read(timer_, &times, sizeof(times)) != sizeof(times)) return {};
    measurements.push_back({{}, "loss", 1.0});
    return TrialEnd{TrialEnd::How::complete};
  }
  void stop() override {}
  void pause(bool) override {}

 private:
  int timer_;
};

void farm(const std::string& location, std::int64_t trials, double milliseconds) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() / ("farm-" + std::to_string(::getpid()));
  {
    trigloop::core::OutputFile out(file);
    out.write("name: farm\ncommand: true\nmetric: loss\nsampler: random\ntrials: " + std::to_string(trials) +
              "\nspace: {x: {low: 0, high: 1}}\n");
    out.commit();
  }
  const StudyFile study = read_study(file);
  std::filesystem::remove(file);
  const auto storage = open_storage(location, {"farm", study.directions()});
  const Launch launch = [&](const Trial&, unsigned) { return std::make_unique<Sleep>(milliseconds); };
  const auto start = Clock::now();
  const double user = user_seconds();
  Worker(*storage, study, launch, {.slots = 16}).run();
  const double ideal = static_cast<double>(trials) * milliseconds / 16e3, took = since(start);
  std::printf("%lld trials of %g ms on 16 workers: %.2f s, %.2f %% above the ideal; %.2f s of CPU\n",
              static_cast<long long>(trials), milliseconds, took, (took / ideal - 1) * 100, user_seconds() - user);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 3 ? argv[1] : "";
  try {
    if (what == "prepare") {
      prepare(argv[2], std::atoll(argv[3]));
    } else if (what == "tell") {
      tell(argv[2], std::atoi(argv[3]));
    } else if (what == "farm" && argc > 4) {
      farm(argv[2], std::atoll(argv[3]), std::atof(argv[4]));
    } else {
      std::cerr << "bench_tune_storage prepare|tell|farm LOCATION N [MS]\n";
      return 2;
    }
  } catch (const trigloop::core::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
