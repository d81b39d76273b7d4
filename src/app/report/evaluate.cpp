// trigloop evaluate: thresholds, rates and efficiencies of a model.
#include "evaluate/evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>

#include "app/commands.hpp"
#include "app/record.hpp"
#include "app/report/evaluate_reader.hpp"
#include "bundle/fill.hpp"
#include "bundle/write.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "core/sha256.hpp"
#include "evaluate/l1.hpp"
#include "evaluate/packed.hpp"
#include "evaluate/report.hpp"
#include "io/any/any.hpp"
#include "model/load.hpp"

namespace trigloop::app {
namespace {

using Options = EvaluateCommand;
using Reader = EvaluationReader;

constexpr const char* examples = R"(Examples:
  trigloop evaluate --model model.onnx --background zerobias.h5 --signals signals.h5
  trigloop evaluate --model model.onnx --config c.yml --json > evaluation.json
  trigloop evaluate --model model/model.onnx --data Data.h5 --drift measured.yml --output evaluated.h5
  trigloop evaluate --model model.onnx --stream records/ --signals signals.h5
  trigloop evaluate --model model.onnx --background zerobias.h5 --rate 0.05 1 --bunches 2448 --menu cms-run3
Thresholds come by two rules: the firmware passes code >= T (code: score x 16 for the deployed networks), the training
package score > t. --menu bits takes stored L1 bits; without --menu they are taken where they are, else cms-run3 is evaluated.)";

config::Config load_config(const Options& options) {
  config::Config config = options.config.empty() ? config::Config::master() : config::Config::load(options.config);
  for (const std::string& setting : options.settings) config.set_text(setting);
  return config;
}

evaluate::EvaluateOptions targets(const Options& options, const config::Config& config) {
  evaluate::EvaluateOptions result;
  result.rates_khz = options.rates.empty() ? config.numbers("threshold.target_rate") : options.rates;
  result.crossings =
      options.bunches != 0
          ? evaluate::Crossings::of_bunches(options.bunches)
          : evaluate::Crossings(options.bc_khz != 0 ? options.bc_khz : config.number("threshold.bc_khz"));
  result.ht_threshold = config.number("threshold.ht_threshold");
  result.bootstrap = {options.replicas, options.seed};
  return result;
}

/// What is evaluated: the tables, and those of the moved signals at the same thresholds.
struct Evaluated {
  evaluate::Evaluation nominal;
  std::optional<evaluate::Evaluation> moved;
  std::string drift;
};

/// The rate of colliding crossings that a stream's own exposure tells, unless the command line does.
void take_exposure(const Options& options, const evaluate::Stream& stream, evaluate::EvaluateOptions& how) {
  const score::Exposure& seen = stream.scores.all.exposure;
  if (options.bunches != 0 || options.bc_khz != 0) return;
  if (seen.orbits == 0 || seen.colliding_crossings == 0)
    throw core::Error(core::ErrorCode::usage, "the records do not tell how many bunches collide")
        .file(options.stream)
        .remedy("Give --bunches");
  const double bunches = static_cast<double>(seen.colliding_crossings) / static_cast<double>(seen.orbits);
  how.crossings = evaluate::Crossings::of_bunches(static_cast<unsigned>(std::lround(bunches)));
}

Evaluated evaluated(const Options& options, Reader& reader, evaluate::EvaluateOptions how) {
  Evaluated result;
  const auto finish = [&](const auto& background, const std::vector<evaluate::Sample>& signals) {
    const auto start = std::chrono::steady_clock::now();
    result.nominal = evaluate::evaluate(background, signals, how);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (!options.quiet) std::cerr << "all tables took " << core::JsonWriter().value(seconds.count()).text() << " s\n";
    if (options.drift.empty()) return;
    const evaluate::Drift drift = evaluate::Drift::load(options.drift);
    result.drift = drift.name();
    result.moved = evaluate::evaluate(background, reader.moved_signals(drift), how);
  };
  if (!options.data.empty()) {
    const evaluate::PackedSamples samples = reader.packed();
    finish(samples.background, samples.signals);
  } else if (!options.stream.empty()) {
    const evaluate::Stream stream = reader.stream();
    take_exposure(options, stream, how);
    finish(stream, reader.signals());
  } else {
    const evaluate::Sample background = reader.background();
    finish(background, reader.signals());
  }
  return result;
}

/// What tells that two evaluations are of the same events: the hash of the packed file, or of background and signals;
/// "" where they are no files.
std::string events_id(const evaluate::Provenance& provenance) {
  namespace fs = std::filesystem;
  if (!fs::is_regular_file(provenance.background_path)) return "";
  const std::string background = core::sha256_of_file(provenance.background_path);
  if (provenance.signals_path == provenance.background_path) return background;
  const bool has_signals = fs::is_regular_file(provenance.signals_path);
  return core::sha256_hex(background + (has_signals ? core::sha256_of_file(provenance.signals_path) : ""));
}

/// The evaluation as a bundle, for reports and comparisons.
void write_output(const Options& options, const config::Config& config, const model::Graph& graph,
                  const Evaluated& evaluated, const evaluate::Provenance& provenance) {
  bundle::Bundle out;
  out.name = provenance.model;
  out.config = config::to_yaml(config.root());
  out.warnings = provenance.warnings;
  out.lineage = {{"model", core::sha256_of_file(options.model)},
                 {"background", provenance.background_path},
                 {"signals", provenance.signals_path}};
  if (const std::string id = events_id(provenance); !id.empty()) out.lineage.push_back({"data", id});
  out.model = std::make_shared<const model::Graph>(graph);
  out.layers = model::describe(graph);
  bundle::set_results(evaluated.nominal, out);
  if (evaluated.moved) bundle::set_drifted(*evaluated.moved, evaluated.drift, out);
  bundle::write_lite(options.output, out, {config::to_json(config.package_part()), std::nullopt});
}

Recorder begin_record(const Options& options, const config::Config& config) {
  Recorder record(options.record, "evaluate");
  record.input("model", "model", options.model);
  record.input_text("config", "config", "evaluate", "config.yaml", config::to_yaml(config.root()));
  const curate::Settings settings = curate::read_settings(config);
  if (!options.drift.empty() && std::filesystem::is_regular_file(options.drift))
    record.input("drift", "config", options.drift);
  if (!options.stream.empty()) record.input("stream", "spectra", options.stream);
  if (!options.data.empty()) {
    record.input("data", "dataset", options.data);
    return record;
  }
  std::filesystem::path background = options.background, signals = options.signals;
  if (background.empty()) background = settings.background;
  if (options.background.empty() && options.stream.empty() && signals.empty()) signals = settings.signals;
  if (options.stream.empty()) record.input("background", "dataset", background);
  if (!signals.empty()) record.input("signals", "dataset", signals);
  return record;
}

/// The firmware's numbers, for lists and comparisons; the report has all of them.
std::vector<registry::Metric> metrics_of(const evaluate::Evaluation& evaluation) {
  std::vector<registry::Metric> metrics;
  constexpr auto firmware = static_cast<std::size_t>(evaluate::Rule::firmware);
  constexpr auto raw = static_cast<std::size_t>(evaluate::Kind::raw),
                 pure = static_cast<std::size_t>(evaluate::Kind::pure);
  for (std::size_t r = 0; r < evaluation.rows.size(); ++r) {
    const std::string rate = core::JsonWriter().value(evaluation.rows[r].rate_khz).text() + "kHz";
    const auto& thresholds = evaluation.rows[r].thresholds;
    metrics.push_back({"threshold/raw/" + rate, 0, static_cast<double>(thresholds[raw].by_rule[firmware].code)});
    metrics.push_back({"threshold/pure/" + rate, 0, static_cast<double>(thresholds[pure].by_rule[firmware].code)});
    for (const evaluate::SignalTable& signal : evaluation.signals) {
      const evaluate::Columns& columns = signal.rates[r][firmware];
      metrics.push_back({"efficiency/" + signal.name + "/" + rate, 0, columns[raw][raw].value()});
      metrics.push_back({"pure_efficiency/" + signal.name + "/" + rate, 0, columns[pure][pure].value()});
    }
  }
  return metrics;
}

void run(const Options& options) {
  if (options.background.empty() && options.config.empty() && options.data.empty() && options.stream.empty())
    throw core::Error(core::ErrorCode::usage, "no background is given")
        .remedy("Give --background, --data, --stream or --config");
  const config::Config config = load_config(options);
  Recorder record = begin_record(options, config);
  const evaluate::EvaluateOptions how = targets(options, config);
  const model::Graph graph = model::load(options.model, {options.normalisation});
  const score::Scorer scorer(graph, options.engine);
  Reader reader(options, config, scorer);
  reader.provenance.model = graph.name.empty() ? std::filesystem::path(options.model).stem().native() : graph.name;
  reader.provenance.engine = scorer.engine_name();
  reader.provenance.package_cuts = options.package_cuts;
  const Evaluated all = evaluated(options, reader, how);
  if (!options.output.empty()) write_output(options, config, graph, all, reader.provenance);
  record.output_text("report", "report", "evaluation", "evaluation.json",
                     evaluate::to_json(all.nominal, reader.provenance) + "\n", metrics_of(all.nominal));
  record.commit();
  if (!options.csv.empty()) {
    core::write_file(options.csv, evaluate::to_csv(all.nominal));
  }
  if (options.json) {
    std::cout << evaluate::to_json(all.nominal, reader.provenance, all.moved ? &*all.moved : nullptr, all.drift)
              << '\n';
    return;
  }
  for (const std::string& warning : reader.provenance.warnings) std::cerr << "trigloop: warning: " << warning << '\n';
  std::cout << evaluate::to_text(all.nominal, reader.provenance);
  if (all.moved) std::cout << evaluate::drifted_text(*all.moved, all.drift);
}

}  // namespace

void add_evaluate(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("evaluate", "Thresholds, rates and efficiencies of a quantised network");
  command->add_option("-m,--model", options->model, "QONNX, or a QKeras .h5")->required();
  command->add_option("-b,--background", options->background,
                      "Zero bias: the package's HDF5 or a scouting ROOT file (default: that of the configuration)");
  command->add_option("-s,--signals", options->signals, "The package's signal HDF5");
  command->add_option("-d,--data", options->data, "A packed file: its test events and all its signal sets")
      ->excludes("--background")
      ->excludes("--signals");
  command->add_option("--stream", options->stream, "Records of a scouting run: their raw and pure spectra")
      ->excludes("--background")
      ->excludes("--data");
  command->add_option("--drift", options->drift, "A measured drift (YAML): signals are also shown moved by it");
  command->add_option("-o,--output", options->output, "Write all tables as lite.h5, for `trigloop report` and others");
  command->add_option("-c,--config", options->config,
                      "YAML over the master configuration; its test sector and its limit on signals then count");
  command->add_option("--set", options->settings, "KEY=VALUE over the configuration; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--normalisation", options->normalisation,
                      "Bias and scale of a QKeras model's inputs: Data.h5, complete.h5 or YAML");
  command->add_option("--rate", options->rates, "Target rates in kHz (default: those of the configuration)");
  auto* bunches = command->add_option("--bunches", options->bunches, "Colliding bunches of an orbit");
  command->add_option("--bc-khz", options->bc_khz, "Rate of colliding crossings in kHz (default: the configuration's)")
      ->excludes(bunches);
  command->add_option("--menu", options->menu, "What L1 takes: a menu, or 'bits' for stored decisions");
  command->add_flag("--package-cuts", options->package_cuts,
                    "Drop and mask saturated events and objects as for training; the firmware does not");
  command->add_flag("--unblind", options->unblind, "Evaluate blind signal sets, too");
  command->add_option("--replicas", options->replicas, "Replicas of the bootstrap")
      ->check(CLI::Range(2, 100000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of the bootstrap")->capture_default_str();
  command->add_flag("--json", options->json, "Print all tables as JSON");
  command->add_option("--csv", options->csv, "Write all tables as CSV");
  command->add_option("--engine", options->engine, "simd or reference (default: $TRIGLOOP_ENGINE, else the fastest)");
  command->add_option("-t,--threads", options->threads, "Threads (default: all cores); no number depends on it")
      ->check(CLI::Range(1, 1024));
  command->add_flag("-q,--quiet", options->quiet, "No progress bar, no times");
  add_record_options(*command, options->record);
  command->footer(examples);
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
