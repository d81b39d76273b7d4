// trigloop train: one command from events to the files of the training package.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bundle/bundle.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

CommandResult trigloop(std::vector<std::string> words) {
  words.insert(words.begin(), program().native());
  return run_command(words);
}

/// A short training on simulated events, made once.
class Train : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    const auto at = [](const char* name) { return (*dir_ / name).native(); };
    ASSERT_EQ(trigloop({"simulate", "zerobias", "-q", "-n", "12000", "-o", at("bg.h5")}).status, 0);
    ASSERT_EQ(trigloop({"simulate", "signals", "-q", "-n", "300", "-o", at("sig.h5")}).status, 0);
    write_file(*dir_ / "c.yml",
               "data_config:\n  Read_configs:\n    BACKGROUND: {file_path: " + at("bg.h5") +
                   ", train_sector: [0, 8000], test_sector: [8000, 12000]}\n    SIGNAL: {file_path: " + at("sig.h5") +
                   "}\n  Processed_data_path: " + at("Data.h5") +
                   "\ntrain:\n  Contrastive_VAE: {batch_size: 1024, epochs_contrastive: 1, "
                   "epochs_vae: 2}\nwatch_khz: [1000]\nstore: {lite_path: " +
                   at("lite.h5") + ", complete_path: " + at("complete.h5") + ", build_model_path: " + at("build.h5") +
                   "}\nreport: {path: " + at("axo.html") + "}\n");
    ran_ = trigloop({"train", "--config", at("c.yml"), "--output", at("model"), "-q"});
  }
  static void TearDownTestSuite() { delete dir_; }

  static inline TempDir* dir_ = nullptr;
  static inline CommandResult ran_;
};

TEST_F(Train, MakesAllFilesInOneCommand) {
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  for (const char* name : {"Data.h5", "lite.h5", "complete.h5", "build.h5", "model/model.onnx", "model/lite.h5"})
    EXPECT_TRUE(std::filesystem::exists(*dir_ / name)) << name;
  EXPECT_NE(std::filesystem::exists(*dir_ / "axo.html"), ran_.err.find("no report: ") != std::string::npos);
}

TEST_F(Train, LearnsOnFromABundleAndFromKerasFilesWithOlderErasAmongTheEvents) {
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  const auto learn_on = [](const std::string& from, const std::string& scaling) {
    return trigloop({"train", "--config", *dir_ / "c.yml", "--data", *dir_ / "Data.h5", "--init", *dir_ / from,
                     "--normalisation", scaling, "--replay", *dir_ / "Data.h5", "--replay-share", "0.3", "--no-store",
                     "--output", *dir_ / "on", "--json"});
  };
  for (const char* from : {"model", "lite.h5"}) {
    const CommandResult ran = learn_on(from, "kept");
    ASSERT_EQ(ran.status, 0) << from << ran.err;
    const json told = json::parse(ran.out);
    EXPECT_EQ(told["eras"].size(), 2u) << from;
    EXPECT_EQ(told["replay_share"], 0.3);
    EXPECT_EQ(ran.err.find("they start anew") != std::string::npos, std::string(from) == "lite.h5") << ran.err;
  }
  EXPECT_THAT(learn_on("build.h5", "kept").err, HasSubstr("--normalisation new"));
  EXPECT_EQ(learn_on("build.h5", "new").status, 0);
}

TEST_F(Train, LearnsOnFromThePackagesLiteFileWhichLacksWhatIsNotDeployed) {
  TRIGLOOP_NEEDS_SHARED("models/seed_lite.h5");
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  const auto learn_on = [](const std::string& scaling) {
    return trigloop({"train", "--config", *dir_ / "c.yml", "--data", *dir_ / "Data.h5", "--init",
                     shared_root() / "models/seed_lite.h5", "--normalisation", scaling, "--no-store", "--output",
                     *dir_ / "seed", "--json"});
  };
  const CommandResult refused = learn_on("kept"), ran = learn_on("new");
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("does not say how its inputs are scaled"));
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("lacks projection_0, projection_1, projection_2, log_variance_0: they start anew"));
  EXPECT_EQ(json::parse(ran.out)["recipe"], "Contrastive_VAE");
  const CommandResult scored = trigloop({"evaluate", "--model", *dir_ / "seed/model.onnx", "--config", *dir_ / "c.yml",
                                         "--data", *dir_ / "Data.h5", "--json", "-q"});
  EXPECT_EQ(scored.status, 0) << scored.err;
}

TEST_F(Train, RecipesAreListedShownAndCheckedBeforeTheyTrain) {
  EXPECT_THAT(trigloop({"recipe", "list"}).out, HasSubstr("Contrastive_VAE"));
  const CommandResult shown = trigloop({"recipe", "show", "Contrastive_VAE"});
  ASSERT_EQ(shown.status, 0) << shown.err;
  write_file(*dir_ / "mine.yml", shown.out);
  EXPECT_EQ(trigloop({"recipe", "check", *dir_ / "mine.yml"}).status, 0);
  std::string text = shown.out;
  text.replace(text.find("network:"), 8, "netwrk:");
  write_file(*dir_ / "bad.yml", text);
  const CommandResult bad = trigloop({"recipe", "check", *dir_ / "bad.yml"});
  EXPECT_NE(bad.status, 0);
  EXPECT_THAT(bad.err, HasSubstr("network"));
}

TEST_F(Train, TellsTheSameInEveryBundle) {
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  const bundle::Bundle lite = bundle::read(*dir_ / "lite.h5");
  EXPECT_EQ(lite.thresholds.size(), 17u);
  EXPECT_EQ(lite.efficiencies.size(), 17u);
  EXPECT_TRUE(lite.efficiencies[0].of(bundle::Column::raw_raw)[0].has_error());
  EXPECT_FALSE(lite.plots.planes.empty());
  EXPECT_TRUE(lite.plots.embedding);
  EXPECT_FALSE(lite.plots.reconstruction.empty());
  ASSERT_NE(lite.find_history("total_vae_loss"), nullptr);
  EXPECT_EQ(lite.find_history("total_vae_loss")->size(), 2u);
  for (const char* name : {"complete.h5", "model"}) {
    const bundle::Bundle other = bundle::read(*dir_ / name);
    EXPECT_EQ(other.thresholds[10].raw, lite.thresholds[10].raw) << name;
    EXPECT_EQ(other.lineage.size(), lite.lineage.size()) << name;
    ASSERT_NE(other.model, nullptr) << name;
    EXPECT_EQ(other.model->nodes().size(), lite.model->nodes().size()) << name;
  }
  EXPECT_EQ(bundle::read(*dir_ / "complete.h5").format, "complete.h5");
}

TEST_F(Train, IsEvaluatedAsByEvaluateOnItsPackedFile) {
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  const CommandResult told = trigloop({"evaluate", "--model", *dir_ / "model/model.onnx", "--config", *dir_ / "c.yml",
                                       "--data", *dir_ / "Data.h5", "--json", "-q"});
  ASSERT_EQ(told.status, 0) << told.err;
  const json evaluation = json::parse(told.out);
  const bundle::Bundle lite = bundle::read(*dir_ / "lite.h5");
  for (std::size_t r = 0; r < lite.thresholds.size(); ++r) {
    const json& row = evaluation["thresholds"][r];
    EXPECT_EQ(row["raw"]["package"]["score"].get<double>(), lite.thresholds[r].raw);
    EXPECT_EQ(row["pure"]["firmware"]["code"].get<std::int64_t>(), lite.thresholds[r].firmware_pure->code);
  }
}

TEST_F(Train, FollowsSignalsAtTheRawRatesThatAreWatched) {
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  const bundle::Bundle lite = bundle::read(*dir_ / "lite.h5");
  ASSERT_FALSE(lite.efficiencies.empty());
  for (const std::string& name : lite.efficiencies[0].signals) {
    const auto *watched = lite.find_history("raw-raw@1000/" + name), *usual = lite.find_history("raw-pure/" + name);
    ASSERT_TRUE(watched != nullptr && usual != nullptr) << name;
    ASSERT_EQ(watched->size(), 2u);
    // 1 MHz of all events passes more than 1 kHz of pure ones does.
    EXPECT_GE(watched->back(), usual->back()) << name;
    EXPECT_LE(watched->back(), 100) << name;
  }
}

TEST_F(Train, IsEvaluatedOnScoutingSpectraAsOnTheirEvents) {
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  const std::string model = *dir_ / "model/model.onnx", events = *dir_ / "stream.root", records = *dir_ / "records";
  ASSERT_EQ(trigloop({"simulate", "scouting", "-q", "-n", "20000", "-o", events}).status, 0);
  const CommandResult ran = trigloop({"scout", "run", "--model", model, "--input", events, "--output", records,
                                      "--menu", "pythia-samples", "--quiet"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const auto evaluated = [&](std::vector<std::string> background) {
    std::vector<std::string> words{"evaluate", "--model", model,       "--signals", *dir_ / "sig.h5", "--rate",
                                   "100",      "5000",    "--bunches", "2544",      "--json",         "-q"};
    words.insert(words.end(), background.begin(), background.end());
    const CommandResult told = trigloop(words);
    EXPECT_EQ(told.status, 0) << told.err;
    return json::parse(told.out);
  };
  const json stream = evaluated({"--stream", records});
  const json sample = evaluated({"--background", events, "--menu", "pythia-samples"});
  EXPECT_EQ(stream["background"]["pure_events"], sample["background"]["pure_events"]);
  for (const std::size_t rate : {0, 1})
    for (const char* kind : {"raw", "pure"})
      for (const char* rule : {"firmware", "package"})
        EXPECT_EQ(stream["thresholds"][rate][kind][rule], sample["thresholds"][rate][kind][rule]) << rate << kind;
  EXPECT_EQ(stream["signals"][0]["rates"][1]["firmware"]["raw-raw"],
            sample["signals"][0]["rates"][1]["firmware"]["raw-raw"]);
}

TEST_F(Train, ShowsSignalsOnTheirNominalSimulationAndMovedByADrift) {
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  write_file(*dir_ / "drift.yml", "name: measured\nJET: {scale: 1.2}\n");
  const auto evaluated = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"evaluate", "--model",         *dir_ / "model/model.onnx",
                                   "--data",   *dir_ / "Data.h5", "--rate",
                                   "2000",     "--json",          "-q"};
    words.insert(words.end(), more.begin(), more.end());
    const CommandResult told = trigloop(words);
    EXPECT_EQ(told.status, 0) << told.err;
    return json::parse(told.out);
  };
  const json nominal = evaluated({}), both = evaluated({"--drift", *dir_ / "drift.yml", "--output", *dir_ / "d.h5"});
  EXPECT_EQ(both["signals"], nominal["signals"]);
  EXPECT_EQ(both["thresholds"], nominal["thresholds"]);
  EXPECT_EQ(both["drifted"]["drift"], "measured");
  EXPECT_NE(both["drifted"]["signals"], nominal["signals"]);
  const bundle::Bundle stored = bundle::read(*dir_ / "d.h5");
  EXPECT_EQ(stored.drift, "measured");
  EXPECT_EQ(stored.drifted.size(), stored.efficiencies.size());
  EXPECT_THAT(trigloop({"report", *dir_ / "d.h5", "--json"}).out, HasSubstr("moved by the drift measured"));
}

TEST_F(Train, IsPackedWithTheMenuThatEvaluateTakesAndCheckedWithoutOurCode) {
  TRIGLOOP_NEEDS_PEERS();
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  const auto pack = [&](const char* menu) {
    const CommandResult packed =
        trigloop({"report", *dir_ / "model", "--pack", *dir_ / menu, "--background", *dir_ / "bg.h5", "--signals",
                  *dir_ / "sig.h5", "--menu", menu, "--rate", "1000", "--events", "300"});
    EXPECT_EQ(packed.status, 0) << packed.err;
    const CommandResult checked = run_command({peer_python(), *dir_ / menu / "check.py"});
    EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
    return json::parse(read_file(*dir_ / menu / "evaluation.json"));
  };
  const json menu = pack("pythia-samples"), bits = pack("bits");
  EXPECT_THAT(menu["background"]["l1"].get<std::string>(), testing::StartsWith("menu pythia-samples "));
  EXPECT_EQ(bits["background"]["l1"], "stored bits");
  const json told = json::parse(
      trigloop({"evaluate", "--model", *dir_ / "model/model.onnx", "--background", *dir_ / "bg.h5", "--signals",
                *dir_ / "sig.h5", "--menu", "pythia-samples", "--rate", "1000", "--json", "-q"})
          .out);
  EXPECT_EQ(menu["background"]["pure_events"], told["background"]["pure_events"]);
  EXPECT_EQ(menu["signals"], told["signals"]);
}

TEST_F(Train, WritesWhatThePackagesReadersRead) {
  TRIGLOOP_NEEDS_PEERS();
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  std::vector<std::string> command{peer_python(), project_root() / "test/peers/bundle_files.py", dir_->path()};
  const std::filesystem::path package = shared_root() / "models/package";
  const bool compares = !shared_root().empty() && std::filesystem::exists(package / "lite.h5");
  if (compares) command.push_back(package);
  const CommandResult peer = run_command(command);
  ASSERT_EQ(peer.status, 0) << peer.err;
  const json told = json::parse(peer.out);
  const bundle::Bundle lite = bundle::read(*dir_ / "lite.h5");
  EXPECT_EQ(told["raw"][0].get<double>(), lite.thresholds[0].raw);
  EXPECT_EQ(told["histogram"].get<std::uint64_t>(), lite.background_events);
  EXPECT_EQ(told["bins"], 201);
  EXPECT_EQ(told["rates"].back(), "110");
  EXPECT_EQ(told["config"]["train"]["Contrastive_VAE"]["optimiser_config_vae"]["optmiser"], "Adam");
  EXPECT_EQ(told["config"]["DEBUG"], false);
  EXPECT_EQ(told["table"]["Signal Name"].get<std::vector<std::string>>(), lite.efficiencies.back().signals);
  if (!compares) GTEST_SKIP() << "the optional test data shared/models/package is not here";
  // Signals have other names here; whatever else is different is named in docs/formats.md.
  for (const auto& [file, names] : told["differences"].items()) {
    for (const std::string name : names) {
      const bool of_signals = name.find("ignal") != name.npos || name.find("history/") == 0;
      EXPECT_TRUE(of_signals || name.ends_with("/DATA")) << file << ": " << name;
    }
  }
}

TEST_F(Train, IsScoredByKerasAsByOurEngine) {
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  const char* python = std::getenv("TRIGLOOP_QKERAS_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "TRIGLOOP_QKERAS_PYTHON names no Python with tensorflow 2.15 and qkeras 0.9";
  const CommandResult peer =
      run_command({python, project_root() / "test/peers/bundle_keras.py", program(), *dir_ / "build.h5",
                   *dir_ / "model/model.onnx", *dir_ / "Data.h5", dir_->path()});
  ASSERT_EQ(peer.status, 0) << peer.err;
  const json told = json::parse(peer.out.substr(peer.out.find("{\"events\"")));
  EXPECT_GT(told["events"], 3000);
  // Sums of squares above 1,024 leave float32, in which Keras adds them: there the last bit may differ
  // (docs/numerics.md).
  if (told["different"] == 0) return;
  EXPECT_LE(told["most"], 1) << peer.out;
  EXPECT_GT(told["least_score_there"], 1024) << peer.out;
  EXPECT_LT(told["different"], told["events"].get<int>() / 50) << peer.out;
}

TEST_F(Train, NeedsNoInputsWherePackedFileIsThere) {
  ASSERT_EQ(ran_.status, 0) << ran_.err;
  const CommandResult again = trigloop(
      {"train", "--config", *dir_ / "c.yml", "--set", "data_config.Read_configs.BACKGROUND.file_path=/nowhere/bg.h5",
       "--set", "train.Contrastive_VAE.epochs_vae=1", "--no-store", "--output", *dir_ / "again"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("taken as it is"));
}

}  // namespace
}  // namespace trigloop::test
