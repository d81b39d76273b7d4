#include <gtest/gtest.h>

#include <cmath>

#include "test/support/support.hpp"
#include "tune/search/halving.hpp"
#include "tune/search/hyperband.hpp"
#include "tune/search/percentile.hpp"

namespace trigloop::tune {
namespace {

/// The value that trial n reports at a step: some learn quickly, some are good, one is not a number for a while.
double value(int n, int step) {
  if (n == 17 && step >= 8) return std::nan("");
  return (n * 37 % 101) / 100.0 + 1.0 / (step + n % 5) + 0.001 * ((n * 31 + step * 17) % 23);
}

/// Trials one after the other, two running at a time; where each stopped (0: not).
std::string walk(Pruner& pruner, Direction direction, int trials, int steps) {
  History history("study", {direction});
  std::string text;
  for (int first = 0; first < trials; first += 2) {
    std::vector<Trial> pair(2);
    std::vector<int> stopped(2);
    for (int w = 0; w < 2; ++w) {
      pair[w].number = first + w;
      pair[w].state = TrialState::running;
      history.put(pair[w]);
    }
    for (int step = 1; step <= steps; ++step) {
      for (int w = 0; w < 2; ++w) {
        if (stopped[w]) continue;
        const std::int64_t n = first + w;
        history.report(n, step, value(first + w, step));
        const Verdict verdict = pruner.judge(history, history[n]);
        for (const auto& [key, json] : verdict.system_attributes) history.set_system_attribute(n, key, json);
        if (!verdict.prune) continue;
        stopped[w] = step;
        Trial ended = history[n];
        ended.state = TrialState::pruned;
        history.put(ended);
      }
    }
    for (int w = 0; w < 2; ++w) {
      text += std::to_string(stopped[w]) + "\n";
      if (stopped[w]) continue;
      Trial ended = history[first + w];
      ended.state = TrialState::complete;
      ended.values = {value(first + w, steps)};
      history.put(ended);
    }
  }
  return text;
}

/// The same trials in Optuna.
constexpr const char* peer = R"(
import sys, math, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
def value(n, step):
    if n == 17 and step >= 8: return math.nan
    return (n * 37 % 101) / 100.0 + 1.0 / (step + n % 5) + 0.001 * ((n * 31 + step * 17) % 23)
pruner, direction, trials, steps = eval("optuna.pruners." + sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
study = optuna.create_study(study_name="study", pruner=pruner, direction=direction, sampler=optuna.samplers.RandomSampler(seed=0))
for first in range(0, trials, 2):
    pair, stopped = [study.ask(), study.ask()], [0, 0]
    for step in range(1, steps + 1):
        for w in (0, 1):
            if stopped[w]: continue
            pair[w].report(value(first + w, step), step)
            if pair[w].should_prune():
                stopped[w] = step
                study.tell(pair[w], state=optuna.trial.TrialState.PRUNED)
    for w in (0, 1):
        print(stopped[w])
        if not stopped[w]: study.tell(pair[w], value(first + w, steps))
)";

void expect_as_in_optuna(Pruner& pruner, const std::string& theirs, Direction direction, int trials, int steps) {
  const auto result = test::run_command({test::peer_python(), "-W", "ignore", "-c", peer, theirs,
                                         direction == Direction::maximize ? "maximize" : "minimize",
                                         std::to_string(trials), std::to_string(steps)});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(walk(pruner, direction, trials, steps), result.out) << theirs;
}

TEST(Pruners, StopWhereOptunaStops) {
  TRIGLOOP_NEEDS_PEERS();
  HalvingPruner package({.min_resource = 4, .reduction = 2}), automatic({}), boot({.min_resource = 1, .bootstrap = 5});
  expect_as_in_optuna(package, "SuccessiveHalvingPruner(4, 2)", Direction::maximize, 40, 60);
  expect_as_in_optuna(automatic, "SuccessiveHalvingPruner()", Direction::minimize, 40, 60);
  expect_as_in_optuna(boot, "SuccessiveHalvingPruner(1, bootstrap_count=5)", Direction::minimize, 40, 30);
  HyperbandPruner hyperband({.min_resource = 2, .max_resource = 60});
  expect_as_in_optuna(hyperband, "HyperbandPruner(2, 60)", Direction::minimize, 60, 60);
  PercentilePruner median({}), slow({.percentile = 25, .startup = 3, .warmup = 6, .interval = 4, .min_trials = 2});
  expect_as_in_optuna(median, "MedianPruner()", Direction::maximize, 40, 20);
  expect_as_in_optuna(slow, "PercentilePruner(25.0, 3, 6, 4, n_min_trials=2)", Direction::minimize, 40, 20);
}

TEST(Halving, StopsTheWorseHalfAtEachRungOfThePackage) {
  // 480 epochs, 32 to begin with, halves: at 32, 64, 128 and 256.
  HalvingPruner pruner({.min_resource = 32, .reduction = 2});
  History history("study", {Direction::maximize});
  for (int n = 0; n < 8; ++n) {
    Trial t;
    t.number = n;
    t.state = TrialState::running;
    history.put(t);
    history.report(n, 31, n);
    EXPECT_FALSE(pruner.judge(history, history[n]).prune);
    history.report(n, 32, n);
    const Verdict verdict = pruner.judge(history, history[n]);
    EXPECT_FALSE(verdict.prune) << "each is the best so far";
    EXPECT_EQ(verdict.system_attributes.at("completed_rung_0"), std::to_string(n) + ".0");
    history.set_system_attribute(n, "completed_rung_0", verdict.system_attributes.at("completed_rung_0"));
  }
  for (const auto& [value, stopped] : {std::pair(4.5, false), {3.5, true}}) {
    Trial t;
    t.number = static_cast<std::int64_t>(history.size());
    t.state = TrialState::running;
    t.intermediate = {{32, value}};
    history.put(t);
    EXPECT_EQ(pruner.judge(history, history[t.number]).prune, stopped) << value;
  }
}

TEST(Pruners, RefuseOptionsThatMakeNoSense) {
  EXPECT_THROW(HalvingPruner({.reduction = 1}), core::Error);
  EXPECT_THROW(HalvingPruner({.bootstrap = 1}), core::Error);
  EXPECT_THROW(HyperbandPruner({.min_resource = 4, .max_resource = 2}), core::Error);
  EXPECT_THROW(PercentilePruner({.percentile = 101}), core::Error);
  EXPECT_THROW(make_pruner("ahsa"), core::Error);
}

}  // namespace
}  // namespace trigloop::tune
