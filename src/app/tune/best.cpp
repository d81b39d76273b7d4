// trigloop tune best: the best trial, and with --retrain its bundle.
#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "app/train/train.hpp"
#include "app/tune/commands.hpp"
#include "core/error.hpp"
#include "tune/run/command.hpp"
#include "tune/run/summary.hpp"

namespace trigloop::app {
namespace {

using core::Error;
using core::ErrorCode;

struct Options {
  ShownStudy study;
  std::int64_t trial = -1;
  bool json = false, settings = false, retrain = false;
  std::vector<std::int64_t> seeds;
  TrainCommand train;
};

std::vector<std::int64_t> chosen(const Options& options, const tune::History& history) {
  std::vector<std::int64_t> numbers = tune::best_trials(history);
  if (options.trial >= 0) {
    if (options.trial >= static_cast<std::int64_t>(history.size()))
      throw Error(ErrorCode::not_found, "there is no trial " + std::to_string(options.trial)).file(history.study());
    numbers = {options.trial};
  }
  if (numbers.empty()) throw Error(ErrorCode::not_found, "no trial is complete yet").file(history.study());
  return numbers;
}

void print(const Options& options, const OpenedStudy& shown, const tune::Trial& trial) {
  if (options.json) {
    std::cout << tune::trial_json(trial) << '\n';
    return;
  }
  std::cout << "trial " << trial.number;
  for (std::size_t i = 0; i < trial.values.size(); ++i)
    std::cout << fmt::format("  {} {:.6g}", shown.metrics[i], trial.values[i]);
  std::cout << '\n';
  for (const tune::Parameter& p : trial.parameters)
    std::cout << "  " << p.name << ": " << config::to_line(tune::external_value(*p.distribution, p.value)) << '\n';
}

/// The study's own file, whose trials train, and the one trial that is meant.
const tune::Trial& trained_trial(const Options& options, const OpenedStudy& shown) {
  const tune::History& history = shown.storage->history();
  if (options.study.study.empty())
    throw Error(ErrorCode::usage, "the study file says what a trial trains: --study").file(history.study());
  if (shown.file.train.empty())
    throw Error(ErrorCode::mismatch, "trials of this study are commands")
        .file(options.study.study)
        .remedy("Run yours with the parameters that `trigloop tune best` prints");
  const auto numbers = chosen(options, history);
  if (numbers.size() > 1)
    throw Error(ErrorCode::usage, std::to_string(numbers.size()) + " trials are unbeaten")
        .file(history.study())
        .remedy("Choose one of them by --trial");
  return history[numbers[0]];
}

std::vector<std::string> settings_of(const tune::StudyFile& study, const tune::Trial& trial) {
  std::vector<std::string> settings;
  for (const auto& [key, value] : tune::trial_settings(study, trial)) settings.push_back(key + "=" + value);
  return settings;
}

/// Trains it as its configuration says, to the end; the study is an input of the run that makes the bundle.
void retrain(const Options& options, const OpenedStudy& shown) {
  const tune::StudyFile& study = shown.file;
  TrainCommand command = options.train;
  const std::vector<std::string> more =
      std::exchange(command.settings, settings_of(study, trained_trial(options, shown)));
  for (const auto& [key, value] : study.final_settings) command.settings.push_back(key + "=" + value);
  command.settings.insert(command.settings.end(), more.begin(), more.end());
  command.config = study.train;
  if (command.data.empty()) command.data = study.data;
  const auto seeds = options.seeds.empty() ? study.final_seeds : options.seeds;
  const auto train = [&](const TrainCommand& one) {
    train_and_record(one, [&](Recorder& record) {
      record.input_text("study", "study", study.name, "study.json", tune::trials_json(shown.storage->history()));
    });
  };
  if (seeds.empty()) return train(command);
  if (seeds.size() > 1) std::filesystem::create_directories(command.output);
  for (const std::int64_t seed : seeds) {
    TrainCommand one = command;
    one.settings.push_back("determinism.global_seed=" + std::to_string(seed));
    if (seeds.size() > 1) one.output += "/seed-" + std::to_string(seed);
    train(one);
  }
}

void best(const Options& options) {
  const OpenedStudy shown = options.study.open();
  warn(shown);
  if (options.retrain) return retrain(options, shown);
  if (options.settings) {
    for (const std::string& setting : settings_of(shown.file, trained_trial(options, shown)))
      std::cout << setting << '\n';
    return;
  }
  const tune::History& history = shown.storage->history();
  for (const std::int64_t number : chosen(options, history)) print(options, shown, history[number]);
}

}  // namespace

void add_tune_best(CLI::App& tune) {
  const auto options = std::make_shared<Options>();
  CLI::App* const command =
      tune.add_subcommand("best", "The best trial; of several objectives, those that no other beats");
  options->study.add_to(*command);
  command->add_option("--trial", options->trial, "This one in its place")->check(CLI::Range(0, 1'000'000'000));
  command->add_flag("--json", options->json, "Print for machines");
  command->add_flag("--settings", options->settings, "Print KEY=VALUE, as `trigloop train --set` takes them");
  CLI::Option* const retrain =
      command->add_flag("--retrain", options->retrain, "Train it to the end, without pruning, and make its bundle");
  TrainCommand& train = options->train;
  const auto with_retrain = [&](CLI::Option* option) { return option->needs(retrain); };
  with_retrain(command->add_option("-o,--output", train.output, "The bundle; with several seeds, a folder of them"));
  with_retrain(command->add_option("--seeds", options->seeds, "Seeds (default: as the study says)"))->delimiter(',');
  with_retrain(command->add_option("--set", train.settings, "KEY=VALUE over trial and study; may be repeated"));
  with_retrain(command->add_option("--data", train.data, "The packed file (default: the study's)"));
  with_retrain(command->add_option("--threads", train.threads, "Threads (default: all cores)"))
      ->check(CLI::Range(1, 1024));
  with_retrain(command->add_flag("--resume", train.resume, "Go on from the checkpoint of an interrupted training"));
  with_retrain(command->add_flag("--no-store", train.no_store, "Write the bundle alone, none of the package's files"));
  with_retrain(command->add_flag("-q,--quiet", train.quiet, "No progress"));
  with_retrain(command->add_option("--model-name", train.record.name, "What the model is called in the registry"));
  add_registry_options(*command, train.record);
  command->footer(
      "Examples:\n  trigloop tune best --study study.yml\n"
      "  trigloop tune best --study package.yml --retrain --seeds 1,2,3 --output best --registry models\n"
      "  trigloop tune best --study package.yml --settings      # for `trigloop train --set`");
  command->callback([options] { best(*options); });
}

}  // namespace trigloop::app
