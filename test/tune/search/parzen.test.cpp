#include "tune/search/parzen.hpp"

#include <cmath>
#include <limits>

#include "config/value.hpp"
#include "core/isa.hpp"
#include "test/support/support.hpp"
#include "tune/search/draw.hpp"

namespace trigloop::tune {
namespace {

using config::Value;

const std::vector<Distribution> distributions = {
    FloatDistribution{-2, 3, {}, false}, FloatDistribution{1e-4, 1, {}, true}, IntDistribution{4, 11, 1, false},
    IntDistribution{1, 64, 1, true}, CategoricalDistribution{{Value::of(true), Value::of(false), Value{}}}};

std::vector<Interval> axes() {
  std::vector<Interval> all;
  for (const Distribution& d : distributions) all.push_back(interval(d));
  return all;
}

std::vector<double> point(core::Philox& random) {
  std::vector<double> values;
  for (const Interval& i : axes()) values.push_back(from_unit(i, uniform(random)));
  return values;
}

/// All trials at once, in the order of their numbers.
Parzen fresh(const std::vector<std::vector<double>>& trials) {
  Parzen parzen(axes(), Parzen::Weights::recent);
  for (std::size_t n = 0; n < trials.size(); ++n) parzen.add(static_cast<std::int64_t>(n), trials[n]);
  return parzen;
}

std::string text(const std::vector<std::vector<double>>& rows) {
  std::string all = "[";
  for (const auto& row : rows) {
    all += all.size() > 1 ? ",[" : "[";
    for (std::size_t i = 0; i < row.size(); ++i) all += (i ? "," : "") + config::to_json(Value::of(row[i]));
    all += "]";
  }
  return all + "]";
}

/// Optuna's own estimator over the same trials; its densities are per unit of the parameter, ours per length of its
/// line.
constexpr const char* peer = R"(
import sys, json, math
import numpy as np
argsort = np.argsort
np.argsort = lambda a, **options: argsort(a, kind="stable")  # of equal values the older first, as we have it
from optuna.distributions import *
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_weights
space = {"a": FloatDistribution(-2, 3), "b": FloatDistribution(1e-4, 1, log=True), "c": IntDistribution(4, 11),
         "d": IntDistribution(1, 64, log=True), "e": CategoricalDistribution([True, False, None])}
trials, points = (np.array(json.loads(t)).reshape(-1, 5) for t in sys.argv[1:])
parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
columns = lambda rows: {name: rows[:, i] for i, name in enumerate(space)}
estimator = _ParzenEstimator(columns(trials), space, parameters)
for value in estimator.log_pdf(columns(points)) + math.log(5) + math.log(math.log(1e4)):
    print(repr(float(value)))
)";

TEST(Parzen, HasTheDensityOfOptuna) {
  TRIGLOOP_NEEDS_PEERS();
  for (const std::size_t n : {0u, 1u, 2u, 30u, 150u}) {
    core::Philox random(3, n);
    std::vector<std::vector<double>> trials(n), points(20);
    for (auto& one : trials) one = point(random);
    for (auto& one : points) one = point(random);
    const auto result = test::run_command({test::peer_python(), "-c", peer, text(trials), text(points)});
    ASSERT_EQ(result.status, 0) << result.err;
    std::vector<double> flat;
    for (const auto& one : points) flat.insert(flat.end(), one.begin(), one.end());
    std::istringstream lines(result.out);
    for (const double ours : fresh(trials).log_density(flat)) {
      double theirs = 0;
      ASSERT_TRUE(lines >> theirs);
      EXPECT_NEAR(ours, theirs, 1e-9 * (1 + std::abs(theirs))) << n << " trials";
    }
  }
}

TEST(Parzen, IsTheSameHoweverTrialsCameAndWent) {
  core::Philox random(1, 1);
  std::vector<std::vector<double>> trials(140);
  for (auto& one : trials) one = point(random);
  Parzen walked(axes(), Parzen::Weights::recent);
  for (std::size_t n = trials.size(); n-- > 0;) walked.add(static_cast<std::int64_t>(n), trials[n]);
  for (int i = 0; i < 300; ++i) {
    const auto n = static_cast<std::int64_t>(uniform(random) * 140);
    walked.remove(n);
    if (i % 3 == 0) walked.log_density(trials[0]);
    walked.add(n, trials[static_cast<std::size_t>(n)]);
  }
  Parzen straight = fresh(trials);
  for (int i = 0; i < 20; ++i) {
    const auto at = point(random);
    EXPECT_NEAR(walked.log_density(at)[0], straight.log_density(at)[0], 1e-10);
  }
}

TEST(Parzen, DrawsFromItsOwnDensity) {
  // In one dimension the share of draws in a bin is the density's integral over it.
  const std::vector<Interval> line = {interval(FloatDistribution{0, 1, {}, false})};
  Parzen parzen(line, Parzen::Weights::equal);
  for (const double x : {0.1, 0.15, 0.5, 0.9}) parzen.add(parzen.size() + 0, std::vector{x});
  core::Philox random(5, 5);
  constexpr int draws = 40'000, bins = 10;
  std::vector<int> counts(bins);
  for (int i = 0; i < draws; ++i) {
    std::vector<double> x(1);
    parzen.sample(random, x);
    ++counts[static_cast<std::size_t>(x[0] * bins)];
  }
  for (int b = 0; b < bins; ++b) {
    double integral = 0;
    for (int s = 0; s < 100; ++s) {
      const std::vector<double> x = {(b + (s + 0.5) / 100) / bins};
      integral += std::exp(parzen.log_density(x)[0]) / 100 / bins;
    }
    EXPECT_NEAR(counts[static_cast<std::size_t>(b)], draws * integral, 5 * std::sqrt(draws * integral)) << "bin " << b;
  }
}

TEST(Parzen, LeavesAStepThatAllTrialsAgreeOnIfItIsTold) {
  const std::vector<Interval> line = {interval(IntDistribution{4, 5, 1, false})};
  const auto left = [&](double least_step) {
    Parzen parzen(line, Parzen::Weights::equal, 6, least_step);
    for (std::int64_t trial = 0; trial < 12; ++trial) parzen.add(trial, std::vector{4.0});
    return std::exp(parzen.log_density(std::vector{5.0})[0]);
  };
  const double prior = 0.5 / 13;
  EXPECT_NEAR(left(0), prior, 1e-12) << "kernels end within their step";
  EXPECT_NEAR(left(1.0 / 3), prior + 12.0 / 13 * 0.0668, 0.01) << "half a step is 1.5 widths away";
}

TEST(Parzen, GivesTheSameBitsWithEveryWideVector) {
  core::Philox random(2, 2);
  std::vector<std::vector<double>> trials(333);
  for (auto& one : trials) one = point(random);
  const auto at = point(random);
  std::vector<double> values;
  for (const std::string& isa : core::usable_isas()) {
    core::force_isa(isa);
    Parzen parzen = fresh(trials);
    const double value = parzen.log_density(at)[0];
    if (isa == "avx2" || isa == "avx512") values.push_back(value);
    EXPECT_NEAR(value, fresh(trials).log_density(at)[0], 1e-10) << isa;
  }
  core::force_isa("");
  for (const double value : values) EXPECT_EQ(value, values.front());
}

}  // namespace
}  // namespace trigloop::tune
