// trigloop tune as people use it, on the example.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "test/support/background.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

/// A copy of the example, in which `trigloop tune` runs.
class TuneExample : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* const file : {"study.yml", "train.py"})
      fs::copy_file(project_root() / "examples/tune" / file, dir_ / file);
  }
  CommandResult tune(const std::vector<std::string>& words, const std::string& environment = "EPOCHS=4") const {
    std::vector<std::string> all{"env", "-C", dir_.path(), environment, program(), "tune"};
    all.insert(all.end(), words.begin(), words.end());
    return run_command(all);
  }
  json export_json() const { return json::parse(tune({"export", "--study", "study.yml", "--format", "json"}).out); }
  const TempDir& dir() const { return dir_; }

 private:
  TempDir dir_;
};

TEST_F(TuneExample, IsAStudyOfFiveLines) {
  const std::string text = read_file(dir() / "study.yml");
  EXPECT_EQ(std::ranges::count(text, '\n'), 5);
  const CommandResult ran = tune({"run", "--study", "study.yml", "--workers", "2", "--trials", "4", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const json status = json::parse(ran.out);
  EXPECT_EQ(status["complete"].get<int>() + status["pruned"].get<int>(), 4);
  EXPECT_EQ(status["best"].size(), 1u);
  EXPECT_THAT(ran.err, HasSubstr("running"));
  EXPECT_THAT(tune({"status", "--study", "study.yml"}).out, HasSubstr("4 of 100 done"));
  EXPECT_THAT(tune({"best", "--study", "study.yml"}).out, HasSubstr("rate: "));
  EXPECT_EQ(export_json()["trials"].size(), 4u);
  EXPECT_THAT(tune({"export", "--study", "study.yml"}).out, HasSubstr("number,state,loss,rate,hidden\n0,complete,"));
}

TEST_F(TuneExample, StopsOnTermAndGoesOnBitForBit) {
  Background worker({"env", "-C", dir().path(), "EPOCHS=12", "EPOCH_SECONDS=0.1", program(), "tune", "worker",
                     "--study", "study.yml", "--workers", "2", "--trials", "2"},
                    dir() / "log");
  const fs::path started = dir() / "study.trials/1/checkpoint.json";
  for (int i = 0; i < 300 && !fs::exists(started); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(worker.end(SIGTERM), 85) << read_file(dir() / "log");
  for (const json& trial : export_json()["trials"]) EXPECT_EQ(trial["state"], "waiting");
  ASSERT_EQ(tune({"run", "--study", "study.yml", "--workers", "2", "--trials", "2"}, "EPOCHS=12").status, 0);
  const json trials = export_json()["trials"];
  ASSERT_EQ(trials.size(), 2u);
  for (const json& trial : trials) {
    const CommandResult whole = run_command({"env", "EPOCHS=12", "TUNE_rate=" + trial["parameters"]["rate"].dump(),
                                             "TUNE_hidden=" + trial["parameters"]["hidden"].dump(),
                                             "TUNE_FOLDER=" + dir().path().native(), "python3", dir() / "train.py"});
    ASSERT_EQ(whole.status, 0) << whole.err;
    const std::string last = whole.out.substr(whole.out.rfind("loss ") + 5);
    EXPECT_EQ(trial["values"][0].get<double>(), std::stod(last));
    fs::remove(dir() / "checkpoint.json");
  }
}

TEST_F(TuneExample, TellsWhatIsWrongWithAStudy) {
  write_file(dir() / "bad.yml", read_file(dir() / "study.yml") + "prunner: median\n");
  const CommandResult bad = tune({"run", "--study", "bad.yml"});
  EXPECT_EQ(bad.status, 2);
  EXPECT_THAT(bad.err, HasSubstr("Did you mean 'pruner'?"));
  EXPECT_EQ(tune({"status", "--study", "study.yml"}).status, 3);
  EXPECT_EQ(tune({"run", "--study", "absent.yml"}).status, 3);
  write_file(dir() / "fails.yml", "command: exit 7\nspace: {x: {low: 0, high: 1}}\nmetric: loss\n");
  const CommandResult fails = tune({"run", "--study", "fails.yml", "--workers", "1"});
  EXPECT_EQ(fails.status, 6);
  EXPECT_THAT(fails.err, HasSubstr("exit code 7"));
  EXPECT_THAT(fails.err, HasSubstr("log.txt"));
}

TEST_F(TuneExample, PredictsItsTimeAndMemoryAndKeepsNothing) {
  const CommandResult ran = tune({"run", "--study", "study.yml", "--workers", "2", "--estimate", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const json told = json::parse(ran.out);
  EXPECT_FALSE(told["at_least"]);
  EXPECT_GT(told["seconds_a_trial"], 0.001);
  EXPECT_DOUBLE_EQ(told["seconds"], told["seconds_a_trial"].get<double>() * 50);
  EXPECT_GT(told["bytes_a_trial"], 1'000'000);
  EXPECT_FALSE(fs::exists(dir() / "study.journal"));
  EXPECT_FALSE(fs::exists(dir() / "study.trials"));
}

TEST_F(TuneExample, IsDrawnByABrowserThatComesFromTheDashboard) {
  if (run_command({"which", "chromium"}).status != 0) GTEST_SKIP() << "chromium is not installed";
  write_file(dir() / "two.yml",
             "command: 'echo 1 loss {x}; echo 1 cost $(awk \"BEGIN { print 1 - {x} + {y} }\")'\n"
             "metrics: {loss: minimize, cost: minimize}\nspace: {x: {low: 0, high: 1}, y: {low: 0, high: 1}}\n"
             "sampler: random\ntrials: 30\n");
  ASSERT_EQ(tune({"run", "--study", "two.yml", "-q"}).status, 0);
  fs::create_directory(dir() / "scouted");
  Background dashboard({program(), "dashboard", dir() / "scouted", "--study", dir() / "two.journal", "--port", "0"},
                       dir() / "url");
  std::string url;
  for (int i = 0; i < 100 && url.find("  ") == url.npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    url = read_file(dir() / "url");
  }
  const CommandResult drawn =
      run_command({"python3", project_root() / "test/peers/study_page.py", url.substr(0, url.find("  ")), "chromium",
                   "History of value", "Parallel coordinates", "Importance", "Pareto front"});
  if (drawn.out.find("Plotly is not defined") != std::string::npos)
    GTEST_SKIP() << "plotly.js was not there when this was built";
  EXPECT_EQ(drawn.status, 0) << drawn.out << drawn.err;
}

TEST_F(TuneExample, IsSubmittedToBatchSystems) {
  const CommandResult printed = tune({"submit", "--slurm", "--study", "study.yml", "--jobs", "3", "--print"});
  ASSERT_EQ(printed.status, 0) << printed.err;
  EXPECT_THAT(printed.out, HasSubstr("#SBATCH --array=0-2"));
  ASSERT_EQ(tune({"submit", "--htcondor", "--study", "study.yml"}).status, 0);
  EXPECT_TRUE(fs::exists(dir() / "study.jobs/tune.sub"));
  EXPECT_EQ(tune({"submit", "--study", "study.yml"}).status, 2);
}

/// A study of our trainer on simulated events, in a registry.
class TuneTraining : public testing::Test {
 protected:
  void SetUp() override {
    good({"simulate", "zerobias", "--events", "3000", "--output", "zb.h5", "--quiet"});
    good({"simulate", "signals", "--events", "200", "--output", "signals.h5", "--quiet"});
    write_file(dir_ / "c.yml",
               "data_config:\n  Read_configs:\n"
               "    BACKGROUND: {file_path: zb.h5, train_sector: [0, 2000], test_sector: [2000, 3000]}\n"
               "    SIGNAL: {file_path: signals.h5}\n  Processed_data_path: Data.h5\n"
               "curate: {signal_sets: {haa4b-ma15: {role: tune}}}\n"
               "threshold: {target_rate: [1000]}\n"
               "train: {Contrastive_VAE: {epochs_contrastive: 1, epochs_vae: 2, batch_size: 256}}\n");
    write_file(dir_ / "study.yml",
               "train: c.yml\nspace:\n  train.Contrastive_VAE.mask_p: {low: 0, high: 0.6}\n"
               "metrics: {raw-pure/haa4b-ma15: maximize}\ntrials: 3\nworkers: 1\n"
               "retrain: {set: {train.Contrastive_VAE.epochs_vae: 3}, seeds: [4, 5]}\n");
    good({"curate", "--config", "c.yml", "--quiet"});
  }
  CommandResult trigloop(const std::vector<std::string>& words) const {
    std::vector<std::string> all{"env", "-C", dir_.path(), "TRIGLOOP_REGISTRY=" + (dir_ / "registry").native(),
                                 program()};
    all.insert(all.end(), words.begin(), words.end());
    return run_command(all);
  }
  std::string good(const std::vector<std::string>& words) const {
    const CommandResult ran = trigloop(words);
    EXPECT_EQ(ran.status, 0) << words[0] << ": " << ran.err;
    return ran.out;
  }
  const TempDir& dir() const { return dir_; }

 private:
  TempDir dir_;
};

TEST_F(TuneTraining, MakesTheBundleOfItsBestTrialAndKnowsWhereItCameFrom) {
  good({"tune", "run", "--study", "study.yml", "-q"});
  good({"tune", "best", "--study", "study.yml", "--retrain", "--output", "final", "--no-store", "-q", "--model-name",
        "found"});
  const std::string setting = good({"tune", "best", "--study", "study.yml", "--settings"});
  EXPECT_THAT(setting, testing::StartsWith("train.Contrastive_VAE.mask_p=0."));
  for (const char* const seed : {"final/seed-4", "final/seed-5"}) {
    EXPECT_TRUE(fs::exists(dir() / seed / "model.onnx")) << seed;
    EXPECT_THAT(read_file(dir() / seed / "config.yaml"), HasSubstr("epochs_vae: 3")) << "the study's final epochs";
  }
  const std::string lineage = good({"registry", "lineage", "found"});
  EXPECT_THAT(lineage, HasSubstr("study: study study:1"));
  good({"tune", "report", "--study", "study.yml", "--output", "study.html"});
  EXPECT_THAT(good({"registry", "lineage", "report/study"}), HasSubstr("study: study study:1"));
  EXPECT_EQ(trigloop({"tune", "best", "--storage", "study.journal", "--retrain"}).status, 2) << "what would it train?";
}

TEST_F(TuneTraining, TellsWhatFailedAndWhatItWillTake) {
  const json told = json::parse(good({"tune", "run", "--study", "study.yml", "--estimate", "--json"}));
  EXPECT_GT(told["seconds"], 0);
  EXPECT_GT(told["bytes_a_trial"], 1'000'000) << "of this process, in which they train";
  write_file(dir() / "fails.yml",
             "train: c.yml\nspace: {train.Contrastive_VAE.epochs_vae: {type: int, low: -9, high: -8}}\n"
             "metrics: {loss: minimize}\nworkers: 1\nretries: 0\n");
  const CommandResult fails = trigloop({"tune", "run", "--study", "fails.yml", "-q"});
  EXPECT_EQ(fails.status, 6);
  EXPECT_THAT(fails.err, HasSubstr("epochs"));
  EXPECT_THAT(fails.err, HasSubstr("fails.journal (`trigloop tune status`)"));
  EXPECT_THAT(fails.err, HasSubstr("tune best --trial")) << "how to try it alone";
  EXPECT_EQ(fails.err.find("log.txt"), fails.err.npos) << "it has none";
  EXPECT_THAT(good({"tune", "status", "--study", "fails.yml"}), HasSubstr("trial 8 failed: "));
}

TEST_F(TuneTraining, BeginsWithAnEarlierStudyOfTheRegistryAndKeepsItsBudget) {
  good({"tune", "run", "--study", "study.yml", "-q"});
  write_file(dir() / "next.yml", read_file(dir() / "study.yml") + "name: next\n");
  good({"tune", "run", "--study", "next.yml", "-q", "--warm-start", "study/study", "--warm-trials", "1"});
  const json trials = json::parse(good({"tune", "export", "--study", "next.yml", "--format", "json"}))["trials"];
  const json best = json::parse(good({"tune", "best", "--study", "study.yml", "--json"}));
  EXPECT_EQ(trials[0]["parameters"], best["parameters"]);
  EXPECT_EQ(trials[0]["values"], best["values"]) << "the same training again";
  EXPECT_THAT(good({"registry", "lineage", "study/next"}), HasSubstr("warm start: study study:1"));
  write_file(dir() / "long.yml", read_file(dir() / "study.yml") + "name: long\n");
  good({"tune", "run", "--study", "long.yml", "-q", "--budget", "1", "--set",
        "train.Contrastive_VAE.epochs_vae=1000000"});
  EXPECT_THAT(good({"tune", "status", "--study", "long.yml"}), HasSubstr("0 running, 1 waiting"));
}

/// 60 trials over two nodes; one dies half-way, and jobs on the other are preempted.
TEST_F(TuneExample, LosesNothingOnARealSlurm) {
  if (std::system("command -v slurmctld slurmd sbatch > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "SLURM (Debian: slurmctld, slurmd, slurm-client) is not installed";
  write_file(dir() / "study.yml", read_file(dir() / "study.yml") + "trials: 60\nheartbeat: 0.5\ngrace: 4\nseed: 3\n");
  ASSERT_EQ(
      tune({"submit", "--slurm", "--study", "study.yml", "--jobs", "4", "--slots", "2", "--job-memory", "0"}).status,
      0);
  const CommandResult ran =
      run_command({"env", "-C", dir().path(), "EPOCHS=10", "EPOCH_SECONDS=0.15", "CLUSTER_SECONDS=240",
                   project_root() / "test/support/slurm_cluster.sh", dir() / "cluster", "2",
                   project_root() / "test/support/tune_on_slurm.sh", program(), dir() / "cluster"});
  ASSERT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("node killed"));
  EXPECT_THAT(ran.out, HasSubstr("preempted"));
  const json trials = export_json()["trials"];
  ASSERT_EQ(trials.size(), 60u);
  for (const json& trial : trials) {
    EXPECT_EQ(trial["state"], "complete") << trial;
    EXPECT_EQ(trial["intermediate"].size(), 10u);
  }
  for (std::size_t i = 0; i < trials.size(); i += 3) {  // as if nothing had happened, bit for bit
    const TempDir folder;
    const CommandResult whole = run_command({"env", "EPOCHS=10", "TUNE_rate=" + trials[i]["parameters"]["rate"].dump(),
                                             "TUNE_hidden=" + trials[i]["parameters"]["hidden"].dump(),
                                             "TUNE_FOLDER=" + folder.path().native(), "python3", dir() / "train.py"});
    EXPECT_EQ(trials[i]["values"][0].get<double>(), std::stod(whole.out.substr(whole.out.rfind("loss ") + 5))) << i;
  }
}

}  // namespace
}  // namespace trigloop::test
