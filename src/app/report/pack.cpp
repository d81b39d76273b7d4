// trigloop report --pack: a folder from which anybody recomputes the numbers.
#include "app/report/pack.hpp"

#include "app/report/evaluate_reader.hpp"
#include "report/bundle/pack.hpp"

namespace trigloop::app {
namespace {

config::Config load_config(const PackOptions& options) {
  return options.config.empty() ? config::Config::master() : config::Config::load(options.config);
}

/// What `trigloop evaluate` would be told: the same events, the same L1 decisions.
EvaluateCommand as_evaluation(const PackOptions& options) {
  EvaluateCommand command;
  command.background = options.background;
  command.signals = options.signals;
  command.config = options.config;
  command.menu = options.menu;
  command.keep = options.events;
  command.quiet = true;
  return command;
}

}  // namespace

std::uint64_t write_pack(const bundle::Bundle& bundle, const PackOptions& options) {
  if (!bundle.model)
    throw core::Error(core::ErrorCode::mismatch, "has no model, so its scores cannot be checked")
        .file(bundle.path.native())
        .remedy("Take the folder of trigloop train");
  const config::Config config = load_config(options);
  const score::Scorer scorer(*bundle.model);
  const EvaluateCommand command = as_evaluation(options);
  EvaluationReader reader(command, config, scorer);
  std::vector<evaluate::Sample> samples{reader.background()};
  for (evaluate::Sample& signal : reader.signals()) samples.push_back(std::move(signal));
  evaluate::EvaluateOptions how;
  how.rates_khz = options.rates.empty() ? config.numbers("threshold.target_rate") : options.rates;
  how.crossings = evaluate::Crossings(options.bc_khz != 0 ? options.bc_khz : config.number("threshold.bc_khz"));
  how.ht_threshold = config.number("threshold.ht_threshold");
  const auto evaluation = evaluate::evaluate(samples.front(), std::span(samples).subspan(1), how);
  reader.provenance.model = bundle.name;
  reader.provenance.engine = scorer.engine_name();
  return report::bundles::write_pack(options.folder, {bundle, evaluation, reader.provenance, samples});
}

}  // namespace trigloop::app
