#include "model/qkeras_import.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/error.hpp"
#include "io/hdf5/hdf5.hpp"
#include "model/load.hpp"
#include "score/scorer.hpp"
#include "test/model/arrays.hpp"
#include "test/support/support.hpp"

namespace trigloop::model {
namespace {

namespace fs = std::filesystem;

fs::path data(const std::string& name) { return test::project_root() / "test/model/data" / name; }

std::vector<double> scores_of(const Graph& graph, const std::vector<double>& events) {
  const score::Scorer scorer(graph);
  auto state = scorer.make_state();
  std::vector<double> scores(events.size() / scorer.features() * scorer.outputs());
  scorer.run(events, scores, state);
  return scores;
}

/// quantized_bits(18,13), the type of a score that the model leaves unquantised.
double quantised_score(double y) { return std::clamp(std::nearbyint(y * 16), -131072.0, 131071.0) / 16; }

class QkerasModel : public testing::TestWithParam<std::string> {};

TEST_P(QkerasModel, GivesWhatQkerasPredicts) {
  const auto x = test::read_rows(data("qkeras.npz"), GetParam() + ".x256");
  const auto y = test::read_rows(data("qkeras.npz"), GetParam() + ".y");
  std::vector<double> events = x.values;
  for (double& v : events) v /= 256;
  for (const bool simplified : {false, true}) {
    const Graph graph = import_qkeras(data(GetParam() + ".h5"), {.normalisation = {}, .simplify = simplified});
    EXPECT_EQ(graph.name, GetParam());
    const std::vector<double> got = scores_of(graph, events);
    ASSERT_EQ(got.size(), y.values.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      const double want = GetParam() == "nested" ? quantised_score(y.values[i]) : y.values[i];
      ASSERT_EQ(got[i], want) << "value " << i << " simplified " << simplified;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, QkerasModel, testing::Values("nested", "sequential", "layers"));

TEST(QkerasImport, TakesTheTypeOfTheInputFromTheQuantiserBehindIt) {
  const auto type = [](const char* name) {
    return core::to_string(std::get<Input>(import_qkeras(data(name)).input().operation).type);
  };
  EXPECT_EQ(type("nested.h5"), "<8,6> rnd_conv sat");
  EXPECT_EQ(type("sequential.h5"), "<10,5> rnd_conv sat_sym");
  EXPECT_EQ(type("layers.h5"), "<14,6> rnd_conv sat");
}

TEST(QkerasImport, NamesNodesAfterTheLayersOfNestedModels) {
  const Graph graph = import_qkeras(data("nested.h5"));
  std::vector<std::string> names;
  for (const Node& node : graph.nodes()) names.push_back(node.name);
  for (const char* name : {"features", "first", "first.activation", "second", "code", "back", "difference"}) {
    EXPECT_NE(std::ranges::find(names, name), names.end()) << name;
  }
}

/// Scores of a model of the test data, as integers, beside what QKeras 0.9.0 gave; see test/peers/qkeras_models.py.
void compare_shared(const Graph& graph, const std::vector<double>& events, const std::string& name) {
  const auto predicted = test::read_rows(data("qkeras_shared.npz"), name);
  const auto rounding = test::read_rows(data("qkeras_shared.npz"), name + ".rounding");
  const std::vector<double> got = scores_of(graph, events);
  ASSERT_EQ(got.size(), predicted.values.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i] * 16, predicted.values[i] - rounding.values[i]) << "event " << i;
    // Where float32 has bits enough, QKeras' own last product is exact.
    ASSERT_TRUE(got[i] >= 1024 || rounding.values[i] == 0) << "event " << i;
  }
}

TEST(QkerasImport, ScoresNormalisedEventsOfTheExampleModelAsQkerasDoes) {
  TRIGLOOP_NEEDS_SHARED("models/seed_build.h5");
  const auto hardware = test::read_rows(test::shared_root() / "models/axol1tl_v5_vectors.npz", "inputs");
  std::vector<double> events;
  for (std::size_t i = 0; i < hardware.values.size(); ++i) {
    const auto mixed = static_cast<std::int64_t>(hardware.values[i]) * 37 + 11 * static_cast<std::int64_t>(i % 57);
    events.push_back(static_cast<double>((mixed % 2048 + 2048) % 2048 - 1024) / 256);
  }
  compare_shared(import_qkeras(test::shared_root() / "models/seed_build.h5"), events, "seed_unit");
}

TEST(QkerasImport, ScalesHardwareIntegersAsTheFirmwareDoes) {
  TRIGLOOP_NEEDS_SHARED("models/package/build.h5");
  const fs::path models = test::shared_root() / "models";
  const auto hardware = test::read_rows(models / "axol1tl_v5_vectors.npz", "inputs");
  compare_shared(load(models / "seed_build.h5", {models / "package/Data.h5"}), hardware.values, "seed");
  compare_shared(load(models / "package/build.h5", {models / "package/complete.h5"}), hardware.values, "package");
}

/// A Sequential model of five features and one more layer, without weights.
fs::path write_model(const test::TempDir& dir, const std::string& kind, const std::string& settings) {
  const fs::path path = dir / "model.h5";
  io::hdf5::Writer writer(path);
  writer.add_table({"model_weights/odd", "", {{"none", event::Type::float32, {}, ""}}});
  writer.set_attribute("", "model_config",
                       R"({"class_name": "Sequential", "config": {"name": "m", "layers": [
      {"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [null, 5]}},
      {"class_name": ")" + kind +
                           R"(", "config": {"name": "odd")" + settings + "}}]}}");
  writer.commit();
  return path;
}

TEST(QkerasImport, RefusesByNameWhatHasNoExactFormAndSaysTheNearestThatHas) {
  struct Case {
    const char *kind, *settings, *reason, *nearest;
  };
  const Case cases[] = {
      {"LeakyReLU", "", "is a layer 'LeakyReLU'", "quantized_relu(10,6)"},
      {"QDenze", "", "is a layer 'QDenze'", "QDense"},
      {"QBatchNormalization", "", "is a layer 'QBatchNormalization'", "folded into the QDense"},
      {"Lambda", "", "is a layer 'Lambda'", "Subtract, Multiply and Dot"},
      {"Activation", R"x(, "activation": "sigmoid")x", "has the activation sigmoid", "quantized_relu(10,6)"},
      {"QActivation", R"x(, "activation": "quantized_tanh(8)")x", "has the quantiser quantized_tanh", "quantized_relu"},
      {"QActivation", R"x(, "activation": "quantized_po2(4)")x", "has the quantiser quantized_po2", "quantized_bits"},
      {"QActivation", R"x(, "activation": "quantized_relu(8,4,0,0.125)")x", "has negative_slope", "negative_slope = 0"},
      {"QActivation", R"x(, "activation": "quantized_relu(8,4,relu_upper_bound=6)")x", "has relu_upper_bound", "= 0"},
      {"QActivation", R"x(, "activation": "quantized_relu(8,4,1)")x", "has use_sigmoid", "use_sigmoid = 0"},
      {"QActivation", R"x(, "activation": "quantized_bits(8,4,alpha='auto')")x", "has alpha 'auto'", "'auto_po2'"},
      {"QActivation", R"x(, "activation": "quantized_bits(8,4,alpha='auto_po2')")x", "of each batch", "alpha = 1"},
      {"QActivation", R"x(, "activation": "quantized_bits(8,4,alpha=0.3)")x", "no power of two", "alpha = 1"},
      {"QActivation", R"x(, "activation": "quantized_bits(1,0)")x", "has bits", "from 2 to 32"},
      {"QActivation",
       R"x(, "activation": {"class_name": "quantized_bits", "config": {"bits": 8, "qnoise_factor": 0.5}})x",
       "has qnoise_factor", "qnoise_factor = 1"},
  };
  const test::TempDir dir;
  for (const Case& c : cases) {
    try {
      import_qkeras(write_model(dir, c.kind, c.settings));
      FAIL() << c.kind << c.settings;
    } catch (const core::Error& e) {
      EXPECT_EQ(e.code(), core::ErrorCode::unsupported) << e.what();
      EXPECT_NE(e.reason().find(c.reason), std::string::npos) << e.what();
      EXPECT_NE(e.advice().find(c.nearest), std::string::npos) << e.what();
      EXPECT_EQ(e.place(), std::string("layer 'odd' (") + c.kind + ")");
    }
  }
}

TEST(QkerasImport, QuantisesTheScoreOnlyWhereTheModelDoesNot) {
  const test::TempDir dir;
  const auto output = [&](const char* settings) {
    return import_qkeras(write_model(dir, "QActivation", settings)).output().output;
  };
  EXPECT_EQ(output(R"x(, "activation": "quantized_bits(8,1,alpha=0.25)")x").fraction, 8);
  EXPECT_EQ(output(R"x(, "activation": "quantized_relu(10,2)")x").fraction, 8);
  EXPECT_EQ(output(R"x(, "activation": "relu")x").fraction, 4);
}

TEST(QkerasImport, SaysWhatIsMissingInAFileWithoutAModelOrWithoutWeights) {
  const test::TempDir dir;
  const auto error_of = [](const fs::path& path) {
    try {
      import_qkeras(path);
    } catch (const core::Error& e) {
      return e.code();
    }
    return core::ErrorCode::internal;
  };
  EXPECT_EQ(error_of(write_model(dir, "QDense", R"(, "units": 3)")), core::ErrorCode::damaged);
  io::hdf5::Writer writer(dir / "plain.h5");
  writer.add_table({"", "", {{"x", event::Type::float32, {}, ""}}});
  writer.commit();
  EXPECT_EQ(error_of(dir / "plain.h5"), core::ErrorCode::unsupported);
}

TEST(QkerasImport, GivesAnErrorOrAGraphOnAnyBytes) {
  const test::TempDir dir;
  const std::string whole = test::read_file(data("layers.h5"));
  const std::size_t config = whole.find("\"class_name\"");
  ASSERT_NE(config, std::string::npos);
  std::mt19937 random(5);
  int errors = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    for (int k = 0; k < 3; ++k) {
      const std::size_t at = k == 0 ? random() % bytes.size() : config + random() % 6000;
      bytes[at % bytes.size()] = static_cast<char>(k == 1 ? '0' + random() % 75 : random() % 256);
    }
    test::write_file(dir / "m.h5", bytes);
    try {
      import_qkeras(dir / "m.h5");
    } catch (const core::Error& e) {
      ++errors;
      EXPECT_NE(e.code(), core::ErrorCode::internal) << e.what();
    }
  }
  EXPECT_GT(errors, 100);
}

}  // namespace
}  // namespace trigloop::model
