// Schedules, optimisers, expressions, random numbers, augmentations, monitors.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "config/config.hpp"
#include "core/error.hpp"
#include "train/engine/augment.hpp"
#include "train/engine/feed.hpp"
#include "train/engine/optimiser.hpp"
#include "train/engine/schedule.hpp"
#include "train/formula/expression.hpp"
#include "train/monitor.hpp"
#include "train/recipe/recipe.hpp"

namespace trigloop::train {
namespace {

TEST(Schedule, WarmsUpThenFollowsHalfACosine) {
  const Schedule s{Schedule::Kind::cosine, 0.1, 50, 10};
  EXPECT_DOUBLE_EQ(s.rate(0), 1e-6);
  EXPECT_DOUBLE_EQ(s.rate(5), 0.05 + 1e-6);
  EXPECT_DOUBLE_EQ(s.rate(10), 0.1);
  EXPECT_NEAR(s.rate(30), 0.05, 1e-12);
  EXPECT_LT(s.rate(49), 0.001);
}

TEST(Schedule, RestartsInLongerAndLowerCycles) {
  const Schedule s{Schedule::Kind::restarts, 0.1, 0, 10, 32, 2, 0.5};
  EXPECT_DOUBLE_EQ(s.rate(10), 0.1);
  EXPECT_DOUBLE_EQ(s.rate(32), 1e-6);
  EXPECT_DOUBLE_EQ(s.rate(42), 0.05);
  EXPECT_DOUBLE_EQ(s.rate(32 + 64), 1e-6);
  EXPECT_DOUBLE_EQ(s.rate(32 + 64 + 10), 0.025);
}

TEST(Expression, CombinesNumbersListsAndKeys) {
  const config::Config config = config::Config::master();
  Scope scope(config.root());
  scope.define("nodes", {29, 10});
  EXPECT_EQ(scope.evaluate("4 * last(nodes) - 2 / 1"), Numbers{38});
  EXPECT_EQ(scope.evaluate("join(reverse(nodes), [1, -2.5e1])"), (Numbers{10, 29, 1, -25}));
  EXPECT_EQ(scope.evaluate("model.ap_fixed_kernel"), (Numbers{6, 2}));
  EXPECT_EQ(scope.evaluate("nodes * 2 + [1, 1]"), (Numbers{59, 21}));
  EXPECT_EQ(scope.evaluate("size(nodes)"), Numbers{2});
  for (const char* bad : {"", "4 *", "(1", "unknown", "f(1)", "[1,2] + [1,2,3]", "last([])", "1 2", "train_recipe"})
    EXPECT_THROW(scope.evaluate(bad), core::Error) << bad;
  EXPECT_THROW(scope.evaluate(std::string(500, '(')), core::Error);
}

TEST(Permutation, IsOneForAnySize) {
  for (const std::uint32_t n : {1u, 2u, 3u, 10u, 100u, 4097u, 20000u}) {
    const Permutation order(n, 5, 1), other(n, 5, 2);
    std::vector<char> seen(n, 0);
    std::size_t same = 0;
    for (std::uint32_t k = 0; k < n; ++k) {
      ASSERT_LT(order(k), n);
      ASSERT_EQ(seen[order(k)]++, 0) << n;
      same += order(k) == other(k);
    }
    EXPECT_LT(same, n > 50 ? 20u : n + 1);
  }
}

TEST(Permutation, LeavesNoTraceOfTheOrder) {
  constexpr std::uint32_t n = 50000;
  const Permutation order(n, 1, 0);
  double sum = 0;
  for (std::uint32_t k = 0; k + 1 < n; ++k)
    sum += (static_cast<double>(order(k)) / n - 0.5) * (static_cast<double>(order(k + 1)) / n - 0.5);
  EXPECT_LT(std::abs(sum / n * 12), 5 / std::sqrt(n));  // the correlation of neighbours
}

TEST(Optimiser, AdamAndLionTakeKerasSteps) {
  Parameters p;
  p.add({"a/kernel", 1, 3, 1.0f});
  const float start[3] = {0.5f, -0.2f, 0.999f}, gradient[16] = {0.1f, -3, -2};
  alignas(64) float g[16];
  std::copy(gradient, gradient + 16, g);
  std::copy(start, start + 3, p.data());
  Optimiser adam(OptimiserOptions::adam(), p.size());
  adam.update(p, g, 0.01);
  EXPECT_NEAR(p.data()[0], 0.5 - 0.01, 1e-6);
  EXPECT_NEAR(p.data()[1], -0.2 + 0.01, 1e-6);
  EXPECT_EQ(p.data()[2], 1.0f);  // clipped
  EXPECT_EQ(p.data()[3], 0.0f);  // padding
  EXPECT_NEAR(adam.first[1], -0.3, 1e-6);
  EXPECT_NEAR(adam.second[1], 0.009, 1e-6);
  std::copy(start, start + 3, p.data());
  Optimiser lion(OptimiserOptions::lion(), p.size());
  lion.update(p, g, 0.01);
  EXPECT_NEAR(p.data()[0], 0.49, 1e-6);
  EXPECT_NEAR(p.data()[1], -0.19, 1e-6);
  EXPECT_NEAR(lion.first[1], -0.03, 1e-6);
}

struct Augmented {
  Table in, out;
  Augmented(const AugmentOptions& options, std::size_t events) : in(57, events), out(57, events) {
    Geometry geometry{std::vector<double>(57, 8.0), std::vector<double>(57, 2.0), axol1tl_phi_bins(),
                      axol1tl_eta_units()};
    const Augmenter augmenter(options, geometry);
    for (std::size_t e = 0; e < events; ++e) {
      for (std::size_t k = 0; k < 57; ++k) in.row(e)[k] = 1.5f + 0.01f * static_cast<float>(k);
    }
    Floats block(57 * feature_stride);
    for (std::size_t e = 0; e < events; e += block_events) {
      const float* rows[block_events];
      const std::size_t count = std::min(block_events, events - e);
      for (std::size_t r = 0; r < count; ++r) rows[r] = in.row(e + r);
      kernel::gather(rows, {57, count}, block.data());
      augmenter.run({11, 12}, block.data(), static_cast<std::uint32_t>(e), count, block.data());
      kernel::scatter(block.data(), {57, count}, out.row(e));
    }
  }
  double changed(std::size_t e, std::size_t k) const { return out.row(e)[k] != in.row(e)[k]; }
};

TEST(Augment, BlursTheAskedShareOfEventsAndFeatures) {
  const Augmented a({0.8, 0.5, 0.25, 0, 0, false}, 4000);
  double events = 0, features = 0, sum = 0;
  for (std::size_t e = 0; e < 4000; ++e) {
    double of_event = 0;
    for (std::size_t k = 0; k < 57; ++k) {
      of_event += a.changed(e, k);
      if (a.changed(e, k)) sum += (a.out.row(e)[k] - 0.75 * a.in.row(e)[k]) / 0.25;  // the uniform number
    }
    events += of_event > 0;
    features += of_event;
  }
  EXPECT_NEAR(events / 4000, 0.8, 0.03);
  EXPECT_NEAR(features / events / 57, 0.5, 0.01);
  EXPECT_NEAR(sum / features, 0.5, 0.01);
}

TEST(Augment, MasksWholeObjects) {
  const Augmented a({0, 0, 0, 0.3, 0, false}, 2000);
  double masked = 0;
  for (std::size_t e = 0; e < 2000; ++e) {
    for (std::size_t object = 0; object < 19; ++object) {
      const float* row = a.out.row(e) + 3 * object;
      const bool zero = row[0] == 0;
      masked += zero;
      for (int k = 0; k < 3; ++k) ASSERT_EQ(row[k], zero ? 0.0f : a.in.row(e)[3 * object + k]);
    }
  }
  EXPECT_NEAR(masked / 2000 / 19, 0.3, 0.01);
}

TEST(Augment, TurnsAllObjectsOfAnEventByOneAngle) {
  const Augmented a({0, 0, 0, 0, 0.5, false}, 2000);
  double turned = 0;
  for (std::size_t e = 0; e < 2000; ++e) {
    const auto turn = [&](std::size_t object) {
      const std::size_t k = 3 * object + 2;
      const double turns = (a.out.row(e)[k] - a.in.row(e)[k]) * 8.0 / axol1tl_phi_bins()[object];
      return turns - std::floor(turns);
    };
    turned += turn(0) > 1e-4 && turn(0) < 1 - 1e-4;
    for (std::size_t object = 1; object < 19; ++object) {
      const double apart = std::abs(turn(object) - turn(0));
      ASSERT_LT(std::min(apart, 1 - apart), 1e-3);
    }
    for (std::size_t object = 0; object < 19; ++object) {
      const double phi = a.out.row(e)[3 * object + 2] * 8.0 + 2.0;
      ASSERT_TRUE(phi >= -1e-3 && phi <= axol1tl_phi_bins()[object] + 1e-3);
      ASSERT_EQ(a.changed(e, 3 * object), 0);
      ASSERT_EQ(a.changed(e, 3 * object + 1), 0);
    }
  }
  EXPECT_NEAR(turned / 2000, 0.5, 0.04);
}

TEST(Augment, GivesOfCodesWhatItGivesOfTheirValues) {
  constexpr float step = 0.25f;
  constexpr std::size_t count = 100;
  const Geometry geometry{std::vector<double>(57, 8.0), std::vector<double>(57, 2.0), axol1tl_phi_bins(),
                          axol1tl_eta_units()};
  const Augmenter augmenter({0.9, 0.75, 0.9, 0.5, 0.5, false}, geometry);
  core::AlignedBuffer<std::int8_t> rows(block_events * 64), turned(57 * feature_stride);
  core::Philox random(3, 3);
  for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = static_cast<std::int8_t>(random());
  const std::int8_t* events[block_events];
  for (std::size_t r = 0; r < count; ++r) events[r] = rows.data() + 64 * ((7 * r) % count);
  Floats values(57 * feature_stride), of_codes(57 * feature_stride);
  kernel::gather(events, step, {57, count}, values.data());
  kernel::gather(events, {57, count}, turned.data());
  augmenter.run({11, 12}, values.data(), 1000, count, values.data());
  augmenter.run({11, 12}, turned.data(), step, 1000, count, of_codes.data());
  for (std::size_t k = 0; k < 57; ++k)
    for (std::size_t e = 0; e < count; ++e)
      ASSERT_EQ(values[k * feature_stride + e], of_codes[k * feature_stride + e]) << k << ' ' << e;
}

TEST(Augment, KeepsThePackagesFaultIfAsked) {
  const Augmented a({0, 0, 0, 0, 1, true}, 50);
  for (std::size_t e = 0; e < 50; ++e)
    for (std::size_t k = 0; k < 57; ++k) ASSERT_TRUE((k >= 2 && k <= 20) || a.changed(e, k) == 0) << k;
}

TEST(Augment, RefusesWhatIsNoProbability) {
  const Geometry geometry{std::vector<double>(57, 1.0), std::vector<double>(57, 0.0), axol1tl_phi_bins(),
                          axol1tl_eta_units()};
  EXPECT_THROW(Augmenter({1.5, 0, 0, 0, 0, false}, geometry), core::Error);
  EXPECT_THROW(Augmenter({0, 0, 0, -0.1, 0, false}, geometry), core::Error);
}

TEST(Normal, NoiseHasTheMomentsOfANormalDistribution) {
  constexpr std::size_t rows = 20000;
  Table z(16, rows);
  Floats zeros, slope(16 * feature_stride), made(16 * feature_stride);
  make_zeros(zeros, 16 * feature_stride);
  for (std::size_t e = 0; e < rows; e += block_events) {
    const std::size_t count = std::min(block_events, rows - e);
    kernel::sample(zeros.data(), zeros.data(), {3, 4}, static_cast<std::uint32_t>(e), {16, count}, slope.data(),
                   made.data());
    kernel::scatter(made.data(), {16, count}, z.row(e));
  }
  double m1 = 0, m2 = 0, m4 = 0, product = 0;
  for (std::size_t e = 0; e < rows; ++e) {
    for (std::size_t k = 0; k < 16; ++k) {
      const double x = z.row(e)[k];
      m1 += x, m2 += x * x, m4 += x * x * x * x;
      if (k > 0) product += x * static_cast<double>(z.row(e)[k - 1]);
    }
  }
  const double n = rows * 16;
  EXPECT_NEAR(m1 / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(m2 / n, 1, 8 / std::sqrt(n));
  EXPECT_NEAR(m4 / n, 3, 50 / std::sqrt(n));
  EXPECT_NEAR(product / n, 0, 5 / std::sqrt(n));
}

TEST(VectorMath, ExponentialIsRightToTwoUlp) {
  constexpr std::size_t features = 500;
  Floats x(features * feature_stride), y(features * feature_stride);
  const auto count = static_cast<float>(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = -80 + 160 * static_cast<float>(k) / count;
  kernel::exponential(x.data(), y.data(), {features, block_events});
  for (std::size_t f = 0; f < features; ++f)
    for (std::size_t k = f * feature_stride; k < f * feature_stride + block_events; ++k)
      ASSERT_NEAR(y[k] / std::exp(double{x[k]}), 1, 2.5e-7) << x[k];
}

TEST(Monitor, FindsThresholdsAsThePackageDoes) {
  Scored background;
  for (std::int64_t k = 0; k < 400000; ++k) background.scores.push_back(static_cast<double>(k * 7919 % 400000) / 64);
  // No L1 bits: pure equals raw, and 1 kHz of 28,609 kHz is the percentile 99.9965.
  const evaluate::Crossings crossings = evaluate::Crossings::of_bunches(2544);
  const double place = 399999.0 / 64 * (1 - 1 / crossings.khz());
  EXPECT_NEAR(pure_threshold(background, 1, crossings), place, 0.1);
  background.fired.assign(400000, 1);
  background.fired[0] = 0;
  EXPECT_LE(pure_threshold(background, 1, crossings), place);
  EXPECT_LE(threshold(background, evaluate::Kind::raw, 2, crossings),
            threshold(background, evaluate::Kind::raw, 1, crossings));
  const Efficiency e = efficiency({"", {1, 2.03, 3, 9000}, {0, 0, 0, 1}}, 2);  // 2.03 rounds to 2, 9000 saturates
  EXPECT_DOUBLE_EQ(e.raw, 50);
  EXPECT_DOUBLE_EQ(e.pure, 25);
}

TEST(Recipe, SuggestsTheNearestName) {
  try {
    recipe_text("Contrastive_VEA");
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_NE(std::string(e.what()).find("Contrastive_VAE"), std::string::npos);
  }
}

}  // namespace
}  // namespace trigloop::train
