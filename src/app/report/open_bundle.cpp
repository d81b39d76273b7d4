#include "app/report/open_bundle.hpp"

#include "app/report/stored_bundle.hpp"
#include "bundle/fill.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "evaluate/packed.hpp"

namespace trigloop::app {
namespace {

/// At the target rates of the tables that are there, so that the rates of both stand beside each other.
void add_plots(bundle::Bundle& bundle) {
  const config::Config config = config::Config::parse(bundle.config, bundle.path.native());
  evaluate::EvaluateOptions options = evaluate_options(config);
  options.rates_khz.clear();
  for (const bundle::Threshold& threshold : bundle.thresholds) options.rates_khz.push_back(threshold.rate_khz);
  options.bootstrap.replicas = 2;  // their errors are not shown
  evaluate::SampleOptions how;
  how.threads = core::available_cores();
  how.planes = true;
  how.hidden_events = hidden_events;
  const score::Scorer scorer(*bundle.model);
  const auto samples = evaluate::read_packed(bundle.path, scorer, curate::read_settings(config), how);
  bundle::set_plots(evaluate::evaluate(samples.background, samples.signals, options), bundle);
  bundle.warnings.push_back(
      "Figures against pile-up, HT and momenta and those of the embedding were made from the file's events with the "
      "firmware's integers; the tables are the file's own.");
}

}  // namespace

bundle::Bundle open_bundle(const std::filesystem::path& path) {
  bundle::Bundle bundle = bundle::read(path);
  const bool has_plots = !bundle.plots.planes.empty() || bundle.plots.embedding;
  if (bundle.format != "complete.h5" || has_plots || !bundle.model || bundle.thresholds.empty()) return bundle;
  try {
    add_plots(bundle);
  } catch (const core::Error& e) {
    if (e.code() == core::ErrorCode::interrupted) throw;
    bundle.warnings.push_back(std::string("its events were not drawn: ") + e.what());
  }
  return bundle;
}

}  // namespace trigloop::app
