// Mixtures of Gaussians: the fit against scikit-learn, and the score in integers against the one in real numbers.
#include "train/mixture/mixture.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "core/isa.hpp"
#include "core/random.hpp"
#include "model/load.hpp"
#include "score/engine.hpp"
#include "score/mixture.hpp"
#include "test/support/support.hpp"
#include "test/train/packed.hpp"
#include "train/bundle.hpp"
#include "train/mixture/mixture_score.hpp"
#include "train/trainer.hpp"

namespace trigloop::train {
namespace {

float normal(core::Philox& random) {
  return std::sqrt(-2 * std::log(random.positive_uniform())) * std::cos(6.2831853f * random.uniform());
}

/// Three clouds, one of them long and slanted.
Table clouds(std::size_t events) {
  core::Philox random(11, 1);
  Table table(4, events);
  for (std::size_t e = 0; e < events; ++e) {
    float* x = table.row(e);
    for (std::size_t k = 0; k < 4; ++k) x[k] = normal(random);
    const std::size_t cloud = e % 10 < 5 ? 0 : e % 10 < 8 ? 1 : 2;
    if (cloud == 1) x[0] = 6 + 2 * x[0], x[1] = x[1] + x[0];
    if (cloud == 2) x[2] = 0.5f * x[2] - 5, x[3] += 4;
  }
  return table;
}

MixtureOptions tight(std::size_t components) {
  MixtureOptions options{components, 3, 500, 1e-9, 1e-6};
  return options;
}

TEST(Mixture, FindsTheCloudsThatItWasDrawnFrom) {
  Team team(2);
  const Table rows = clouds(5000);
  const Mixture found = fit_mixture(rows, tight(3), team);
  for (const auto& [weight, mean] : {std::pair{0.5, 0.0}, {0.3, 6.0}, {0.2, -5.0}}) {
    bool is_there = false;
    for (std::size_t c = 0; c < 3; ++c)
      is_there |= std::abs(found.weights[c] - weight) < 0.02 &&
                  (std::abs(found.means[c * 4] - mean) < 0.2 || std::abs(found.means[c * 4 + 2] - mean) < 0.2);
    EXPECT_TRUE(is_there) << weight;
  }
}

TEST(Mixture, IsTheSameForAnyNumberOfThreads) {
  const Table rows = clouds(5003);
  Team one(1), three(3);
  MixtureOptions options = tight(4);
  options.iterations = 20;
  const Mixture a = fit_mixture(rows, options, one), b = fit_mixture(rows, options, three);
  EXPECT_EQ(a.weights, b.weights);
  EXPECT_EQ(a.means, b.means);
  EXPECT_EQ(a.covariances, b.covariances);
}

TEST(Mixture, GrowsLikelierStepByStep) {
  Team team(2);
  const Table rows = clouds(2000);
  MixtureOptions options = tight(3);
  options.iterations = 1;
  Mixture mixture{3, 4, {0.4, 0.3, 0.3}, {0, 0, 0, 0, 1, 1, 1, 1, -1, 0, 0, 1}, {}};
  for (int c = 0; c < 3; ++c)
    for (int i = 0; i < 16; ++i) mixture.covariances.push_back(i % 5 == 0 ? 4 : 0);
  double before = mean_log_likelihood(mixture, rows, team);
  for (int step = 0; step < 20; ++step) {
    mixture = improve_mixture(mixture, rows, options, team);
    const double now = mean_log_likelihood(mixture, rows, team);
    EXPECT_GT(now, before - 1e-9) << step;
    before = now;
  }
}

TEST(Mixture, RefusesWhatHasNoAnswer) {
  Team team(1);
  EXPECT_THROW((void)fit_mixture(clouds(3), tight(4), team), core::Error);
  EXPECT_THROW((void)(Mixture{1, 2, {1}, {0, 0}, {1, 2, 2, 1}}.whitening()), core::Error);
}

void write_rows(const std::filesystem::path& path, const std::vector<double>& values, std::size_t columns) {
  std::ofstream out(path);
  out.precision(17);
  for (std::size_t k = 0; k < values.size(); ++k) out << values[k] << (k % columns + 1 == columns ? '\n' : ' ');
}

std::vector<double> read_rows(const std::filesystem::path& path) {
  std::istringstream in(trigloop::test::read_file(path));
  std::vector<double> out;
  for (double v = 0; in >> v;) out.push_back(v);
  return out;
}

TEST(Mixture, AgreesWithScikitLearn) {
  TRIGLOOP_NEEDS_PEERS();
  if (trigloop::test::run_command({trigloop::test::peer_python(), "-c", "import sklearn"}).status != 0)
    GTEST_SKIP() << "scikit-learn is not among the peers here";
  const trigloop::test::TempDir folder;
  Team team(2);
  const Table rows = clouds(3000);
  std::vector<double> values;
  for (std::size_t e = 0; e < rows.events; ++e) values.insert(values.end(), rows.row(e), rows.row(e) + 4);
  Mixture start{3, 4, {0.4, 0.3, 0.3}, {0, 0, 0, 0, 5, 4, 0, 0, 0, 0, -4, 3}, {}};
  for (int c = 0; c < 3; ++c)
    for (int i = 0; i < 16; ++i) start.covariances.push_back(i % 5 == 0 ? 2 : 0.1);
  write_rows(folder / "rows.txt", values, 4);
  write_rows(folder / "weights.txt", start.weights, 1);
  write_rows(folder / "means.txt", start.means, 4);
  write_rows(folder / "covariances.txt", start.covariances, 16);
  const auto peer = trigloop::test::run_command(
      {trigloop::test::peer_python(), trigloop::test::project_root() / "test/peers/mixture_sklearn.py", folder.path()});
  ASSERT_EQ(peer.status, 0) << peer.err;
  const Mixture found = improve_mixture(start, rows, tight(3), team);
  const auto expect_alike = [&](const char* name, const std::vector<double>& mine) {
    const std::vector<double> expected = read_rows(folder / name);
    ASSERT_EQ(mine.size(), expected.size()) << name;
    for (std::size_t k = 0; k < mine.size(); ++k) EXPECT_NEAR(mine[k], expected[k], 1e-5) << name << " " << k;
  };
  expect_alike("sklearn_weights.txt", found.weights);
  expect_alike("sklearn_means.txt", found.means);
  expect_alike("sklearn_covariances.txt", found.covariances);
  // And from a start of its own each: as likely.
  EXPECT_NEAR(mean_log_likelihood(fit_mixture(rows, tight(3), team), rows, team),
              read_rows(folder / "sklearn_likelihood.txt")[0], 1e-4);
}

TEST(MixtureScore, IsTheLogarithmOfThePipelinesScore) {
  Team team(2);
  const Table rows = clouds(3000);
  const Mixture mixture = fit_mixture(rows, tight(3), team);
  const MixtureScore exact(mixture);
  const std::vector<double> a = mixture.whitening();
  model::MixtureDistance pipeline{3, 4, mixture.means, std::vector<double>(48, 0.0), mixture.weights};
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t k = 0; k < 4; ++k)
        pipeline.precisions[c * 16 + i] += a[c * 16 + k * 4 + i / 4] * a[c * 16 + k * 4 + i % 4];
  std::size_t compared = 0;
  for (std::size_t e = 0; e < rows.events; ++e) {
    bool is_near = false;  // below a distance of 1 the logarithm is taken to be 0
    double x[4];
    for (std::size_t k = 0; k < 4; ++k) x[k] = static_cast<double>(rows.row(e)[k]);
    for (std::size_t c = 0; c < 3; ++c) {
      model::MixtureDistance one = pipeline;
      one.components = 1;
      one.means.assign(mixture.means.begin() + static_cast<long>(4 * c),
                       mixture.means.begin() + static_cast<long>(4 * c + 4));
      one.precisions.assign(pipeline.precisions.begin() + static_cast<long>(16 * c),
                            pipeline.precisions.begin() + static_cast<long>(16 * c + 16));
      one.weights = {1};
      is_near |= score::mixture_distance(one, x) < 1.1;
    }
    if (is_near) continue;
    ++compared;
    EXPECT_NEAR(exact(rows.row(e)) / 256, std::log2(score::mixture_distance(pipeline, x)), 0.01) << e;
  }
  EXPECT_GT(compared, 2000u);
}

TEST(MixtureScore, IsTheSameIntegerInTrainingAndInEveryEngine) {
  const trigloop::test::TempDir folder;
  test::write_packed(folder / "Data.h5", 1000);
  const PackedFile file(folder / "Data.h5");
  Recipe recipe = build_recipe(recipe_text("VICReg+GMM"), "VICReg+GMM", test::small_config().root(), file.shape());
  TrainOptions options;
  options.threads = 2;
  Trainer trainer(recipe, file, options);
  trainer.run();
  EXPECT_EQ(trainer.history().find("raw-pure/SIGNAL")->size(), 1u);
  write_bundle(folder / "bundle", recipe, file, "", trainer.history());
  const model::Graph graph = model::load((folder / "bundle") / "model.onnx", {});
  constexpr std::size_t events = 500;
  core::Philox random(8, 8);
  std::vector<std::int16_t> hardware(57 * events);
  Table normalised(57, events);
  for (std::size_t e = 0; e < events; ++e) {
    for (std::size_t k = 0; k < 57; ++k) {
      const int x = static_cast<int>(random() % 161) - 75;
      hardware[k * events + e] = static_cast<std::int16_t>(x);
      normalised.row(e)[k] = static_cast<float>(x - 5) / 16;
    }
  }
  const std::vector<double> expected = trainer.scores(normalised);
  for (const std::string& name : score::engine_names()) {
    const auto engine = score::make_engine(graph, name);
    std::vector<std::int32_t> codes(events);
    engine->stream()->run({hardware.data(), events, events, nullptr}, codes.data());
    for (std::size_t e = 0; e < events; ++e)
      ASSERT_EQ(codes[e], std::min(std::nearbyint(std::ldexp(expected[e], 4)), 131071.0)) << name << ", event " << e;
  }
}

TEST(MixtureScore, CompatFitsToOnePercentOfTheTestEvents) {
  const trigloop::test::TempDir folder;
  test::write_packed(folder / "Data.h5", 3000);
  const PackedFile file(folder / "Data.h5");
  std::vector<std::vector<double>> weights;
  for (const char* compat : {"false", "true"}) {
    config::Config config = test::small_config();
    config.set("compat", compat);
    config.set("train.Contrastive_VAE.epochs_contrastive", "0");
    Recipe recipe = build_recipe(recipe_text("VICReg+GMM"), "VICReg+GMM", config.root(), file.shape());
    Trainer trainer(recipe, file, {});
    trainer.run();
    weights.push_back(recipe.mixture->weights);
    if (!recipe.mixture_fit.compat) continue;
    for (const double w : recipe.mixture->weights) EXPECT_GT(w, 1.0 / 31);  // of 30 events
  }
  EXPECT_NE(weights[0], weights[1]);
}

}  // namespace
}  // namespace trigloop::train
