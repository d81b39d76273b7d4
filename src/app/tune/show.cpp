// trigloop tune status, export: what a study has found.
#include <fmt/format.h>

#include <iostream>

#include "app/tune/commands.hpp"
#include "core/file.hpp"
#include "tune/run/summary.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

struct Options {
  ShownStudy study;
  std::string output, format = "csv";
  bool json = false;
};

void status(const Options& options) {
  const OpenedStudy shown = options.study.open();
  tune::Tally tally(shown.wanted);
  const tune::Progress& progress = tally.look(shown.storage->history());
  warn(shown);
  if (options.json) {
    std::cout << tune::status_json(*shown.storage, progress) << '\n';
    return;
  }
  std::cout << shown.storage->study().name << ": " << tune::progress_line(progress) << '\n';
  for (const std::string& line : tune::last_errors(shown.storage->history(), 3)) std::cout << line << '\n';
}

void write(const Options& options) {
  const OpenedStudy shown = options.study.open();
  warn(shown);
  const tune::History& history = shown.storage->history();
  const std::string text =
      options.format == "json" ? tune::trials_json(history) + "\n" : tune::trials_csv(history, shown.metrics);
  if (options.output.empty()) {
    std::cout << text;
    return;
  }
  core::write_file(options.output, text);
}

}  // namespace

void warn(const OpenedStudy& shown) {
  for (const std::string& warning : shown.storage->warnings()) std::cerr << "trigloop: warning: " << warning << '\n';
}

void ShownStudy::add_to(CLI::App& command) {
  command.add_option("-s,--study", study, "The study file");
  command.add_option("--storage", storage, "sqlite:///FILE or journal:FILE");
  command.add_option("--name", name, "The study in the storage (default: the only one)");
}

OpenedStudy ShownStudy::open() const {
  OpenedStudy shown;
  if (!study.empty()) {
    shown.file = TuneStudy{study, storage}.read();
    shown.storage = open_study(shown.file, false);
    shown.wanted = shown.file.trials;
    for (const tune::Metric& metric : shown.file.metrics) shown.metrics.push_back(metric.name);
    return shown;
  }
  if (storage.empty()) throw Error(ErrorCode::usage, "say which study: --study or --storage");
  std::string chosen = name;
  const auto studies = tune::list_studies(storage);
  if (chosen.empty() && studies.size() == 1) chosen = studies[0].name;
  if (chosen.empty()) {
    std::string all;
    for (const auto& one : studies) all += (all.empty() ? "" : ", ") + one.name;
    throw Error(ErrorCode::usage, "holds several studies or none: say which by --name")
        .file(storage)
        .remedy(all.empty() ? "" : "There are " + all);
  }
  shown.storage = tune::open_storage(storage, {chosen, {}});
  for (std::size_t i = 0; i < shown.storage->history().directions().size(); ++i)
    shown.metrics.push_back(i == 0 ? "value" : "value_" + std::to_string(i));
  return shown;
}

void add_tune_show(CLI::App& tune) {
  const auto add = [&](const char* name, const char* about, const char* footer, void (*run)(const Options&)) {
    const auto options = std::make_shared<Options>();
    CLI::App* const command = tune.add_subcommand(name, about);
    options->study.add_to(*command);
    command->add_flag("--json", options->json, "Print for machines");
    command->footer(footer);
    command->callback([options, run] { run(*options); });
    return std::pair(command, options);
  };
  add("status", "How far a study is",
      "Examples:\n  trigloop tune status --study study.yml\n  trigloop tune status --storage optuna.db --json", status);
  const auto [command, options] =
      add("export", "All trials as a table",
          "Examples:\n  trigloop tune export --study study.yml --format csv --output trials.csv", write);
  command->add_option("--format", options->format, "csv or json")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  command->add_option("-o,--output", options->output, "File (default: standard output)");
}

}  // namespace trigloop::app
