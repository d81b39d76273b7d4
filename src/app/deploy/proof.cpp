// trigloop deploy, deploy verify: all products of a model, and the proof that they give the same integers.

#include <algorithm>
#include <iostream>
#include <memory>

#include "app/deploy/deploy.hpp"
#include "app/deploy/files.hpp"
#include "app/deploy/prover.hpp"
#include "app/record.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/scratch.hpp"
#include "core/sha256.hpp"
#include "deploy/network/ap_type.hpp"
#include "model/load.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
using core::Error, core::ErrorCode;

struct Options {
  std::string model, normalisation, output, name, input_type, interface = "pair", key;
  deploy::DeploymentOptions products;
  ProverOptions prover;
  deploy::Budget budget;  ///< over that of the configuration
  std::vector<std::string> cells;
  int cells_seconds = 1800;
  RecordOptions record;
};

/// All values of the first events that differ; "" if none does.
std::string differences(const deploy::Network& network, const deploy::Proof& proof) {
  std::string text;
  for (const deploy::Standing& standing : proof.equality.standings)
    if (standing.first) text += deploy::as_text(network, standing.name, *standing.first) + "\n";
  return text;
}

/// Throws what is wrong with the tables through the product.
[[noreturn]] void refuse(const deploy::EfficiencyMatch& match) {
  if (match.of_floats)
    throw Error(ErrorCode::mismatch, "the tables of " + match.bundle +
                                         " are of floating-point scores, as QKeras computes them, and the product's "
                                         "integers give others: " +
                                         match.first)
        .remedy(
            "Make tables of the integers, and compare with those: trigloop evaluate --model MODEL --data Data.h5 "
            "--output tables.h5, then --bundle tables.h5");
  throw Error(ErrorCode::mismatch, "thresholds, rates or efficiencies through the product are others: " + match.first);
}

/// Prints the outcome; throws if nothing is proven.
void conclude(const Options& options, const deploy::Network& network, const deploy::Proof& proof,
              const fs::path& shown) {
  std::cout << (options.prover.json ? deploy::to_json(network, proof) : deploy::as_table(proof));
  if (!proof.equality.equal())
    throw Error(ErrorCode::mismatch, "the products do not give the same integers")
        .remedy("All values of the first difference: " + shown.string());
  if (!proof.proven()) refuse(*proof.efficiencies);
}

/// What the configuration allows, and the command line in its place.
deploy::Budget budget_of(const Options& options) {
  const config::Config config = config_of(options.prover);
  const auto limit = [&](const std::optional<double>& given, const char* key) {
    const std::string path = std::string("deploy.budget.") + key;
    return given || !config.has(path) ? given : std::optional(config.number(path));
  };
  const deploy::Budget& given = options.budget;
  return {limit(given.latency_ns, "latency_ns"), limit(given.luts, "luts"), limit(given.flip_flops, "flip_flops"),
          limit(given.carries, "carries"), limit(given.adders, "adders")};
}

/// Yosys, if it is asked for, while the proof goes on.
std::unique_ptr<deploy::BackgroundSynthesis> start_synthesis(const Options& options) {
  if (options.cells.empty()) return nullptr;
  deploy::SynthesisOptions how{options.cells, 0, {}, {}};
  how.limits.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(options.cells_seconds);
  if (!options.prover.quiet && !options.prover.json)
    how.progress = [](const std::string& family, const deploy::LayerCells& layer, std::size_t done, std::size_t of) {
      const std::string cells = layer.cells ? std::to_string(layer.cells->tables) + " LUT" : "not run";
      std::cerr << "Yosys, " + family + ", " + layer.name + ": " + cells + " (" + std::to_string(done) + " of " +
                       std::to_string(of) + ")\n";
    };
  return std::make_unique<deploy::BackgroundSynthesis>(fs::path(options.output) / "verilog", std::move(how));
}

/// All products in the folder; what is known of the firmware before it is synthesised.
deploy::Resources make_products(Options& options, const fs::path& work) {
  options.products.name = options.name.empty() ? fs::path(options.model).stem().string() : options.name;
  options.products.emulator.pair = options.interface == "pair";
  if (!options.input_type.empty()) options.products.emulator.input = deploy::parse_ap_type(options.input_type);
  deploy::Resources resources{"", {}, budget_of(options)};
  const model::Graph graph = model::load(options.model, {options.normalisation});
  core::OutputFolder folder(options.output);
  deploy::write_products(graph, options.products, work, folder, &resources.estimate);
  folder.commit();
  return resources;
}

void deploy_all(Options& options) {
  if (options.model.empty() || options.output.empty())
    throw Error(ErrorCode::usage, "a deployment needs --model and --output").remedy("See trigloop deploy --help");
  const core::ScratchFolder scratch;
  Recorder record(options.record, "deploy");
  record.input("model", "model", options.model);
  const auto key = load_key(options.key);
  deploy::Proof proof;
  proof.resources = make_products(options, scratch.path());
  const deploy::Deployment deployment = deploy::read_deployment(options.output);
  proof.model = fs::path(options.model).filename().string();
  proof.model_sha256 = core::sha256_of_file(options.model);
  proof.program = TRIGLOOP_VERSION;
  proof.products = deploy::product_files(options.output);
  const auto synthesis = start_synthesis(options);
  Prover(options.prover, deployment.network, deployment.products, scratch.path()).run(proof);
  if (synthesis) proof.resources.synthesis = synthesis->get();

  const fs::path output = options.output;
  const std::string json = deploy::to_json(deployment.network, proof), text = differences(deployment.network, proof);
  if (!text.empty()) core::write_file(output / "differences.txt", text);
  write_proof(output, deployment.network, json, key);
  record.output_folder(
      "deployment", "deployment", options.products.name, output,
      {{"proven", 0, proof.proven() ? 1.0 : 0.0}, {"events", 0, static_cast<double>(proof.equality.events())}});
  record.commit();
  print_warnings(json);
  conclude(options, deployment.network, proof, output / "differences.txt");
}

void verify(Options& options) {
  const core::ScratchFolder scratch;
  const fs::path folder = options.output;
  const std::string recorded = core::read_text(folder / "proof.json");
  if (fs::exists(folder / "proof.json.sig")) {
    const auto signer =
        registry::verify_signature(core::read_text(folder / "proof.json.sig"), deploy::proof_name_space, recorded);
    if (!options.prover.json) std::cout << "signed by " << registry::fingerprint(signer) << '\n';
  }
  if (const auto changed = deploy::changed_files(folder, recorded); !changed.empty()) {
    std::string list = changed.front();
    for (std::size_t k = 1; k < std::min<std::size_t>(changed.size(), 5); ++k) list += ", " + changed[k];
    throw Error(ErrorCode::mismatch, "is not what was proven: " + list).file(folder.string());
  }
  const deploy::Deployment deployment = deploy::read_deployment(folder);
  deploy::Proof proof;
  proof.program = TRIGLOOP_VERSION;
  proof.model = "model.onnx";
  proof.model_sha256 = core::sha256_of_file(folder / "model.onnx");
  proof.products = deploy::product_files(folder);
  Prover(options.prover, deployment.network, deployment.products, scratch.path()).run(proof);
  const std::string text = differences(deployment.network, proof);
  if (!text.empty()) std::cerr << text;
  conclude(options, deployment.network, proof, "above");
}

void add_verify(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command = deploy.add_subcommand("verify", "Repeat the proof of a deployment from its files alone");
  command->add_option("FOLDER", options->output, "What trigloop deploy wrote; its sources are compiled and run")
      ->required();
  add_prover_options(*command, options->prover);
  command->footer(R"(Examples:
  trigloop deploy verify deployed
  trigloop deploy verify deployed --events 100000 --require verilog,emulator --seed 2)");
  command->callback([options] { verify(*options); });
}

}  // namespace

void add_deploy_proof(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  deploy.add_option("--model", options->model, "QONNX, or a QKeras .h5");
  deploy.add_option("--normalisation", options->normalisation,
                    "Bias and scale of a QKeras model's inputs: Data.h5, complete.h5 or YAML");
  deploy.add_option("-o,--output", options->output, "The folder to write; replaced if it exists");
  deploy.add_option("--model-name", options->name, "Name of the code (default: that of the model's file)");
  deploy.add_option("--input-type", options->input_type, "What the emulator's prepare_input points to");
  deploy.add_option("--interface", options->interface, "What the emulator's read_result fills")
      ->check(CLI::IsMember({"pair", "array"}))
      ->capture_default_str();
  deploy.add_option("--latency", options->products.verilog.latency, "Clocks from the event to the score, in Verilog")
      ->capture_default_str();
  deploy.add_option("--period", options->products.verilog.period, "Nanoseconds of a clock")->capture_default_str();
  deploy.add_option("--budget", options->products.verilog.budget, "Seconds of search for few adders")
      ->capture_default_str();
  deploy.add_option("--part", options->products.verilog.part, "The FPGA: of the projects, and of the estimated delays")
      ->capture_default_str();
  deploy.add_option("--key", options->key, "Private key (PKCS #8 PEM, Ed25519) that signs the proof");
  deploy.add_option("--cells", options->cells, "Count cells by layer with Yosys meanwhile (minutes): xc7,xcup")
      ->delimiter(',')
      ->allow_extra_args(false);
  deploy.add_option("--cells-seconds", options->cells_seconds, "Time for all of it; what is not done then is not run")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  deploy.add_option("--most-ns", options->budget.latency_ns,
                    "What the firmware may cost, over deploy.budget of the configuration: latency in ns");
  deploy.add_option("--most-luts", options->budget.luts, "The same: look-up tables");
  deploy.add_option("--most-flip-flops", options->budget.flip_flops, "The same: flip-flops");
  deploy.add_option("--most-carries", options->budget.carries, "The same: carry cells");
  deploy.add_option("--most-adders", options->budget.adders, "The same: adders");
  add_prover_options(deploy, options->prover);
  add_record_options(deploy, options->record);
  deploy.callback([options, &deploy] {
    if (!deploy.get_subcommands().empty()) return;
    options->products.hls.period = options->products.verilog.period;
    options->products.hls.part = options->products.verilog.part;
    deploy_all(*options);
  });
  add_verify(deploy);
}

}  // namespace trigloop::app
