#include "watch/drift/shape_test.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "bench/drift/streams.hpp"

namespace trigloop {
namespace {

using watch::drift::Shape;
using watch::drift::ShapeAlternative;
using watch::drift::ShapeModel;
using watch::drift::ShapeTest;

/// Six falling bins; `tilt` moves entries to the right, `slope` does so with pile-up.
struct Truth {
  double tilt = 0, dispersion = 0, slope = 0;
};

std::vector<double> shares_of(double tilt) {
  std::vector<double> shares{0.4, 0.25, 0.15, 0.1, 0.07, 0.03};
  double sum = 0;
  for (std::size_t b = 0; b < shares.size(); ++b) sum += shares[b] *= std::exp(tilt * static_cast<double>(b));
  for (double& share : shares) share /= sum;
  return shares;
}

Shape draw(bench::Random& random, double total, const Truth& truth) {
  Shape shape;
  shape.total = total;
  shape.z = truth.slope != 0 ? random.normal() : 0;
  std::vector<double> shares = shares_of(truth.tilt + truth.slope * shape.z);
  if (truth.dispersion > 0) {
    for (double& share : shares) share = random.gamma(share / truth.dispersion);
  }
  double left = total, rest = 0;
  for (const double share : shares) rest += share;
  for (const double share : shares) {
    shape.counts.push_back(random.binomial(left, std::min(1.0, share / rest)));
    left -= shape.counts.back();
    rest -= share;
  }
  return shape;
}

std::vector<ShapeAlternative> alternatives() {
  std::vector<ShapeAlternative> all;
  for (const double tilt : {-0.1, -0.05, -0.02, 0.02, 0.05, 0.1}) all.push_back({shares_of(tilt), tilt, {}, {}, {}, 0});
  return all;
}

ShapeTest test_of(bench::Random& random, double total, const Truth& truth, int reference, bool slopes) {
  std::vector<Shape> shapes;
  for (int i = 0; i < reference; ++i) shapes.push_back(draw(random, total, truth));
  std::vector<std::vector<double>> directions;
  for (const auto& one : alternatives()) directions.push_back(one.shares);
  return {watch::drift::fit_shape(shapes, directions, slopes ? 3 : 1), alternatives()};
}

double mean_run_length(const Truth& before, const Truth& after, double level, int streams, int most, bool slopes) {
  double sum = 0;
  for (int i = 0; i < streams; ++i) {
    bench::Random random(static_cast<std::uint64_t>(i) + 1);
    ShapeTest test = test_of(random, 500, before, 100, slopes);
    int t = 0;
    for (; t < most && test.value() < level; ++t) test.step(draw(random, 500, after), static_cast<std::uint64_t>(t));
    sum += t;
  }
  return sum / streams;
}

void expect_promise(const Truth& truth, bool slopes) {
  constexpr double level = 100;
  constexpr int streams = 100;
  EXPECT_GT(mean_run_length(truth, truth, level, streams, 300, slopes), level * (0.95 - 4 / std::sqrt(streams)));
}

TEST(ShapeTest, KeepsItsPromiseOnMultinomialShapes) { expect_promise({}, false); }

TEST(ShapeTest, KeepsItsPromiseOnOverdispersedShapes) { expect_promise({0, 1.0 / 300, 0}, false); }

TEST(ShapeTest, KeepsItsPromiseWithAModelledPileUpSlope) { expect_promise({0, 0, 0.05}, true); }

TEST(ShapeTest, FindsATiltAndDatesIt) {
  EXPECT_LT(mean_run_length({}, {0.1, 0, 0}, 1e4, 40, 1000, false), 10);
  EXPECT_LT(mean_run_length({}, {-0.05, 0, 0}, 1e4, 40, 1000, false), 40);
  bench::Random random(9);
  ShapeTest test = test_of(random, 500, {}, 200, false);
  std::uint64_t t = 0;
  for (; t < 30; ++t) test.step(draw(random, 500, {}), t);
  for (; test.value() < 1e4; ++t) test.step(draw(random, 500, {0.1, 0, 0}), t);
  EXPECT_NEAR(static_cast<double>(test.alternatives[test.best()].evidence.since), 30, 3);
}

TEST(ShapeTest, DoesNotMindHowManyEntriesThereAre) {
  bench::Random random(3);
  ShapeTest test = test_of(random, 500, {}, 200, false);
  for (std::uint64_t t = 0; t < 50; ++t) {
    test.step(draw(random, t % 2 == 0 ? 100 : 2000, {}), t);
    EXPECT_LT(test.value(), 1e3);
  }
  test.step({std::vector<double>(6), 0, 0}, 50);  // an empty histogram says nothing
}

TEST(ShapeModel, MeasuresTheDispersionAlongTheAlternatives) {
  bench::Random random(4);
  const ShapeModel calm = test_of(random, 500, {}, 400, false).reference();
  const ShapeModel wild = test_of(random, 500, {0, 1.0 / 300, 0}, 400, false).reference();
  EXPECT_LT(calm.dispersion.best, 1.0 / 1500);
  EXPECT_NEAR(wild.dispersion.best, 1.0 / 300, 1.0 / 900);
  EXPECT_GT(calm.entries, 5 * wild.entries / 3);
}

}  // namespace
}  // namespace trigloop
