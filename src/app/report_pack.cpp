// trigloop report --pack: a folder from which anybody recomputes the numbers.
#include "app/report_pack.hpp"

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/any/any.hpp"
#include "report/bundle/pack.hpp"

namespace trigloop::app {
namespace {

config::Config load_config(const PackOptions& options) {
  return options.config.empty() ? config::Config::master() : config::Config::load(options.config);
}

curate::Settings settings_of(const PackOptions& options, const config::Config& config) {
  curate::Settings settings = curate::read_settings(config);
  if (options.background.empty()) return settings;
  settings.background = options.background;
  settings.signals = options.signals;
  if (options.config.empty()) settings.test = {0, ~std::uint64_t{0}};
  return settings;
}

/// Background first, then the signals that are not blind.
std::vector<evaluate::Sample> read_samples(const PackOptions& options, const curate::Settings& settings,
                                           const score::Scorer& scorer) {
  evaluate::SampleOptions how;
  how.threads = core::available_cores();
  how.keep = options.events;
  std::vector<evaluate::Sample> samples{
      evaluate::read_sample("background", *curate::open_background(settings), settings.test, scorer, settings, how)};
  if (settings.signals.empty()) return samples;
  const std::shared_ptr<const io::Source> source = io::open(settings.signals);
  for (const std::string& name : curate::signal_names(*source)) {
    if (curate::describe_set(settings.signal_table, name).role == curate::Role::blind) continue;
    const auto input = curate::open_signal(source, name, settings);
    samples.push_back(evaluate::read_sample(name, *input, {0, settings.most_signal_events}, scorer, settings, how));
  }
  return samples;
}

}  // namespace

std::uint64_t write_pack(const bundle::Bundle& bundle, const PackOptions& options) {
  if (!bundle.model)
    throw core::Error(core::ErrorCode::mismatch, "has no model, so its scores cannot be checked")
        .file(bundle.path.native())
        .remedy("Take the folder of trigloop train");
  const config::Config config = load_config(options);
  const curate::Settings settings = settings_of(options, config);
  const score::Scorer scorer(*bundle.model);
  const std::vector<evaluate::Sample> samples = read_samples(options, settings, scorer);
  evaluate::EvaluateOptions how;
  how.rates_khz = options.rates.empty() ? config.numbers("threshold.target_rate") : options.rates;
  how.crossings = evaluate::Crossings(options.bc_khz != 0 ? options.bc_khz : config.number("threshold.bc_khz"));
  how.ht_threshold = config.number("threshold.ht_threshold");
  const auto evaluation = evaluate::evaluate(samples.front(), std::span(samples).subspan(1), how);
  evaluate::Provenance provenance;
  provenance.model = bundle.name;
  provenance.engine = scorer.engine_name();
  provenance.background_path = settings.background.native();
  provenance.signals_path = settings.signals.native();
  if (evaluation.knows_l1) provenance.l1 = "stored bits";
  return report::bundles::write_pack(options.folder, {bundle, evaluation, provenance, samples});
}

}  // namespace trigloop::app
