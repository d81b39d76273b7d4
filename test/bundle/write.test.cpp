// What is written comes back; and h5py sees the package's layout (test/app/train/train.test.cpp does so with a real
// training).
#include "bundle/write.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "model/builder.hpp"
#include "model/load.hpp"
#include "model/qkeras_import.hpp"
#include "test/support/support.hpp"

namespace trigloop::bundle {
namespace {

using Strings = std::vector<std::string>;
using Numbers = std::vector<double>;

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
bool same(const Measured& a, const Measured& b) {
  return same(a.value, b.value) && same(a.low, b.low) && same(a.high, b.high);
}

EfficiencyTable make_table(double rate) {
  EfficiencyTable table;
  table.rate_khz = rate;
  table.signals = {"A-1", "B b"};
  for (std::size_t c = 0; c < columns; ++c) {
    const auto x = static_cast<double>(c);
    table.values[c] = {{x + 1, x + 0.5, x + 1.5}, {x + 10 * rate, unknown, unknown}};
  }
  return table;
}

KerasModel make_keras() {
  KerasModel model;
  KerasLayer first;
  first.name = "q_dense";
  first.inputs = 3;
  first.outputs = 2;
  first.kernel = {0.5f, 1, -1, 0.25f, 2, 3};
  first.bias = {0.125f, -4};
  first.kernel_type = {6, 2};
  first.bias_type = first.activation_type = {10, 6};
  first.activation = KerasLayer::Activation::quantised_relu;
  KerasLayer second = first;
  second.name = "q_dense_1";
  second.weights_below = "inner/";
  second.inputs = 2;
  second.kernel = {1, 0.75f, -0.5f, 2};
  second.activation = KerasLayer::Activation::linear;
  model.layers = {first, second};
  model.score = KerasModel::Score::squared_distance;
  return model;
}

Bundle make_bundle() {
  Bundle b;
  b.name = "Test";
  b.config = "compat: false\n";
  b.lineage = {{"data", "0123"}, {"code", "4567"}};
  b.warnings = {"beware"};
  b.crossings_khz = 28608.8064;
  b.background_events = 1000;
  b.background_pure = 990;
  b.fraction = 4;
  b.normalisation = model::Normalisation{{1, 2, 3}, {4, 2, 1}};
  b.thresholds = {{0.5, 100.25, 90.5, FirmwareThreshold{1604, 2.5, 9, true, {1700, 1600, 1800}},
                   FirmwareThreshold{1448, unknown, 12, false, {}}},
                  {10, 20, 19, FirmwareThreshold{320, 1, 40, false, {}}, FirmwareThreshold{304, 1, 50, false, {}}}};
  b.raw_of_pure = {{0.5, 0.625}, {10, 12}};
  b.efficiencies = {make_table(0.5), make_table(10)};
  b.drift = "jets 3 % up";
  b.drifted = {make_table(0.5), make_table(10)};
  b.background = Histogram{"background", {0, 1, 2}, {5, 7}};
  b.signals = {{"A-1", {0, 2}, {3}}, {"B b", {1, 4}, {6}}};
  b.spectra = {{"background", {0, 1, 4}, {10, 2}}, {"A-1", {0, 1, 4}, {1, 9}}};
  b.history = {{"epoch_vae", {0, 1}}, {"total_vae_loss", {0.5, 0.25}}, {"raw-pure/A-1", {1.5, 2.5}}};
  b.plots.planes = {{"background", "HT", "GeV", {0, 1, 2}, {0, 4}, {3, 4}}};
  b.plots.pileup = {{"background", {{0, 5, 100, {{1, 0.5, 2}, {3, 2, 4}}}, {5, 10, 7, {{0, 0, 1}, {5, 4, 6}}}}}};
  b.plots.embedding = Embedding{"z", {0.75, 0.25}, {0.5, 1}, {1, 0}, {0, 1}, {{"background", {1, 2}, {3, 4}, {5, 6}}}};
  b.plots.reconstruction = {{"background", "hidden 0", {0, 1, 2}, {3, 4}, {5, 2}, 0.125, 0.5, unknown}};
  return b;
}

class WrittenBundle : public testing::Test {
 protected:
  WrittenBundle() {
    const KerasModel keras = make_keras();
    write_build(dir_ / "build.h5", keras);
    auto graph = model::import_qkeras(dir_ / "build.h5");
    written_ = make_bundle();
    written_.model = std::make_shared<const model::Graph>(std::move(graph));
    write_lite(dir_ / "lite.h5", written_, {"{\"threshold\": {\"bc_khz\": 28608.8064}}", keras});
    read_ = read(dir_ / "lite.h5");
  }
  test::TempDir dir_;
  Bundle written_, read_;
};

TEST_F(WrittenBundle, KeepsThresholdsOfBothRules) {
  ASSERT_EQ(read_.thresholds.size(), 2u);
  for (std::size_t k = 0; k < 2; ++k) {
    const Threshold &a = written_.thresholds[k], &b = read_.thresholds[k];
    EXPECT_EQ(a.rate_khz, b.rate_khz);
    EXPECT_EQ(a.raw, b.raw);
    EXPECT_EQ(a.pure, b.pure);
    for (const auto& [x, y] : {std::pair(a.firmware_raw, b.firmware_raw), {a.firmware_pure, b.firmware_pure}}) {
      ASSERT_TRUE(y);
      EXPECT_EQ(x->code, y->code);
      EXPECT_TRUE(same(x->error, y->error));
      EXPECT_EQ(x->passing, y->passing);
      EXPECT_EQ(x->is_sparse, y->is_sparse);
      EXPECT_TRUE(same(x->tail, y->tail));
    }
    EXPECT_EQ(written_.raw_of_pure[k].raw, read_.raw_of_pure[k].raw);
  }
}

TEST_F(WrittenBundle, KeepsEfficienciesWithTheirErrorsNominalAndMoved) {
  for (const auto member : {&Bundle::efficiencies, &Bundle::drifted}) {
    ASSERT_EQ((read_.*member).size(), 2u);
    for (std::size_t t = 0; t < 2; ++t) {
      const EfficiencyTable &a = (written_.*member)[t], &b = (read_.*member)[t];
      EXPECT_EQ(a.rate_khz, b.rate_khz);
      EXPECT_EQ(a.signals, b.signals);
      for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t s = 0; s < 2; ++s) EXPECT_TRUE(same(a.values[c][s], b.values[c][s])) << t << c << s;
      }
    }
  }
  EXPECT_EQ(read_.drift, "jets 3 % up");
}

TEST_F(WrittenBundle, KeepsHistogramsHistoryAndWhereItCameFrom) {
  EXPECT_EQ(read_.name, "Test");
  EXPECT_EQ(read_.config, written_.config);
  EXPECT_EQ(read_.warnings, written_.warnings);
  ASSERT_EQ(read_.lineage.size(), 2u);
  EXPECT_EQ(read_.lineage[1].id, "4567");
  EXPECT_EQ(read_.background_events, 1000u);
  EXPECT_EQ(read_.fraction, 4);
  EXPECT_EQ(read_.normalisation->scale, written_.normalisation->scale);
  EXPECT_EQ(read_.background->counts, written_.background->counts);
  EXPECT_EQ(read_.signals[1].name, "B b");
  ASSERT_EQ(read_.spectra.size(), 2u);
  EXPECT_EQ(read_.spectra[1].counts, (Numbers{1, 9}));
  EXPECT_EQ(*read_.find_history("epoch_vae"), (Numbers{0, 1}));
  EXPECT_EQ(*read_.find_history("raw-pure/A-1"), (Numbers{1.5, 2.5}));
}

TEST_F(WrittenBundle, KeepsWhatIsDrawn) {
  const Plots &a = written_.plots, &b = read_.plots;
  ASSERT_EQ(b.planes.size(), 1u);
  EXPECT_EQ(b.planes[0].quantity, "HT");
  EXPECT_EQ(b.planes[0].counts, a.planes[0].counts);
  ASSERT_EQ(b.pileup.size(), 1u);
  EXPECT_TRUE(same(b.pileup[0].bins[1].rates[1], a.pileup[0].bins[1].rates[1]));
  ASSERT_TRUE(b.embedding);
  EXPECT_EQ(b.embedding->tensor, "z");
  EXPECT_EQ(b.embedding->samples[0].score, (std::vector<float>{5, 6}));
  ASSERT_EQ(b.reconstruction.size(), 1u);
  EXPECT_EQ(b.reconstruction[0].rebuilt, a.reconstruction[0].rebuilt);
  EXPECT_TRUE(std::isnan(b.reconstruction[0].correlation));
}

TEST_F(WrittenBundle, KeepsTheModel) {
  ASSERT_NE(read_.model, nullptr);
  EXPECT_EQ(read_.model->output().output.ranges, written_.model->output().output.ranges);
  EXPECT_FALSE(read_.layers.empty());
  const Bundle other = read(dir_ / "lite.h5");
  EXPECT_TRUE(other.warnings == read_.warnings);
}

TEST_F(WrittenBundle, IsTheSameFileAgain) {
  write_lite(dir_ / "again.h5", written_, {"{\"threshold\": {\"bc_khz\": 28608.8064}}", make_keras()});
  EXPECT_EQ(test::read_file(dir_ / "again.h5"), test::read_file(dir_ / "lite.h5"));
}

TEST(WriteBuild, IsAModelThatOurImporterReads) {
  const test::TempDir dir;
  write_build(dir / "build.h5", make_keras());
  const model::Graph graph = model::import_qkeras(dir / "build.h5");
  EXPECT_EQ(graph.input().output.features(), 3u);
  EXPECT_EQ(graph.output().output.features(), 1u);
}

}  // namespace
}  // namespace trigloop::bundle
