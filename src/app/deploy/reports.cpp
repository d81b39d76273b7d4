// trigloop deploy reports: what Vivado wrote after routing, as numbers.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "app/deploy/deploy.hpp"
#include "app/deploy/files.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "deploy/proof/deployment.hpp"
#include "deploy/proof/resources.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string utilization, timing, layers, deployment, key;
  bool json = false;
};

template <class Parse>
auto read(const std::string& path, const Parse& parse) {
  try {
    return parse(core::read_text(path));
  } catch (core::Error& e) {
    e.file(path);
    throw;
  }
}

std::string as_json(const deploy::Routed& routed) {
  core::JsonWriter json;
  json.begin_object();
  deploy::write_json(json, routed);
  json.array("warnings", deploy::warnings_of(routed));
  return json.end_object().text() + "\n";
}

std::string as_text(const deploy::Routed& routed) {
  const auto& [used, timing, layers] = routed;
  std::string text = fmt::format("{} on {} ({})\n", used.design, used.device, used.state);
  text += fmt::format("LUT {} of {}, FF {}, carry {}, block RAM {}, DSP {}\n", used.tables, used.available_tables,
                      used.registers, used.carries, used.memories, used.multipliers);
  for (const deploy::LayerUtilization& layer : layers)
    text += fmt::format("  {:<24} LUT {:>6}, FF {:>5}, block RAM {}, DSP {}\n", layer.name, layer.tables,
                        layer.registers, layer.memories, layer.multipliers);
  return text + fmt::format("setup slack {} ns, hold slack {} ns, period {}: {}\n", timing.setup_slack,
                            timing.hold_slack, timing.period ? fmt::format("{} ns", *timing.period) : "not told",
                            timing.met ? "met" : "NOT MET");
}

/// Puts what was routed into a deployment's proof and page.
void add_to_deployment(const Options& options, const deploy::Routed& routed) {
  const std::filesystem::path folder = options.deployment;
  const auto key = load_key(options.key);
  if (!key && std::filesystem::exists(folder / "proof.json.sig"))
    throw core::Error(core::ErrorCode::usage, "its proof is signed, and would no longer be")
        .file(folder.string())
        .remedy("Sign it again with --key");
  const std::string proof = deploy::with_routed(core::read_text(folder / "proof.json"), routed);
  write_proof(folder, deploy::read_deployment(folder).network, proof, key);
  print_warnings(proof);
}

void show(const Options& options) {
  deploy::Routed routed{
      read(options.utilization, deploy::parse_utilization), read(options.timing, deploy::parse_timing), {}};
  if (!options.layers.empty()) routed.layers = read(options.layers, deploy::parse_layers);
  std::cout << (options.json ? as_json(routed) : as_text(routed));
  if (!options.deployment.empty()) add_to_deployment(options, routed);
  if (const auto warnings = deploy::warnings_of(routed); !warnings.empty())
    throw core::Error(core::ErrorCode::mismatch, warnings.front())
        .file(routed.timing.met ? options.utilization : options.timing);
}

}  // namespace

void add_deploy_reports(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      deploy.add_subcommand("reports", "Read utilization and timing that Vivado reported after routing");
  command->add_option("UTILIZATION", options->utilization, "Of report_utilization")->required();
  command->add_option("TIMING", options->timing, "Of report_timing_summary")->required();
  command->add_option("--layers", options->layers, "Of report_utilization -hierarchical: numbers layer by layer");
  command->add_option("--deployment", options->deployment,
                      "Put them into the proof and the report of this deployment (a folder of trigloop deploy)");
  command->add_option("--key", options->key, "Private key that signs the deployment's proof again");
  command->add_flag("--json", options->json, "For programs");
  command->footer(R"(Ends with 6 if timing is not met.

Examples:
  trigloop deploy reports firmware/vivado/utilization.rpt firmware/vivado/timing.rpt
  trigloop deploy reports utilization.rpt timing.rpt --layers utilization_by_layer.rpt
  trigloop deploy reports utilization.rpt timing.rpt --deployment deployed --key me.pem)");
  command->callback([options] { show(*options); });
}

}  // namespace trigloop::app
