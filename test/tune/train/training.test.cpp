#include "tune/train/training.hpp"

#include <algorithm>

#include "test/support/support.hpp"
#include "test/train/packed.hpp"
#include "tune/search/sampler.hpp"

namespace trigloop::tune {
namespace {

using Reports = std::vector<std::pair<std::int64_t, double>>;
constexpr const char* metric = "raw-pure/SIGNAL";

class Training : public testing::Test {
 protected:
  void SetUp() override { train::test::write_packed(folder_ / "Data.h5", 900); }
  TrainingJob job(const std::string& checkpoint = "") const {
    return {train::test::small_config(), {metric}, checkpoint.empty() ? "" : folder_ / checkpoint};
  }
  /// Trains, and stops after so many reports.
  Reports run(const TrainingJob& job, std::size_t most = 100, bool* whole = nullptr) const {
    Reports all;
    const TrainingData data(folder_ / "Data.h5");
    const bool done = run_training(job, data,
                                   {[&](std::int64_t step, const std::string& name, double value) {
                                      EXPECT_EQ(name, metric);
                                      all.emplace_back(step, value);
                                    },
                                    [&] { return all.size() >= most; }});
    if (whole != nullptr) *whole = done;
    return all;
  }
  test::TempDir folder_;
};

TEST_F(Training, ReportsItsMetricAfterEachEpoch) {
  bool whole = false;
  const Reports all = run(job(), 100, &whole);
  EXPECT_TRUE(whole);
  ASSERT_EQ(all.size(), 4u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].first, static_cast<std::int64_t>(i) + 1);
}

TEST_F(Training, TellsWhatTheNetworkCostsWhenItIsTrained) {
  const auto cost = [&](const char* nodes) {
    TrainingJob one = job();
    one.metrics = {"loss", "ebops"};
    one.config.set("model.train_mode.Contrastive_VAE.encoder_nodes", nodes);
    std::vector<double> told;
    run_training(one, TrainingData(folder_ / "Data.h5"),
                 {[&](std::int64_t, const std::string& name, double value) {
                    if (name == "ebops") told.push_back(value);
                  },
                  {}});
    EXPECT_EQ(told.size(), 1u);
    return told.empty() ? 0 : told[0];
  };
  EXPECT_GT(cost("[12, 6]"), 1.2 * cost("[6, 4]"));
}

TEST_F(Training, StopsWhenAskedAndGoesOnBitForBit) {
  const Reports expected = run(job());
  bool whole = true;
  Reports parts = run(job("checkpoint.h5"), 2, &whole);
  EXPECT_FALSE(whole);
  EXPECT_EQ(parts.size(), 2u);
  const Reports rest = run(job("checkpoint.h5"), 100, &whole);
  EXPECT_TRUE(whole);
  parts.insert(parts.end(), rest.begin(), rest.end());
  EXPECT_EQ(parts, expected);
}

TEST_F(Training, PredictsItsTimeFromItsFirstEpochs) {
  TrainingJob whole = job();
  whole.config.set("train.Contrastive_VAE.epochs_contrastive", "40");
  whole.config.set("train.Contrastive_VAE.epochs_vae", "60");
  const TrainingData data(folder_ / "Data.h5");
  const auto seconds = [&](std::int64_t epochs) { return training_seconds(whole, data, epochs); };
  const double all = seconds(1000), predicted = seconds(2);
  EXPECT_GT(predicted, all / 3);
  EXPECT_LT(predicted, 3 * all);
}

TEST_F(Training, RefusesToLookAtSignalsThatAreNotForTuning) {
  // The file says nothing of roles, so its sets are for validation.
  const TrainingData data(folder_ / "Data.h5");
  EXPECT_NO_THROW(data.check_metrics({"loss"}));
  try {
    data.check_metrics({metric});
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::usage);
    EXPECT_NE(std::string(e.what()).find("role: tune"), std::string::npos) << e.what();
  }
  EXPECT_THROW(data.check_metrics({"raw-pure/NOBODY"}), core::Error);
}

/// The examples' study, as YAML.
core::YamlNode study(const std::filesystem::path& path) {
  return core::parse_yaml(test::read_file(path), path.native());
}

const core::YamlNode& child(const core::YamlNode& map, std::string_view key) {
  return map.children[static_cast<std::size_t>(std::ranges::find(map.keys, key) - map.keys.begin())];
}

TEST(PackageStudy, SetsKeysThatTheConfigurationHas) {
  const auto folder = test::project_root() / "examples/tune";
  const core::YamlNode root = study(folder / "package.yml");
  const Space space = read_space(child(root, "space"), "package.yml");
  EXPECT_EQ(space.dimensions().size(), 13u);
  config::Config config = config::Config::load(folder / "package-train.yml");
  const History history("study", {Direction::maximize});
  const auto parameters = make_sampler("random", 1)->suggest(history, space, 0).parameters;
  const core::YamlNode& settings = child(child(root, "train"), "set");
  for (std::size_t i = 0; i < settings.keys.size(); ++i) {
    std::string text = settings.children[i].text;
    for (const Parameter& p : parameters) {
      const std::string name = "{" + p.name + "}";
      const auto at = text.find(name);
      if (at != text.npos) text.replace(at, name.size(), config::to_json(external_value(*p.distribution, p.value)));
    }
    EXPECT_NO_THROW(config.set(settings.keys[i], text)) << settings.keys[i] << ": " << text;
  }
  EXPECT_EQ(config.differences().empty(), false);
  EXPECT_NE(config.number("model.train_mode.Contrastive_VAE.beta"), 0);
}

}  // namespace
}  // namespace trigloop::tune
