// trigloop curate: events become the packed file that training reads.
#include "curate/curate.hpp"

#include <iostream>

#include "app/commands.hpp"
#include "app/events/curation.hpp"
#include "core/json_writer.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string config, output;
  std::vector<std::string> settings;
  unsigned threads = 0;
  bool rebuild = false, json = false, quiet = false;
  RecordOptions record;
};

constexpr const char* examples = R"(Examples:
  trigloop curate --config my.yml
  trigloop curate --config my.yml --output Data.h5 --threads 8
  trigloop curate --config my.yml --set data_config.Normalisation_configs.scheme='MinMax(-1,1)'
A file that was made from an equal configuration and equal inputs is reused. docs/config.md lists the keys.)";

config::Config load(const Options& options) {
  config::Config config = options.config.empty() ? config::Config::master() : config::Config::load(options.config);
  for (const std::string& setting : options.settings) config.set_text(setting);
  if (!options.output.empty())
    config.set("data_config.Processed_data_path", config::to_line(config::Value::of(options.output)));
  return config;
}

void write_part(core::JsonWriter& json, const curate::Part& part) {
  const curate::CutCounts& c = part.counts;
  json.begin_object().member("name", std::string_view(part.name)).member("read", c.read).member("kept", c.kept);
  json.member("saturated_et", c.saturated_et).member("et_not_a_number", c.not_a_number);
  json.member("saturated_events", c.saturated_events).member("masked_objects", c.masked_objects);
  if (!part.role.empty()) json.member("role", std::string_view(part.role)).member("hash", std::string_view(part.hash));
  json.end_object();
}

std::string as_json(const curate::Settings& settings, const curate::Report& report) {
  core::JsonWriter json;
  json.begin_object().member("output", std::string_view(settings.output.native())).member("reused", report.reused);
  json.key("parts").begin_array();
  for (const curate::Part& part : report.parts) write_part(json, part);
  json.end_array().key("norm_scale").begin_array();
  for (const double v : report.scaling.scale) json.value(v);
  json.end_array().key("norm_bias").begin_array();
  for (const double v : report.scaling.bias) json.value(v);
  json.end_array().key("warnings").begin_array();
  for (const std::string& warning : report.warnings) json.value(std::string_view(warning));
  return json.end_array().end_object().text();
}

void print_part(const curate::Part& part) {
  const curate::CutCounts& c = part.counts;
  std::cout << "  " << part.name << ": " << core::with_commas(c.kept) << " of " << core::with_commas(c.read)
            << " events";
  const auto tell = [](std::uint64_t n, const char* what) {
    if (n > 0) std::cout << ", " << core::with_commas(n) << ' ' << what;
  };
  tell(c.saturated_et, "dropped with saturated ET");
  tell(c.not_a_number, "dropped without a number as ET");
  tell(c.saturated_events, "dropped with a saturated object");
  tell(c.masked_objects, "saturated objects masked");
  if (!part.role.empty()) std::cout << " (" << part.role << ", " << part.hash << ')';
  std::cout << '\n';
}

void run(const Options& options) {
  const config::Config config = load(options);
  const curate::Settings settings = curate::read_settings(config);
  const bool silent = options.quiet || options.json;
  curate::Report report;
  {
    core::Progress progress("curate", 0, "events", silent ? core::ProgressMode::quiet : core::ProgressMode::automatic);
    report =
        recorded_curation(options.record, config, settings, {.threads = options.threads, .rebuild = options.rebuild},
                          [&](std::uint64_t events) { progress.advance(events); });
  }
  if (options.json) {
    std::cout << as_json(settings, report) << '\n';
    return;
  }
  for (const std::string& warning : report.warnings) std::cerr << "trigloop: warning: " << warning << '\n';
  if (options.quiet) return;
  std::cout << settings.output.native() << (report.reused ? ": is there already, made from the same\n" : ":\n");
  for (const curate::Part& part : report.parts) print_part(part);
}

}  // namespace

void add_curate(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("curate", "Select, scale and pack events for training (Data.h5)");
  command->add_option("-c,--config", options->config, "YAML over the master configuration");
  command->add_option("-o,--output", options->output, "The packed file (data_config.Processed_data_path)");
  command->add_option("--set", options->settings, "Set a key: --set compat=true")->allow_extra_args(false);
  command->add_option("-t,--threads", options->threads, "Threads (0: all cores); the file does not depend on it");
  command->add_flag("--rebuild", options->rebuild, "Make it even if it is there");
  command->add_flag("--json", options->json, "Print what was done as JSON");
  command->add_flag("-q,--quiet", options->quiet, "Print warnings alone");
  add_record_options(*command, options->record);
  command->footer(examples);
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
