#include "tune/run/study_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/support.hpp"
#include "tune/run/command.hpp"
#include "tune/run/process.hpp"

namespace trigloop::tune {
namespace {

using testing::HasSubstr;

StudyFile read(const std::string& text) {
  const test::TempDir dir;
  test::write_file(dir / "my.yml", text);
  return read_study(dir / "my.yml");
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const core::Error& error) {
    return error.what();
  }
  return "accepted";
}

const std::string small = "command: python3 train.py\nspace: {x: {low: 0, high: 1}}\nmetric: loss\n";

TEST(StudyFile, NeedsThreeKeys) {
  const StudyFile study = read(small);
  EXPECT_EQ(study.name, "my");
  EXPECT_EQ(study.directions(), std::vector<Direction>{Direction::minimize});
  EXPECT_EQ(study.trials, 100);
  EXPECT_EQ(study.space.dimensions().size(), 1u);
  EXPECT_THAT(study.storage, HasSubstr("my.journal"));
}

TEST(StudyFile, TakesSeveralObjectivesAndWordsOfACommand) {
  const StudyFile study = read(
      "name: n\ncommand: [./train, --rate, '{rate}']\nspace: {rate: {low: 0, high: 1}}\n"
      "metrics: {efficiency: maximize, lut: minimize}\npruner: median\nsampler: {name: random}\ngpus: 0.125\n");
  EXPECT_EQ(study.directions(), (std::vector<Direction>{Direction::maximize, Direction::minimize}));
  EXPECT_EQ(study.metrics[1].name, "lut");
  EXPECT_EQ(study.command.size(), 3u);
  EXPECT_EQ(study.gpus, 0.125);
}

TEST(StudyFile, TheExamplesAreStudies) {
  const auto folder = test::project_root() / "examples/tune";
  EXPECT_EQ(read_study(folder / "study.yml").space.dimensions().size(), 2u);
  const StudyFile package = read_study(folder / "package.yml");
  EXPECT_EQ(package.space.dimensions().size(), 13u);
  EXPECT_EQ(package.settings.size(), 11u);
  EXPECT_EQ(package.train, folder / "package-train.yml");
}

TEST(StudyFile, RefusesWhatItDoesNotKnowWithTheNearestKey) {
  EXPECT_THAT(refusal(small + "trialls: 5\n"), HasSubstr("'trials'"));
  EXPECT_THAT(refusal(small + "sampler: tpee\n"), HasSubstr("line 4"));
  EXPECT_THAT(refusal(small + "pruner: {name: median, warmpu: 3}\n"), HasSubstr("'warmup'"));
  EXPECT_THAT(refusal(small + "metrics: {a: minimize}\n"), HasSubstr("beside 'metrics'"));
  EXPECT_THAT(refusal("space: {x: {low: 0, high: 1}}\nmetric: a\n"), HasSubstr("'command' and 'train'"));
  EXPECT_THAT(refusal("command: a\nmetric: a\n"), HasSubstr("'space'"));
  EXPECT_THAT(refusal(small + "stop_signal: KILL\n"), HasSubstr("TERM"));
}

Trial trial() {
  Trial trial;
  trial.number = 7;
  trial.parameters = {
      {"rate", 0.25, std::make_shared<const Distribution>(FloatDistribution{0, 1, {}, false})},
      {"kind", 0,
       std::make_shared<const Distribution>(CategoricalDistribution{{config::Value::of(std::string("it's $x"))}})}};
  return trial;
}

TEST(Command, PutsValuesIntoWordsAndQuotesThemForTheShell) {
  StudyFile study = read(small);
  study.command = {"./train", "--rate={rate}", "{kind}", "{other}"};
  EXPECT_EQ(command_words(study, trial()), (std::vector<std::string>{"./train", "--rate=0.25", "it's $x", "{other}"}));
  study.command = {"printf %s {kind}"};
  EXPECT_EQ(test::run_command(command_words(study, trial())).out, "it's $x");
  EXPECT_EQ(parameters_json(trial()), R"({"rate": 0.25, "kind": "it's $x"})");
}

TEST(Command, OfOurTrainerIsKeysOfItsConfiguration) {
  const StudyFile study = read(
      "metric: raw-pure/a\nspace: {n: {type: int, low: 1, high: 9}, train.alpha: {low: 0, high: 1}}\n"
      "train: {config: c.yml, set: {model.nodes: '[{n}, 4]'}}\n");
  Trial trial;
  trial.parameters = {{"n", 7, study.space.find("n")->distribution}};
  const std::vector<std::pair<std::string, std::string>> expected{{"model.nodes", "[7, 4]"}};
  EXPECT_EQ(trial_settings(study, trial), expected);  // train.alpha is not a parameter of this trial
}

TEST(Command, TellsATrialWhatItIs) {
  StudyFile study = read(small);
  study.cpus = 3;
  const auto all = trial_environment(study, trial(), "/f/7", "0,1");
  for (const char* const entry : {"TUNE_rate=0.25", "TUNE_kind=it's $x", "TUNE_TRIAL=7", "TUNE_FOLDER=/f/7",
                                  "OMP_NUM_THREADS=3", "CUDA_VISIBLE_DEVICES=0,1", "ROCR_VISIBLE_DEVICES=0,1"})
    EXPECT_EQ(std::ranges::count(all, entry), 1) << entry;
}

TEST(Measurements, AreLinesOfThreeWordsOrJson) {
  const std::vector<std::string> known{"loss", "lut"};
  const auto one = parse_measurements(" 3 loss 1e-3", known);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].step, 3);
  EXPECT_EQ(one[0].value, 1e-3);
  const auto two = parse_measurements(R"({"lut": 500, "epoch": 9, "loss": NaN})", known);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_FALSE(two[0].step);
  EXPECT_TRUE(std::isnan(two[1].value));
  EXPECT_EQ(parse_measurements(R"({"step": 4, "loss": 0.5})", known)[0].step, 4);
  for (const char* const none : {"", "loss 3", "1 loss", "1 loss x", "1 other 3", "1 loss 2 3", "{\"loss\":", "[1]"})
    EXPECT_TRUE(parse_measurements(none, known).empty()) << none;
}

}  // namespace
}  // namespace trigloop::tune
