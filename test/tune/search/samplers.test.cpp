#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "tune/search/gaussian_process.hpp"
#include "tune/search/nsga2_sampler.hpp"
#include "tune/search/pareto.hpp"
#include "tune/search/sobol_sampler.hpp"

namespace trigloop::tune {
namespace {

TEST(Sobol, PutsOnePointIntoEveryElementaryInterval) {
  // The first 64 points: one in each of 64 slices of every coordinate, one in each cell of the first two's 8 x 8 grid.
  for (std::uint64_t seed : {1u, 2u}) {
    std::vector<std::vector<int>> slices(5, std::vector<int>(64));
    std::vector<int> cells(64);
    for (std::uint64_t n = 0; n < 64; ++n) {
      const auto x = sobol_point(seed, n, 5);
      for (std::size_t d = 0; d < 5; ++d) ++slices[d][static_cast<std::size_t>(x[d] * 64)];
      ++cells[static_cast<std::size_t>(x[0] * 8) * 8 + static_cast<std::size_t>(x[1] * 8)];
    }
    for (const auto& slice : slices) EXPECT_THAT(slice, testing::Each(1));
    EXPECT_THAT(cells, testing::Each(1));
  }
  EXPECT_NE(sobol_point(1, 5, 3), sobol_point(2, 5, 3));
}

TEST(Pareto, SortsIntoFrontsAsPairwiseComparisonDoes) {
  core::Philox random(1, 1);
  for (const std::size_t objectives : {2u, 3u}) {
    std::vector<Losses> points(120);
    for (Losses& p : points)
      for (std::size_t k = 0; k < objectives; ++k) p.push_back(std::floor(random.uniform() * 12));
    const auto sorted = fronts(points);
    std::size_t count = 0;
    for (std::size_t f = 0; f < sorted.size(); ++f) {
      count += sorted[f].size();
      for (const std::size_t i : sorted[f]) {
        for (const std::size_t j : sorted[f]) EXPECT_FALSE(dominates(points[j], points[i]));
        if (f == 0) continue;
        EXPECT_TRUE(std::ranges::any_of(sorted[f - 1], [&](std::size_t j) { return dominates(points[j], points[i]); }));
      }
    }
    EXPECT_EQ(count, points.size());
  }
}

TEST(Pareto, MeasuresTheDominatedVolume) {
  EXPECT_DOUBLE_EQ(hypervolume({{1, 3}, {2, 2}, {3, 1}, {3, 3}}, {4, 4}), 6);
  EXPECT_DOUBLE_EQ(hypervolume({{0, 0, 1}, {1, 1, 0}}, {2, 2, 2}), 4 + 1);
  EXPECT_DOUBLE_EQ(hypervolume({{5, 0}}, {4, 4}), 0);
  const std::vector<Losses> line = {{0, 10}, {1, 9}, {5, 5}, {9, 1}, {10, 0}};
  EXPECT_EQ(spread_subset(line, {0, 1, 2, 3, 4}, 1), (std::vector<std::size_t>{2}));
}

/// Two aims that pull apart: the front is y = 0 with x from 0 to 1.
History search(Sampler& sampler, int trials) {
  const Space space =
      read_space(core::parse_yaml("x: {low: -2, high: 3}\ny: {low: -1, high: 1}\nz: {choices: [a, b, c]}", "s"), "s");
  History history("study", {Direction::minimize, Direction::maximize});
  for (int n = 0; n < trials; ++n) {
    Trial t;
    t.number = n;
    auto suggestion = sampler.suggest(history, space, n);
    t.parameters = std::move(suggestion.parameters);
    t.system_attributes = std::move(suggestion.system_attributes);
    const double x = t.find("x")->value, away = std::abs(t.find("y")->value) + t.find("z")->value;
    t.values = {x * x + away, -(x - 1) * (x - 1) - away};
    t.state = TrialState::complete;
    history.put(t);
  }
  return history;
}

double volume(const History& history) {
  std::vector<Losses> points;
  for (const std::int64_t n : pareto_front(history)) points.push_back(losses_of(history, history[n]));
  return hypervolume(points, {2, 2});
}

TEST(Nsga2, CoversTheFrontBetterThanChance) {
  const auto random = make_sampler("random", 1);
  Nsga2Sampler sampler(1, {.population = 20});
  const History history = search(sampler, 300);
  EXPECT_EQ(history[299].system_attributes.at("NSGAIISampler:generation"), "14");
  EXPECT_GT(volume(history), volume(search(*random, 300)));
}

TEST(GaussianProcess, HasTheGradientOfItsPosterior) {
  GaussianProcess process({false, false, true});
  core::Philox random(1, 2);
  std::vector<std::vector<double>> points;
  std::vector<double> values;
  for (int i = 0; i < 25; ++i) {
    points.push_back({random.uniform(), random.uniform(), static_cast<double>(i % 3)});
    values.push_back(std::sin(5 * points.back()[0]) + 0.3 * points.back()[2]);
  }
  process.set_data(points, values);
  std::vector<double> gradient;
  process.log_posterior(&gradient);
  for (std::size_t p = 0; p < gradient.size(); ++p) {
    const double middle = process.parameters()[p], h = 1e-5;
    process.parameters()[p] = middle + h;
    const double above = process.log_posterior(nullptr);
    process.parameters()[p] = middle - h;
    const double below = process.log_posterior(nullptr);
    process.parameters()[p] = middle;
    EXPECT_NEAR(gradient[p], (above - below) / (2 * h), 1e-4 * (1 + std::abs(gradient[p]))) << p;
  }
  process.fit(points, values);
  for (std::size_t i = 0; i < points.size(); ++i) EXPECT_NEAR(process.predict(points[i]).mean, values[i], 0.05);
  EXPECT_GT(process.predict(std::vector{0.5, 5.0, 1.0}).variance, process.predict(points[0]).variance);
  EXPECT_TRUE(std::isfinite(process.log_improvement(points[0], -1e6)));
}

TEST(Gp, FindsAMinimumInFewTrials) {
  const Space space = read_space(core::parse_yaml("x: {low: -5, high: 10}\ny: {low: 0, high: 15}", "s"), "s");
  History history("study", {Direction::minimize});
  const auto sampler = make_sampler("gp", 1);
  double best = INFINITY;
  for (int n = 0; n < 35; ++n) {
    Trial t;
    t.number = n;
    t.parameters = sampler->suggest(history, space, n).parameters;
    const double x = t.parameters[0].value, y = t.parameters[1].value;
    t.values = {std::pow(y - 0.129 * x * x + 1.59 * x - 6, 2) + 9.6 * std::cos(x) + 10};  // Branin's
    t.state = TrialState::complete;
    best = std::min(best, t.values[0]);
    history.put(t);
  }
  EXPECT_LT(best, 0.6);  // the least is 0.4
}

TEST(Tpe, SearchesSeveralObjectives) {
  const auto random = make_sampler("random", 3), tpe = make_sampler("tpe", 3);
  EXPECT_GT(volume(search(*tpe, 150)), volume(search(*random, 150)));
}

}  // namespace
}  // namespace trigloop::tune
