// Steps of training against QKeras 0.9 on TensorFlow 2.15: fixtures/qkeras_steps.h5, made by
// test/peers/qkeras_train.py.
#include <gtest/gtest.h>

#include "io/numbers.hpp"
#include "test/support/support.hpp"
#include "train/arrays.hpp"
#include "train/engine/feed.hpp"
#include "train/engine/optimiser.hpp"
#include "train/engine/program.hpp"
#include "train/nodes/layers.hpp"
#include "train/nodes/losses.hpp"

namespace trigloop::train {
namespace {

const Quantiser kernel_bits = Quantiser::signed_bits(6, 2), bias_bits = Quantiser::signed_bits(10, 6),
                activation_bits = Quantiser::unsigned_relu(10, 6);

/// Gives rows as they are in the fixture: a view after the other.
class Rows final : public Node {
 public:
  Rows(std::string node, const std::vector<double>& values, std::size_t views, std::size_t width) {
    name = std::move(node);
    features = width;
    const std::size_t events = values.size() / views / width;
    for (std::size_t v = 0; v < views; ++v) {
      Table& table = views_.emplace_back(width, events);
      for (std::size_t k = 0; k < events * width; ++k)
        table.row(k / width)[k % width] = static_cast<float>(values[v * events * width + k]);
    }
  }
  void forward(const Work& work) override {
    const float* rows[block_events];
    for (std::size_t r = 0; r < work.rows; ++r) rows[r] = views_[work.view].row(work.event() + r);
    kernel::gather(rows, {features, work.rows}, work.value(output));
  }
  void backward(const Work&) override {}

 private:
  std::vector<Table> views_;
};

/// z = mean + exp(l / 2) noise with noise of the fixture: Sample with its random numbers replaced.
class Noisy final : public Node {
 public:
  explicit Noisy(std::size_t width) {
    name = "latent";
    in_features = features = width;
  }
  void forward(const Work& work) override {
    const float *m = work.value(inputs[0]), *l = work.value(inputs[1]), *noise = work.value(inputs[2]);
    for (std::size_t k = 0; k < features * feature_stride; ++k)
      work.value(output)[k] = m[k] + std::exp(l[k] / 2) * noise[k];
  }
  void backward(const Work& work) override {
    const float *l = work.value(inputs[1]), *noise = work.value(inputs[2]), *dz = work.gradient(output);
    for (std::size_t k = 0; k < features * feature_stride; ++k) {
      work.gradient(inputs[0])[k] += dz[k];  // the divergence has written before
      work.gradient(inputs[1])[k] += dz[k] * noise[k] * std::exp(l[k] / 2) / 2;
    }
  }
};

class QKeras : public ::testing::Test {
 protected:
  static constexpr std::size_t events = 96;

  std::vector<double> numbers(const std::string& path) const {
    const std::size_t slash = path.rfind('/');
    return io::read_numbers(*source_, path.substr(0, slash), path.substr(slash + 1));
  }
  TensorId dense(const std::string& name, TensorId in, std::size_t out, bool quantised, bool activated) {
    Dense::Options options{net_.features(in), out, {}, {}};
    if (quantised) options.kernel = kernel_bits, options.bias = bias_bits;
    const TensorId y = net_.add(std::make_unique<Dense>(name, options, net_.parameters), {in}).output;
    if (!activated) return y;
    return net_.add(std::make_unique<Activation>(name + "_activation", out, activation_bits), {y}).output;
  }
  TensorId rows(const std::string& group, const std::string& name, std::size_t views, std::size_t width) {
    return net_.add(std::make_unique<Rows>(name, numbers(group + "/" + name), views, width), {}).output;
  }

  /// The second stage of the fixture's package.
  void autoencoder(const std::string& group) {
    const TensorId x = rows(group, "x", 1, 10), noise = rows(group, "noise", 1, 4);
    TensorId h = dense("hidden_0", x, 9, true, true);
    h = dense("hidden_1", h, 6, true, true);
    const TensorId mean = dense("mean_0", h, 4, true, false), l = dense("log_variance_0", h, 4, true, false);
    TensorId z = net_.add(std::make_unique<Noisy>(4), {mean, l, noise}).output;
    z = dense("rebuilt_0", z, 6, true, true);
    z = dense("rebuilt_1", z, 9, true, true);
    z = dense("rebuilt_2", z, 10, true, false);
    net_.add(std::make_unique<Reconstruction>("reconstruction", Reconstruction::Kind::squared, 10, 0.47 * (1 - 0.85)),
             {z, x});
    net_.add(std::make_unique<Divergence>("divergence", 4, 0.85), {mean, l});
  }

  /// What only shifts the input of a batch norm, or that of VICReg: its gradient is 0 but for rounding, which Adam
  /// blows up.
  static bool has_no_gradient(const std::string& name) {
    return name == "embedding_1/bias" || name == "projection_2_norm/beta" ||
           (name.starts_with("projection") && name.ends_with("bias"));
  }

  /// Each parameter of `found` against the group, relative to the largest of its parameter.
  void compare(const std::string& group, const float* found, double tolerance) const {
    for (const Parameter& p : net_.parameters.list()) {
      if (has_no_gradient(p.name)) continue;
      const std::vector<double> expected = numbers(group + "/" + p.name);
      ASSERT_EQ(expected.size(), p.rows * p.columns) << p.name;
      double scale = 1e-3;
      for (const double v : expected) scale = std::max(scale, std::abs(v));
      for (std::size_t k = 0; k < expected.size(); ++k) {
        const float mine = found[p.offset + k / p.columns * p.stride() + k % p.columns];
        ASSERT_NEAR(mine, expected[k], tolerance * scale) << group << "/" << p.name << " " << k;
      }
    }
  }

  void run(const std::string& group, std::size_t views, const OptimiserOptions& options = OptimiserOptions::adam()) {
    for (std::size_t n = 0; n < net_.parameters.list().size(); ++n) {
      const Parameter& p = net_.parameters[n];
      const std::vector<double> start = numbers(group + "/start/" + p.name);
      for (std::size_t k = 0; k < start.size(); ++k)
        net_.parameters.data(n)[k / p.columns * p.stride() + k % p.columns] = static_cast<float>(start[k]);
    }
    Team team(1);
    Program program(net_, events, views, team);
    Optimiser optimiser(options, net_.parameters.size());
    for (std::uint64_t step = 1; step <= 10; ++step) {
      const double loss = program.step({step, 0, events, views, 0});
      optimiser.update(net_.parameters, program.gradients(), 0.01);
      if (step != 1 && step != 2 && step != 10) continue;
      const std::string at = group + "/step_" + std::to_string(step);
      // A number that is rounded the other way, near a tie, moves a gradient by a step of its quantiser: later steps
      // are compared more widely.
      const double tolerance = step < 10 ? 2e-4 : 5e-3;
      EXPECT_NEAR(loss, numbers(at + "/loss")[0], tolerance * std::abs(loss)) << at;
      compare(at + "/gradient", program.gradients(), tolerance);
      compare(at + "/weights", net_.parameters.data(), tolerance);
      compare(at + "/first", optimiser.first.data(), tolerance);
      if (optimiser.second.size() > 0) compare(at + "/second", optimiser.second.data(), tolerance);
    }
  }

  Network net_;
  std::unique_ptr<io::Source> source_ =
      io::hdf5::open(trigloop::test::project_root() / "test/train/fixtures/qkeras_steps.h5");
};

TEST_F(QKeras, TakesTheSameContrastiveSteps) {
  TensorId x = rows("contrastive", "x", 2, 12);
  x = dense("embedding_0", x, 8, true, true);
  x = dense("embedding_1", x, 5, true, false);
  for (int k = 0; k < 3; ++k) {
    const std::string name = "projection_" + std::to_string(k);
    x = dense(name, x, 9, false, false);
    x = net_.add(std::make_unique<BatchNorm>(name + "_norm", 9, k < 2, net_.parameters), {x}).output;
  }
  net_.add(std::make_unique<Vicreg>("vicreg", 9, Vicreg::Weights{50, 50, 1}), {x});
  run("contrastive", 2);
}

TEST_F(QKeras, TakesTheSameStepsOfAVariationalAutoencoder) {
  autoencoder("vae");
  run("vae", 1);
}

TEST_F(QKeras, TakesTheSameStepsWithLion) {
  autoencoder("vae_lion");
  OptimiserOptions options = OptimiserOptions::lion();
  options.weight_decay = 0.1;
  run("vae_lion", 1, options);
}

}  // namespace
}  // namespace trigloop::train
