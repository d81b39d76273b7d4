#include "tune/search/tpe.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "test/support/support.hpp"

namespace trigloop::tune {
namespace {

Space read(const std::string& text) { return read_space(core::parse_yaml(text, "study.yml"), "study.yml"); }

/// Minimises f; the numbers of trials that are asked for at once are told only when all are.
template <class F>
History search(Sampler& sampler, const Space& space, int trials, const F& f, int workers = 1) {
  History history("study", {Direction::minimize});
  for (int n = 0; n < trials; n += workers) {
    for (int w = 0; w < workers; ++w) {
      Trial trial;
      trial.number = n + w;
      trial.state = TrialState::running;
      trial.parameters = sampler.suggest(history, space, trial.number).parameters;
      history.put(trial);
    }
    for (int w = 0; w < workers; ++w) {
      Trial trial = history[n + w];
      trial.values = {f(trial)};
      trial.state = TrialState::complete;
      history.put(trial);
    }
  }
  return history;
}

double best(const History& history) {
  double least = INFINITY;
  for (const std::int64_t n : history.finished()) least = std::min(least, history[n].values[0]);
  return least;
}

const Space plane = read("x: {low: -5, high: 5}\ny: {low: -5, high: 5}\n");
double bowl(const Trial& t) { return std::pow(t.find("x")->value - 1, 2) + std::pow(t.find("y")->value + 2, 2); }

TEST(Tpe, FindsAMinimumFarBetterThanChance) {
  const auto random = make_sampler("random", 1), tpe = make_sampler("tpe", 1);
  const double chance = best(search(*random, plane, 150, bowl)), learnt = best(search(*tpe, plane, 150, bowl));
  EXPECT_LT(learnt, chance / 3);
  EXPECT_LT(learnt, 0.05);
}

TEST(Tpe, SuggestsTheSameAfterARestart) {
  const auto whole = make_sampler("tpe", 9);
  const History history = search(*whole, plane, 60, bowl);
  const auto restarted = make_sampler("tpe", 9);
  const auto a = whole->suggest(history, plane, 60).parameters, b = restarted->suggest(history, plane, 60).parameters;
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_DOUBLE_EQ(a[i].value, b[i].value);
}

TEST(Tpe, SuggestsTheSameAfterARestartAlsoWhereItKnowsAPartOfItsTrials) {
  const Space space = read_space(core::parse_yaml("x: {low: 0, high: 1}\ny: {low: 0, high: 1}\n", "space"), "space");
  History history("many", {Direction::minimize});
  const auto prior = make_sampler("random", 1), always = make_sampler("tpe", 1);
  for (std::int64_t n = 0; n < 20'000; ++n) {
    Trial trial;
    trial.number = n;
    trial.parameters = prior->suggest(history, space, n).parameters;
    trial.state = TrialState::running;
    history.put(trial);
    if (n % 1000 == 0) always->suggest(history, space, n);
    const double x = trial.parameters[0].value - 0.3, y = trial.parameters[1].value - 0.6;
    trial.state = TrialState::complete;
    trial.values = {x * x + y * y};
    history.put(std::move(trial));
  }
  const auto told = always->suggest(history, space, 20'000).parameters;
  const auto anew = make_sampler("tpe", 1)->suggest(history, space, 20'000).parameters;
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(told[i].value, anew[i].value);
  EXPECT_NEAR(told[0].value, 0.3, 0.1);
  EXPECT_NEAR(told[1].value, 0.6, 0.1);
}

TEST(Tpe, TriesFewPointsOfAGridTwice) {
  const Space grid = read("x: {type: int, low: 0, high: 7}\ny: {choices: [a, b, c, d, e, f, g, h]}\n");
  std::set<std::pair<double, double>> points;
  const auto sampler = make_sampler("tpe", 3);
  const auto value = [](const Trial& t) {
    return std::abs(t.find("x")->value - 5) + (t.find("y")->value == 2 ? 0 : 1);
  };
  const History history = search(*sampler, grid, 50, value);
  for (const std::int64_t n : history.finished())
    points.emplace(history[n].parameters[0].value, history[n].parameters[1].value);
  EXPECT_GE(points.size(), 40u) << "of 50 trials on 64 points";
}

TEST(Tpe, KeepsParallelWorkersApart) {
  const auto spread = [&](bool liar) {
    TpeSampler sampler(4, {.constant_liar = liar});
    const History history = search(sampler, plane, 96, bowl, 16);
    double nearest = 0;  // mean distance of the last round's trials to their nearest
    for (int a = 80; a < 96; ++a) {
      double least = INFINITY;
      for (int b = 80; b < 96; ++b) {
        if (a == b) continue;
        least = std::min(least, std::hypot(history[a].find("x")->value - history[b].find("x")->value,
                                           history[a].find("y")->value - history[b].find("y")->value));
      }
      nearest += least / 16;
    }
    return nearest;
  };
  EXPECT_GT(spread(true), spread(false));
}

TEST(Tpe, SearchesConditionalSpacesAndKeepsWhatIsFixed) {
  const Space tree =
      read("kind: {choices: [a, b]}\nx: {low: 0, high: 1, when: {kind: a}}\ny: {low: 0, high: 1, when: {kind: b}}\n");
  const auto f = [](const Trial& t) {
    const Parameter* x = t.find("x");
    return x != nullptr ? 1 + std::abs(x->value - 0.5) : std::abs(t.find("y")->value - 0.25);
  };
  const auto sampler = make_sampler("tpe", 2);
  const History history = search(*sampler, tree, 100, f);
  EXPECT_LT(best(history), 0.02);
  const auto fixed = sampler->suggest(history, tree, 100, {{"kind", 0.0}}).parameters;
  ASSERT_EQ(fixed.size(), 2u);
  EXPECT_EQ(fixed[1].name, "x");
}

TEST(Tpe, LearnsFromTrialsOfOtherRangesAndIgnoresFailedOnes) {
  History history("study", {Direction::minimize});
  const auto wide = std::make_shared<const Distribution>(FloatDistribution{-100, 100, {}, false});
  for (int n = 0; n < 60; ++n) {
    Trial t;
    t.number = n;
    t.state = n % 5 == 4 ? TrialState::fail : TrialState::complete;
    const double x = n % 2 ? 2 + 0.01 * n : n % 4 ? 50 + n : -4, y = n % 2 ? 3 : 0;
    t.parameters = {{"x", x, wide}, {"y", y, plane.find("y")->distribution}};
    if (t.state == TrialState::complete) t.values = {std::abs(x - 2)};
    history.put(t);
  }
  const auto sampler = make_sampler("tpe", 1);
  double mean = 0;
  for (int n = 60; n < 100; ++n) mean += sampler->suggest(history, plane, n).parameters[0].value / 40;
  EXPECT_GT(mean, 0.3);  // good trials stand at 2 to 3
  EXPECT_LT(mean, 4);
}

TEST(Tpe, PrefersPrunedTrialsThatCameFar) {
  History history("study", {Direction::maximize});
  for (int n = 0; n < 40; ++n) {
    Trial t;
    t.number = n;
    t.state = TrialState::pruned;
    const double x = n < 4 ? 4 : -4 + 0.1 * n;
    t.parameters = {{"x", x, plane.find("x")->distribution}, {"y", 0, plane.find("y")->distribution}};
    t.intermediate = {{n < 4 ? 64 : 32, 0.5}};
    history.put(t);
  }
  const auto sampler = make_sampler("tpe", 1);
  double mean = 0;
  for (int n = 40; n < 60; ++n) mean += sampler->suggest(history, plane, n).parameters[0].value / 20;
  EXPECT_GT(mean, 2);
}

}  // namespace
}  // namespace trigloop::tune
