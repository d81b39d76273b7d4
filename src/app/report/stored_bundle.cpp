#include "app/report/stored_bundle.hpp"

#include <unistd.h>

#include <iostream>

#include "bundle/fill.hpp"
#include "bundle/write.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "core/sha256.hpp"
#include "curate/settings.hpp"
#include "evaluate/packed.hpp"
#include "model/qonnx_export.hpp"
#include "report/bundle/bundle_page.hpp"

namespace trigloop::app {
namespace {

/// The configuration as the package stores it: with the keys that it adds while it runs.
std::string package_config(const config::Config& config) {
  config::Value value = config.package_part();
  value.child("threshold").child("data_path") = config::Value::of(config.text("data_config.Processed_data_path"));
  const config::Value* rate = &config.at("train.Contrastive_VAE.optimiser_config_vae.learning_rate");
  value.child("lr_schedule").child("Contrastive_VAE").child("VAE_stage").child("config").child("max_lr") = *rate;
  value.child("DEBUG") = config::Value::of(false);
  return config::to_json(value);
}

void add_lineage(const config::Config& config, const train::PackedFile& file, bundle::Bundle& bundle) {
  bundle.lineage.push_back({"program", "trigloop " TRIGLOOP_VERSION});
  bundle.lineage.push_back({"configuration", core::sha256_hex(config::to_json(config.root()))});
  bundle.lineage.push_back({"data", core::sha256_of_file(file.path())});
  bundle.lineage.push_back({"model", core::sha256_hex(model::export_qonnx(*bundle.model))});
  for (const curate::SignalSet& set : curate::read_signal_sets(file.path())) {
    bundle.lineage.push_back(
        {"signal " + set.name, std::string(curate::name_of(set.role)) + (set.hash.empty() ? "" : " " + set.hash)});
  }
}

void add_results(const config::Config& config, const train::PackedFile& file, unsigned threads,
                 bundle::Bundle& bundle) {
  evaluate::SampleOptions how;
  how.threads = threads != 0 ? threads : core::available_cores();
  how.planes = true;
  how.hidden_events = hidden_events;
  const score::Scorer scorer(*bundle.model);
  const auto samples = evaluate::read_packed(file.path(), scorer, curate::read_settings(config), how);
  for (const std::string& name : samples.left_out)
    bundle.warnings.push_back("'" + name + "' is blind and was left out");
  bundle::set_results(evaluate::evaluate(samples.background, samples.signals, evaluate_options(config)), bundle);
}

}  // namespace

evaluate::EvaluateOptions evaluate_options(const config::Config& config) {
  evaluate::EvaluateOptions options;
  options.rates_khz = config.numbers("threshold.target_rate");
  options.crossings = evaluate::Crossings(config.number("threshold.bc_khz"));
  options.ht_threshold = config.number("threshold.ht_threshold");
  return options;
}

bundle::Bundle evaluated_bundle(const config::Config& config, const train::Recipe& recipe,
                                const train::PackedFile& file, const train::History& history, unsigned threads) {
  bundle::Bundle bundle;
  bundle.name = recipe.name;
  bundle.config = config::to_yaml(config.root());
  bundle.crossings_khz = config.number("threshold.bc_khz");
  bundle.normalisation = file.normalisation();
  bundle.model = std::make_shared<const model::Graph>(train::trained_graph(recipe, file));
  bundle.layers = model::describe(*bundle.model);
  for (const auto& [name, values] : history.columns()) bundle.history.push_back({name, values});
  add_lineage(config, file, bundle);
  try {
    add_results(config, file, threads, bundle);
  } catch (const core::Error& e) {
    const bool fits = e.code() != core::ErrorCode::mismatch && e.code() != core::ErrorCode::unsupported;
    if (fits) throw;
    bundle.warnings.push_back(std::string("not evaluated: ") + e.what());
  }
  return bundle;
}

std::string lite_file(const bundle::Bundle& bundle, const config::Config& config,
                      const std::optional<bundle::KerasModel>& keras, const std::filesystem::path& beside) {
  const std::filesystem::path path =
      beside.parent_path() / ("." + beside.filename().native() + "." + std::to_string(::getpid()) + ".lite.h5");
  bundle::write_lite(path, bundle, {package_config(config), keras});
  std::string bytes = core::read_text(path, std::uint64_t{1} << 30);
  std::filesystem::remove(path);
  return bytes;
}

std::vector<std::filesystem::path> store(const bundle::Bundle& bundle, const config::Config& config,
                                         const std::optional<bundle::KerasModel>& keras,
                                         const std::filesystem::path& packed) {
  const bundle::WriteOptions options{package_config(config), keras};
  std::vector<std::filesystem::path> written;
  const auto at = [&](const char* key) -> const std::filesystem::path& {
    return written.emplace_back(config.text(std::string("store.") + key));
  };
  bundle::write_lite(at("lite_path"), bundle, options);
  if (!config.flag("store.skip_saving_complete")) bundle::write_complete(at("complete_path"), bundle, options, packed);
  if (keras) bundle::write_build(at("build_model_path"), *keras);
  if (config.flag("report.generate")) {
    const std::filesystem::path page = config.text("report.path");
    try {
      report::write_page(report::bundles::bundle_page(bundle), page);
      written.push_back(page);
    } catch (const core::Error& e) {
      // A program built without the drawing library trains all the same.
      if (e.code() != core::ErrorCode::unsupported) throw;
      std::cerr << "trigloop: warning: no report: " << e.what() << '\n';
    }
  }
  return written;
}

}  // namespace trigloop::app
