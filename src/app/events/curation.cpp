#include "app/events/curation.hpp"

namespace trigloop::app {

curate::Report recorded_curation(const RecordOptions& options, const config::Config& config,
                                 const curate::Settings& settings, const curate::CurateOptions& how,
                                 const curate::Advance& advance) {
  Recorder record(options, "curate");
  record.input_text("config", "config", "curate", "config.yaml", config::to_yaml(config.root()));
  record.input("background", "dataset", settings.background);
  if (!settings.signals.empty()) record.input("signals", "dataset", settings.signals);
  curate::Report report = curate::curate(settings, how, advance);
  record.output_references("data", "dataset", settings.output, {settings.output});
  record.commit(report.reused);
  return report;
}

}  // namespace trigloop::app
