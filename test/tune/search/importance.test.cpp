#include "tune/search/importance.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "test/support/support.hpp"
#include "tune/search/sampler.hpp"

namespace trigloop::tune {
namespace {

double answer(const Trial& t) {
  return 3 * std::pow(t.find("a")->value - 0.3, 2) + t.find("b")->value + 0.1 * t.find("c")->value;
}

History trials(int count) {
  const Space space = read_space(core::parse_yaml("a: {low: 0, high: 1}\nb: {low: 0, high: 1}\n"
                                                  "c: {type: int, low: 0, high: 5}\nd: {low: 1, high: 2}\n"
                                                  "e: {low: 4, high: 4}\n",
                                                  "s"),
                                 "s");
  History history("study", {Direction::minimize});
  const auto sampler = make_sampler("sobol", 4);
  for (int n = 0; n < count; ++n) {
    Trial t;
    t.number = n;
    t.parameters = sampler->suggest(history, space, n).parameters;
    t.values = {answer(t)};
    t.state = TrialState::complete;
    history.put(t);
  }
  return history;
}

constexpr const char* peer = R"(
import sys, json, optuna
from optuna.distributions import *
optuna.logging.set_verbosity(optuna.logging.ERROR)
space = {"a": FloatDistribution(0, 1), "b": FloatDistribution(0, 1), "c": IntDistribution(0, 5), "d": FloatDistribution(1, 2)}
study = optuna.create_study()
for line in sys.stdin if len(sys.argv) < 2 else open(sys.argv[1]):
    *p, v = json.loads(line)
    p[2] = int(p[2])
    study.add_trial(optuna.trial.create_trial(params=dict(zip(space, p)), distributions=space, value=v))
shares = optuna.importance.FanovaImportanceEvaluator(seed=0).evaluate(study)
total = sum(shares.values())
print(*(shares[name] / total for name in space))
)";

TEST(Importance, AgreesWithOptuna) {
  TRIGLOOP_NEEDS_PEERS();
  const History history = trials(100);
  std::string lines;
  for (const std::int64_t n : history.finished()) {
    lines += '[';
    for (const char* name : {"a", "b", "c", "d"})
      lines += config::to_json(config::Value::of(history[n].find(name)->value)) + ", ";
    lines += config::to_json(config::Value::of(history[n].values[0])) + "]\n";
  }
  const test::TempDir folder;
  test::write_file(folder / "trials", lines);
  const auto result = test::run_command({test::peer_python(), "-W", "ignore", "-c", peer, folder / "trials"});
  ASSERT_EQ(result.status, 0) << result.err;
  std::istringstream theirs(result.out);
  const auto ours = importance(history);
  for (const char* name : {"a", "b", "c", "d"}) {
    double share = 0;
    ASSERT_TRUE(theirs >> share);
    const auto one = std::ranges::find(ours, name, &Importance::name);
    ASSERT_NE(one, ours.end());
    EXPECT_NEAR(one->share, share, 0.05) << name;
  }
}

TEST(Importance, OrdersParametersAndGivesNothingToConstants) {
  const auto all = importance(trials(300));
  ASSERT_EQ(all.size(), 5u);
  EXPECT_TRUE((all[0].name == "a" && all[1].name == "b") || (all[0].name == "b" && all[1].name == "a"));
  EXPECT_EQ(all[2].name, "c");
  EXPECT_LT(all[3].share, 0.02);
  EXPECT_EQ(all[4].share, 0);
  double sum = 0;
  for (const Importance& one : all) sum += one.share;
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(Importance, SaysNothingOfTooFewTrials) {
  EXPECT_TRUE(importance(trials(1)).empty());
  EXPECT_TRUE(importance(History("study", {Direction::minimize})).empty());
}

}  // namespace
}  // namespace trigloop::tune
