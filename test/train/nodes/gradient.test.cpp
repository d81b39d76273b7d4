// Gradients against central differences in double precision, for every layer and loss.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.hpp"
#include "test/train/nodes/double_net.hpp"
#include "train/engine/feed.hpp"
#include "train/engine/initialise.hpp"

namespace trigloop::train {
namespace {

using test::DoubleNet;
using test::Row;
using test::Rows;
using test::Views;

Table random_table(std::size_t features, std::size_t events, std::uint64_t seed) {
  core::Philox random(seed, 1);
  Table table(features, events);
  for (std::size_t e = 0; e < events; ++e)
    for (std::size_t k = 0; k < features; ++k) table.row(e)[k] = 4 * random.uniform() - 2;
  return table;
}

/// A network under test with all that a step needs.
struct Fixture {
  Network net;
  Table table;
  Feed* feed = nullptr;
  std::size_t events, views;
  Team team{2};

  std::optional<Augmenter> augmenter;
  test::Given given;  ///< other tensors that nothing computes

  Fixture(std::size_t features, std::size_t n_events, std::size_t n_views)
      : table(random_table(features, n_events, 5)), events(n_events), views(n_views) {
    if (views == 2) augmenter = make_augmenter(features);
    feed = &net.add(std::make_unique<Feed>("input", table, views == 2 ? make_augmenter(features) : std::nullopt), {});
  }
  /// Views differ by augmentation.
  static std::optional<Augmenter> make_augmenter(std::size_t features) {
    return Augmenter({0.9, 0.5, 0.8, 0.2, 0.5, false},
                     {Row(features, 16.0), Row(features, 3.0), Row(features / 3, 144.0), {}});
  }
  TensorId dense(const std::string& name, TensorId in, std::size_t out) {
    return net.add(std::make_unique<Dense>(name, Dense::Options{net.features(in), out, {}, {}}, net.parameters), {in})
        .output;
  }
  TensorId relu(const std::string& name, TensorId in) {
    return net.add(std::make_unique<Activation>(name, net.features(in), Quantiser{Quantiser::Kind::relu}), {in}).output;
  }
  TensorId norm(const std::string& name, TensorId in, bool relu) {
    return net.add(std::make_unique<BatchNorm>(name, net.features(in), relu, net.parameters), {in}).output;
  }

  /// The batch as the feed gives it.
  Views data() const {
    const Permutation order(table.events, 0, 0);
    Views out(views);
    Floats one(table.features * feature_stride);
    for (std::uint32_t v = 0; v < views; ++v) {
      for (std::uint32_t e = 0; e < events; ++e) {
        const float* row = table.row(order(e));
        kernel::gather(&row, {table.features, 1}, one.data());
        if (augmenter) augmenter->run(keys_of(1, 0, 0x100 + v), one.data(), e, 1, one.data());
        Row& event = out[v].emplace_back();
        for (std::size_t k = 0; k < table.features; ++k) event.push_back(one[k * feature_stride]);
      }
    }
    return out;
  }

  /// Compares the engine's gradients with differences of `loss(tensors)`, for parameters here and there.
  template <class F>
  void check(const F& loss, const Rows& noise = {}, double tolerance = 2e-4) {
    initialise(net, 3);
    core::Philox random(9, 9);
    std::vector<double> parameters(net.parameters.size(), 0.0);
    for (const Parameter& p : net.parameters.list()) {
      for (std::size_t i = 0; i < p.rows; ++i) {
        for (std::size_t j = 0; j < p.columns; ++j) {
          float& w = net.parameters.data()[p.offset + i * p.stride() + j];
          if (!p.name.ends_with("kernel")) w += 0.4f * random.uniform() - 0.2f;
          parameters[p.offset + i * p.stride() + j] = w;
        }
      }
    }
    const Permutation order(table.events, 0, 0);
    feed->set_order(&order);
    Program program(net, events, views, team);
    const double found = program.step({.number = 0, .seed = 1, .events = events, .views = views, .first = 0});
    const DoubleNet reference(net);
    const auto at = [&](const std::vector<double>& p) {
      test::Given tensors = given;
      tensors[feed->output] = data();
      return loss(reference.forward(p, tensors, noise));
    };
    EXPECT_NEAR(found, at(parameters), 1e-5 * std::abs(found));
    double scale = 0;
    for (std::size_t k = 0; k < net.parameters.size(); ++k)
      scale = std::max(scale, std::abs(double{program.gradients()[k]}));
    for (const Parameter& p : net.parameters.list()) {
      for (std::size_t k = 0; k < p.rows * p.columns; k += 1 + p.rows * p.columns / 7) {
        const std::size_t where = p.offset + k / p.columns * p.stride() + k % p.columns;
        const auto difference = [&](double h) {
          std::vector<double> up = parameters, down = parameters;
          up[where] += h;
          down[where] -= h;
          return (at(up) - at(down)) / (2 * h);
        };
        // Two steps: a kink of a ReLU between them shows.
        const double fine = difference(1e-6), coarse = difference(1e-5);
        if (std::abs(fine - coarse) > 1e-5 * scale) continue;
        EXPECT_NEAR(program.gradients()[where], fine, tolerance * scale) << p.name << " " << k;
      }
    }
  }
};

double mean_square(const Views& x, const Views& y) {
  double sum = 0, count = 0;
  for (std::size_t v = 0; v < x.size(); ++v)
    for (std::size_t e = 0; e < x[v].size(); ++e)
      for (std::size_t j = 0; j < x[v][e].size(); ++j, ++count) sum += std::pow(x[v][e][j] - y[v][e][j], 2);
  return sum / count;
}

TEST(Gradient, OfDenseLayersAndReconstructionIsExact) {
  Fixture f(11, 300, 1);
  const TensorId y = f.dense("b", f.relu("r", f.dense("a", 0, 19)), 11);
  f.net.add(std::make_unique<Reconstruction>("loss", Reconstruction::Kind::squared, 11, 3.0), {y, f.feed->output});
  f.check([&](auto t) { return 3.0 * mean_square(t[y], t[f.feed->output]); });
}

TEST(Gradient, OfTheAbsoluteDifferenceIsExact) {
  Fixture f(7, 200, 1);
  const TensorId y = f.dense("a", 0, 7);
  f.net.add(std::make_unique<Reconstruction>("loss", Reconstruction::Kind::absolute, 7, 1.0), {y, f.feed->output});
  f.check([&](auto t) {
    double sum = 0;
    for (std::size_t e = 0; e < 200; ++e)
      for (std::size_t j = 0; j < 7; ++j) sum += std::abs(t[y][0][e][j] - t[f.feed->output][0][e][j]);
    return sum / (200 * 7);
  });
}

TEST(Gradient, OfBatchNormAndVicregIsExact) {
  Fixture f(12, 270, 2);
  const TensorId h = f.norm("n", f.dense("a", 0, 20), true);
  const TensorId z = f.dense("b", h, 18);
  const TensorId out = f.norm("m", z, false);
  f.net.add(std::make_unique<Vicreg>("loss", 18, Vicreg::Weights{50, 50, 1}), {out});
  f.check([&](auto t) { return test::vicreg(t[out], 50, 50, 1); });
}

TEST(Gradient, OfLayersWhoseNormComesOfTheMomentsOfTheirInputIsExact) {
  Fixture f(6, 270, 2);
  const TensorId h = f.norm("n", f.dense("a", 0, 21), true);
  const TensorId i = f.dense("b", h, 5);
  const TensorId z = f.dense("c", f.norm("m", f.dense("d", i, 10), false), 7);
  f.net.add(std::make_unique<Vicreg>("loss", 7, Vicreg::Weights{30, 40, 3}), {z});
  f.check([&](auto t) { return test::vicreg(t[z], 30, 40, 3); });
}

TEST(Gradient, OfANormThatTwoLossesReadIsExact) {  // so nothing is fused
  Fixture f(12, 270, 2);
  const TensorId z = f.norm("n", f.dense("a", 0, 9), false);
  f.net.add(std::make_unique<Vicreg>("loss", 9, Vicreg::Weights{50, 50, 1}), {z});
  f.net.add(std::make_unique<Vicreg>("other", 9, Vicreg::Weights{1, 20, 30}), {z});
  f.check([&](auto t) { return test::vicreg(t[z], 50, 50, 1) + test::vicreg(t[z], 1, 20, 30); });
}

/// Moving moments of the norm in a layer, norm, VICReg (or another layer) after a step.
std::vector<float> moving_moments(std::size_t width, bool ends, bool fuses) {
  Fixture f(6, 270, 2);
  BatchNorm& norm = f.net.add(std::make_unique<BatchNorm>("n", width, false, f.net.parameters),
                              {f.dense("a", f.feed->output, width)});
  const TensorId z = ends ? norm.output : f.dense("b", norm.output, 4);
  f.net.add(std::make_unique<Vicreg>("loss", f.net.features(z), Vicreg::Weights{}), {z});
  if (!fuses) f.net.add(std::make_unique<Vicreg>("other", width, Vicreg::Weights{0, 0, 0}), {norm.output});
  initialise(f.net, 3);
  const Permutation order(f.table.events, 0, 0);
  f.feed->set_order(&order);
  Program(f.net, f.events, 2, f.team).step({.number = 0, .seed = 1, .events = f.events, .views = 2, .first = 0});
  std::vector<float> all;
  for (const std::vector<float>* each : norm.state()) all.insert(all.end(), each->begin(), each->end());
  return all;
}

TEST(Fusion, LeavesTheMovingMomentsOfNormsWhatTheyWere) {
  for (const bool ends : {false, true}) {
    const std::vector<float> plain = moving_moments(18, ends, false), fused = moving_moments(18, ends, true);
    ASSERT_EQ(plain.size(), fused.size());
    for (std::size_t k = 0; k < plain.size(); ++k) EXPECT_NEAR(plain[k], fused[k], 1e-6) << ends << " " << k;
  }
}

TEST(Gradient, OfVicregWithoutNormIsExact) {
  Fixture f(12, 140, 2);
  const TensorId z = f.dense("a", 0, 5);
  f.net.add(std::make_unique<Vicreg>("loss", 5, Vicreg::Weights{1, 20, 5}), {z});
  f.check([&](auto t) { return test::vicreg(t[z], 1, 20, 5); });
}

TEST(Gradient, OfSamplingAndDivergenceIsExact) {
  Fixture f(10, 200, 1);
  const TensorId h = f.relu("r", f.dense("a", 0, 9));
  const TensorId mean = f.dense("mean", h, 4), l = f.dense("log_variance", h, 4);
  const TensorId z = f.net.add(std::make_unique<Sample>("z", 4, 77), {mean, l}).output;
  const TensorId y = f.dense("b", z, 10);
  f.net.add(std::make_unique<Reconstruction>("loss", Reconstruction::Kind::squared, 10, 0.7), {y, f.feed->output});
  f.net.add(std::make_unique<Divergence>("divergence", 4, 0.3), {mean, l});
  // The noise is what sampling gives of means 0 and variances 1.
  Floats zeros, slope(4 * feature_stride), made(4 * feature_stride);
  make_zeros(zeros, 4 * feature_stride);
  Rows given;
  for (std::uint32_t e = 0; e < 200; ++e) {
    kernel::sample(zeros.data(), zeros.data(), keys_of(1, 0, 77), e, {4, 1}, slope.data(), made.data());
    given.push_back({made[0], made[feature_stride], made[2 * feature_stride], made[3 * feature_stride]});
  }
  f.check(
      [&](auto t) {
        double sum = 0;
        for (std::size_t e = 0; e < 200; ++e) {
          for (std::size_t j = 0; j < 4; ++j) {
            const double m = t[mean][0][e][j], v = t[l][0][e][j];
            sum += 1 + v - m * m - std::exp(v);
          }
        }
        return 0.7 * mean_square(t[y], t[f.feed->output]) - 0.3 * 0.5 * sum / (200 * 4);
      },
      given);
}

TEST(Gradient, OfMomentaIsExact) {
  Fixture f(12, 150, 1);
  const std::vector<MomentumReconstruction::Object> objects(4, {2.0f, 3.0f, 0.25f, 0.1f});
  const TensorId y = f.dense("a", 0, 12);
  f.net.add(std::make_unique<MomentumReconstruction>("loss", objects, 2.0), {y, f.feed->output});
  f.check([&](auto t) {
    double sum = 0;
    for (std::size_t e = 0; e < 150; ++e) {
      for (std::size_t j = 0; j < 4; ++j) {
        const auto pt = [&](TensorId x) { return 2 * t[x][0][e][3 * j] + 3; };
        const auto pz = [&](TensorId x) { return pt(x) * std::sinh(0.25 * t[x][0][e][3 * j + 1] + double{0.1f}); };
        sum += std::abs(pt(y) - pt(f.feed->output)) + std::abs(pz(y) - pz(f.feed->output));
      }
    }
    return 2 * sum / (150 * 4);
  });
}

TEST(Gradient, OfCrossEntropyIsExact) {
  Fixture f(8, 150, 1);
  Table classes(5, f.table.events);
  for (std::size_t e = 0; e < classes.events; ++e) classes.row(e)[e % 5] = 1;
  Feed& target = f.net.add(std::make_unique<Feed>("classes", classes), {});
  const Permutation order(f.table.events, 0, 0);
  target.set_order(&order);
  const TensorId y = f.dense("a", f.feed->output, 5);
  f.net.add(std::make_unique<CrossEntropy>("loss", 5, 1.5), {y, target.output});
  f.given[target.output] = Views(1);
  for (std::uint32_t e = 0; e < 150; ++e) {
    const float* row = classes.row(order(e));
    f.given[target.output][0].emplace_back(row, row + 5);
  }
  f.check([&](auto t) {
    double sum = 0;
    for (std::size_t e = 0; e < 150; ++e) {
      double all = 0, own = 0;
      for (std::size_t j = 0; j < 5; ++j) {
        all += std::exp(t[y][0][e][j]);
        own += t[target.output][0][e][j] * t[y][0][e][j];
      }
      sum += std::log(all) - own;
    }
    return 1.5 * sum / 150;
  });
}

TEST(Gradient, OfBatchNormBeforeAnExpressionIsExact) {
  Fixture f(12, 170, 1);
  const TensorId y = f.norm("n", f.dense("a", 0, 6), false);
  const Formula formula(
      "huber(y, 1)", [](const std::string& name) { return name == "y" ? std::optional<std::size_t>(6) : std::nullopt; },
      Scope(config::Value{}));
  f.net.add(std::make_unique<FormulaLoss>("loss", formula, 1.0), {y});
  f.check([&](auto t) {
    double sum = 0;
    for (const Row& row : t[y][0])
      for (const double v : row) sum += std::abs(v) < 1 ? v * v / 2 : std::abs(v) - 0.5;
    return sum / (170 * 6);
  });
}

}  // namespace
}  // namespace trigloop::train
