// trigloop train: a recipe over a packed file, to a bundle that `trigloop score` runs.
#include "app/train/train.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <iostream>

#include "app/commands.hpp"
#include "app/events/curation.hpp"
#include "app/report/stored_bundle.hpp"
#include "config/config.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/progress.hpp"
#include "core/sha256.hpp"
#include "train/bundle.hpp"
#include "train/keras.hpp"
#include "train/trainer.hpp"

namespace trigloop::app {
namespace {

using Options = TrainCommand;

constexpr const char* examples = R"(Examples:
  trigloop train --config c.yml --output model      # curate, train, evaluate, store, report
  trigloop train --config c.yml --data Data.h5 --output model --threads 8
  trigloop train --config c.yml --set train.Contrastive_VAE.epochs_vae=32 --output model
  trigloop train --config c.yml --init deployed --output model      # fine-tune
  trigloop train --data 2026.h5 --init deployed --replay 2024.h5 2025.h5 --replay-share 0.3 --output model
  trigloop train --recipe Classes --data Data.h5 --output classes
  trigloop train --config c.yml --output model --resume      # go on after an interruption

With --config, lite.h5, complete.h5 and build.h5 go where its section `store` says, and the report where `report` does.
The bundle MODEL holds model.onnx, which `trigloop score --model MODEL/model.onnx` runs.)";

config::Config load_config(const Options& options) {
  config::Config config = options.config.empty() ? config::Config::master() : config::Config::load(options.config);
  for (const std::string& setting : options.settings) {
    const auto equals = setting.find('=');
    if (equals == setting.npos)
      throw core::Error(core::ErrorCode::usage, "'" + setting + "' sets nothing").remedy("Write --set KEY=VALUE");
    config.set(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return config;
}

std::string in_words(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  return seconds < 5400 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

void show(const train::EpochReport& r) {
  std::string terms;
  for (const train::Term& term : r.terms) terms += fmt::format("  {} {:.5g}", term.name, term.value);
  std::cerr << fmt::format("{} {}/{}  rate {:.3g}  loss {:.6g}{}  {:.2f} M events/s  {} left\n", r.stage->name,
                           r.epoch + 1, r.stage->epochs, r.rate, r.loss, terms, r.events_per_second / 1e6,
                           in_words(r.seconds_left));
}

/// What `trigloop tune` reads: an evaluated epoch as a line of JSON.
void print_metrics(const train::EpochReport& r, const train::History& history) {
  if (!r.stage->evaluates) return;
  core::JsonWriter out;
  out.begin_object().member("step", r.epoch + 1).member("loss", r.loss);
  for (const auto& [name, values] : history.columns())
    if (name.find('/') != name.npos && !values.empty() && !std::isnan(values.back())) out.member(name, values.back());
  std::cout << out.end_object().text() << std::endl;
}

/// A hidden neighbour of the bundle.
std::filesystem::path checkpoint_of(std::filesystem::path output) {
  if (output.filename().empty()) output = output.parent_path();
  return output.parent_path() / ("." + output.filename().native() + ".checkpoint.h5");
}

/// The packed file: made anew if the configuration names inputs for it and it was not made from them already. Where
/// its inputs are not here, one that is there is taken as it is.
std::string packed_file(const Options& options, const config::Config& config) {
  if (!options.data.empty()) return options.data;
  const std::string path = config.text("data_config.Processed_data_path");
  const curate::Settings settings = curate::read_settings(config);
  if (std::filesystem::exists(settings.background) || !std::filesystem::exists(path)) {
    RecordOptions record = options.record;
    record.name.clear();  // it is the model's
    const curate::Report report = recorded_curation(record, config, settings, {.threads = options.threads});
    for (const std::string& warning : report.warnings) std::cerr << "trigloop: warning: " << warning << '\n';
  } else if (!options.quiet) {
    std::cerr << path << ": taken as it is; " << settings.background.native() << " is not here\n";
  }
  return path;
}

train::TrainOptions train_options(const Options& options, const config::Config& config, const train::Recipe& recipe,
                                  const std::string& data, const Continual& continual) {
  train::TrainOptions result;
  result.threads = options.threads;
  result.checkpoint = checkpoint_of(options.output);
  result.resume = options.resume;
  result.evaluate_every = options.evaluate_every;
  result.identity = core::sha256_hex(recipe.text + config::to_json(config.root()) + core::sha256_of_file(data) +
                                     continual.identity());
  result.replay = continual.replay();
  result.replay_share = options.continual.share;
  if (!options.quiet) result.on_epoch = show;
  return result;
}

/// Evaluates what was trained, and writes the folder and the files of the package.
void finish(const Options& options, const config::Config& config, const train::Recipe& recipe,
            const train::PackedFile& file, const train::History& history, const std::vector<train::Era>& eras,
            const Continual& continual) {
  const bundle::Bundle bundle = evaluated_bundle(config, recipe, file, history, options.threads);
  for (const std::string& warning : bundle.warnings) std::cerr << "trigloop: warning: " << warning << '\n';
  const auto keras = train::keras_model(recipe);
  std::vector<train::ExtraFile> extra;
  if (!bundle.thresholds.empty()) extra.push_back({"lite.h5", lite_file(bundle, config, keras, options.output)});
  if (!eras.empty()) extra.push_back({"continual.json", continual.json(eras)});
  train::write_bundle(options.output, recipe, file, bundle.config, history, extra);
  if (options.json)
    std::cout << (eras.empty() ? core::read_text(options.output + "/bundle.json", 1u << 20) : extra.back().bytes);
  else
    std::cout << options.output << ": " << recipe.name << " trained\n" << train::as_text(eras);
  if (options.config.empty() || options.no_store || bundle.thresholds.empty()) return;
  for (const std::filesystem::path& path : store(bundle, config, keras, file.path())) {
    if (!options.json) std::cout << path.native() << ": written\n";
  }
}

Recorder begin_record(const Options& options, const config::Config& config, const std::string& data) {
  Recorder record(options.record, "train");
  record.input_text("config", "config", "train", "config.yaml", config::to_yaml(config.root()));
  record.input("data", "dataset", data);
  if (options.record.on() && !options.study.empty())
    record.input_artifact("study",
                          registry::Registry(options.record.folder, registry::Access::read).resolve(options.study));
  const std::string& init = options.continual.init;
  if (std::filesystem::is_regular_file(init))
    record.input("parent", "model", init);
  else if (!init.empty())
    record.input_bundle("parent", init, "weights.h5");
  for (std::size_t i = 0; i < options.continual.replay.size(); ++i)
    record.input((i < 9 ? "replay 0" : "replay ") + std::to_string(i + 1), "dataset", options.continual.replay[i]);
  return record;
}

/// A step an epoch.
std::vector<registry::Metric> metrics_of(const train::History& history) {
  std::vector<registry::Metric> metrics;
  for (const auto& [name, values] : history.columns()) {
    for (std::size_t epoch = 0; epoch < values.size(); ++epoch)
      metrics.push_back({name, static_cast<std::int64_t>(epoch), values[epoch]});
  }
  return metrics;
}

}  // namespace

void train_and_record(const TrainCommand& options, const std::function<void(Recorder&)>& more) {
  const config::Config config = load_config(options);
  const std::string name = options.recipe.empty() ? config.text("train_recipe") : options.recipe;
  const std::string data = packed_file(options, config);
  const Continual continual(options.continual, data);
  const train::PackedFile& file = continual.file();
  train::Recipe recipe = train::build_recipe(train::recipe_text(name), name, config.root(), file.shape());
  Recorder record = begin_record(options, config, data);
  if (more) more(record);
  const std::vector<std::string> anew = continual.start(recipe);
  if (!anew.empty() && !options.quiet)
    std::cerr << options.continual.init << ": lacks " << fmt::format("{}", fmt::join(anew, ", "))
              << ": they start anew, as moving moments and the optimiser do\n";
  train::TrainOptions how = train_options(options, config, recipe, data, continual);
  const train::Trainer* running = nullptr;
  if (options.metrics) how.on_epoch = [&](const train::EpochReport& r) { print_metrics(r, running->history()); };
  train::Trainer trainer(recipe, file, std::move(how));
  running = &trainer;
  trainer.run();
  finish(options, config, recipe, file, trainer.history(), continual.compare(trainer, recipe, config, options.threads),
         continual);
  record.output_folder("model", "model", recipe.name, options.output, metrics_of(trainer.history()));
  record.commit();
  std::error_code ignored;
  std::filesystem::remove(checkpoint_of(options.output), ignored);
}

void add_train(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("train", "Train a quantised network by a recipe, reproducibly");
  command->add_option("-c,--config", options->config, "YAML over the master configuration (`trigloop config show`)");
  command->add_option("-d,--data", options->data,
                      "The packed file (default: Processed_data_path of the configuration)");
  command->add_option("--recipe", options->recipe,
                      "A built-in recipe or a YAML file (default: train_recipe of the configuration)");
  command->add_option("--set", options->settings, "KEY=VALUE over the configuration; may be repeated");
  command->add_option("--from-study", options->study,
                      "Where these settings were found: a study of the registry, for the model's lineage");
  command->add_option("-o,--output", options->output, "The bundle, a folder")->capture_default_str();
  command->add_option("--evaluate-every", options->evaluate_every, "Epochs from one evaluation to the next")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option(
      "--init", options->continual.init,
      "A bundle, or a Keras build.h5, lite.h5 or complete.h5, whose weights are the first ones: fine-tuning");
  command->add_option("--replay", options->continual.replay,
                      "Packed files of older eras, of which a share is trained on, too; with --init");
  command->add_option("--replay-share", options->continual.share, "Share of older eras among the events trained on")
      ->check(CLI::Range(0.0, 0.95))
      ->capture_default_str();
  command
      ->add_option("--normalisation", options->continual.normalisation,
                   "With --init: `kept`, that of the model, or `new`, that of the new data")
      ->check(CLI::IsMember({"kept", "new"}))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads (default: all cores); the result does not depend on it")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--resume", options->resume, "Go on from the checkpoint of an interrupted training");
  command->add_flag("--json", options->json, "Print what was trained as JSON, with --init what was forgotten");
  command->add_flag("--metrics", options->metrics, "Print each evaluated epoch as a line of JSON, for `trigloop tune`");
  command->add_flag("--no-store", options->no_store, "Write the bundle alone, none of the package's files");
  command->add_flag("-q,--quiet", options->quiet, "No progress");
  add_record_options(*command, options->record);
  command->footer(examples);
  command->callback([options] { train_and_record(*options); });
}

}  // namespace trigloop::app
