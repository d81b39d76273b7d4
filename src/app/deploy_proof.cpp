// trigloop deploy, deploy verify: all products of a model, and the proof that they give the same integers.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/deploy.hpp"
#include "app/deploy_samples.hpp"
#include "app/record.hpp"
#include "bundle/bundle.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "core/program.hpp"
#include "core/progress.hpp"
#include "core/scratch.hpp"
#include "core/sha256.hpp"
#include "deploy/network/ap_type.hpp"
#include "deploy/network/test_events.hpp"
#include "deploy/proof/deployment.hpp"
#include "deploy/proof/proof.hpp"
#include "evaluate/crossings.hpp"
#include "model/load.hpp"
#include "registry/signature.hpp"
#include "report/deploy/page.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
using core::Error, core::ErrorCode;

struct Options {
  std::string model, normalisation, output, name, input_type, interface = "pair";
  deploy::DeploymentOptions products;
  std::string background, signals, data, bundle, config, key;
  std::uint64_t events = 1000000, seed = 1;
  std::vector<std::string> without, require;
  std::string compiler, ap_types, python;
  report::deployed::Budget budget;
  unsigned threads = 0;
  bool json = false, quiet = false;
  RecordOptions record;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The ap_types that the Python's hls4ml package carries, if it has one.
fs::path ap_types_of(const std::string& python) {
  const core::ProgramResult found = core::run_program(
      {python, "-c", "import importlib.util as u; print(u.find_spec('hls4ml').submodule_search_locations[0], end='')"});
  const fs::path folder = fs::path(found.output) / "templates/vivado/ap_types";
  return found.status == 0 && fs::exists(folder / "ap_fixed.h") ? folder : fs::path();
}

deploy::Tools tools_of(const Options& options, const fs::path& work) {
  deploy::Tools tools;
  const std::string compiler = environment("CXX");
  tools.compiler = !options.compiler.empty() ? options.compiler : compiler.empty() ? "c++" : compiler;
  tools.python = options.python.empty() ? environment("TRIGLOOP_PYTHON") : options.python;
  tools.ap_types = options.ap_types.empty() ? environment("AP_TYPES") : options.ap_types;
  if (tools.ap_types.empty() && !tools.python.empty()) tools.ap_types = ap_types_of(tools.python.string());
  tools.work = work;
  tools.threads = options.threads != 0 ? options.threads : core::available_cores();
  return tools;
}

deploy::Candidates candidates(const deploy::Network& network, const deploy::Products& products,
                              const deploy::Tools& tools, const std::vector<std::string>& without) {
  deploy::Candidates all{{"simd", [&] { return deploy::simd_contender(network); }},
                         {"cpp", [&] { return deploy::cpp_contender(network, products, tools); }},
                         {"emulator", [&] { return deploy::emulator_contender(network, products, tools); }},
                         {"onnx", [&] { return deploy::onnx_contender(network, products, tools); }},
                         {"hls", [&] { return deploy::hls_contender(network, products, tools); }},
                         {"verilog", [&] { return deploy::verilog_contender(network, products, tools); }}};
  for (auto& [name, make] : all)
    if (std::ranges::find(without, name) != without.end())
      make = []() -> deploy::ContenderPointer { throw Error(ErrorCode::not_found, "left out by --without"); };
  return all;
}

constexpr std::size_t trigger_features = 57;  ///< what simulated events have

/// A product is installed for its scores: the first of these that ran is what efficiencies are measured through.
constexpr const char* deployed_order[] = {"verilog", "hls", "emulator", "cpp", "onnx"};

class Prover {
 public:
  Prover(const Options& options, const deploy::Network& network, const deploy::Products& products, const fs::path& work)
      : options_(options), network_(network), tools_(tools_of(options, work)), products_(products) {
    if (!options.quiet) std::cerr << "building the products for the proof\n";
    reference_ = deploy::reference_contender(network_, tools_.threads);
    std::vector<deploy::Standing> standings;
    contenders_ = deploy::gather(candidates(network_, products_, tools_, options.without), standings);
    comparison_.emplace(network_, *reference_, contenders_, std::move(standings));
  }

  /// Compares the products on all events, and the tables of nature's.
  void run(deploy::Proof& proof) {
    core::Progress progress(
        "prove", options_.events, "events",
        options_.quiet || options_.json ? core::ProgressMode::quiet : core::ProgressMode::automatic);
    std::optional<DeploySamples> nature;
    const score::Scorer scorer(network_.graph);
    const bool given = !options_.background.empty() || !options_.data.empty();
    if (given && network_.input_fraction != 0)
      throw Error(ErrorCode::usage, "the model takes scaled numbers, not hardware integers")
          .remedy("Deploy it with --normalisation");
    if (network_.input_fraction == 0 && (given || network_.features() == trigger_features)) {
      nature = read_deploy_samples(scorer, config(), samples(), tools_.work);
      add("zero bias", nature->background.values, progress);
      for (const evaluate::Sample& signal : nature->signals) add("signal " + signal.name, signal.values, progress);
    }
    add_patterns(progress);
    proof.equality = comparison_->result();
    if (nature) proof.efficiencies = efficiencies(*nature, proof.equality);
  }

 private:
  config::Config config() const {
    return options_.config.empty() ? config::Config::master() : config::Config::load(options_.config);
  }
  DeploySampleOptions samples() const {
    DeploySampleOptions how;
    how.background = options_.background;
    how.signals = options_.signals;
    how.packed = options_.data;
    how.events = std::max<std::uint64_t>(1000, options_.events / 4);
    how.signal_events = std::max<std::uint64_t>(100, options_.events / 100);
    how.seed = options_.seed;
    how.threads = tools_.threads;
    return how;
  }

  void add(const std::string& name, std::span<const std::int16_t> rows, core::Progress& progress) {
    constexpr std::size_t part = 65536;
    const std::size_t features = network_.features(), events = rows.size() / features;
    for (std::size_t first = 0; first < events; first += part) {
      const std::size_t count = std::min(part, events - first);
      const auto some = rows.subspan(first * features, count * features);
      comparison_->add({name, {some.begin(), some.end()}});
      done_ += count;
      progress.advance(count);
    }
  }

  /// Every pattern, over the whole input and over the 13 bits that trigger objects have, until there are enough events.
  void add_patterns(core::Progress& progress) {
    constexpr int hardware_bits = 13;
    const int width = network_.input_type().width;
    const bool twice = width > hardware_bits;
    const std::uint64_t left = options_.events > done_ ? options_.events - done_ : 0,
                        sets = std::size(deploy::patterns) * (twice ? 2 : 1);
    const std::uint64_t each = std::max<std::uint64_t>((left + sets - 1) / sets, 1);
    for (const deploy::Pattern pattern : deploy::patterns)
      for (const int bits : twice ? std::vector<int>{width, hardware_bits} : std::vector<int>{width}) {
        const std::string name = std::string(deploy::name_of(pattern)) + ", " + std::to_string(bits) + " bits";
        add(name, deploy::make_events(network_, pattern, each, options_.seed, bits), progress);
      }
  }

  std::optional<deploy::EfficiencyMatch> efficiencies(const DeploySamples& nature, const deploy::Equality& equality) {
    const config::Config config = this->config();
    evaluate::EvaluateOptions how;
    how.rates_khz = config.numbers("threshold.target_rate");
    how.crossings = evaluate::Crossings(config.number("threshold.bc_khz"));
    how.ht_threshold = config.number("threshold.ht_threshold");
    std::optional<bundle::Bundle> trained;
    if (!options_.bundle.empty()) {
      trained = bundle::read(options_.bundle);
      how.rates_khz.clear();
      for (const bundle::Threshold& threshold : trained->thresholds) how.rates_khz.push_back(threshold.rate_khz);
      if (bundle::is_known(trained->crossings_khz)) how.crossings = evaluate::Crossings(trained->crossings_khz);
    }
    for (const char* name : deployed_order)
      for (std::size_t c = 0; c < contenders_.size(); ++c)
        if (contenders_[c] != nullptr && equality.standings[c].name == name &&
            equality.standings[c].verdict != deploy::Verdict::failed)
          return deploy::match_efficiencies(nature.background, nature.signals, how, *contenders_[c],
                                            trained ? &*trained : nullptr);
    return std::nullopt;
  }

  const Options& options_;
  const deploy::Network& network_;
  deploy::Tools tools_;
  deploy::Products products_;
  deploy::ContenderPointer reference_;
  std::vector<deploy::ContenderPointer> contenders_;
  std::optional<deploy::Comparison> comparison_;
  std::uint64_t done_ = 0;
};

/// All values of the first events that differ; "" if none does.
std::string differences(const deploy::Network& network, const deploy::Proof& proof) {
  std::string text;
  for (const deploy::Standing& standing : proof.equality.standings)
    if (standing.first) text += deploy::as_text(network, standing.name, *standing.first) + "\n";
  return text;
}

void require_all(const Options& options, const deploy::Proof& proof) {
  for (const std::string& name : options.require) {
    const auto found = std::ranges::find(proof.equality.standings, name, &deploy::Standing::name);
    if (found == proof.equality.standings.end())
      throw Error(ErrorCode::usage, "--require '" + name + "' is no contender");
    if (found->verdict == deploy::Verdict::not_run)
      throw Error(ErrorCode::not_found, "'" + name + "' is required but was not run: " + found->reason);
  }
}

/// Prints the outcome; throws if nothing is proven.
void conclude(const Options& options, const deploy::Network& network, const deploy::Proof& proof,
              const fs::path& shown) {
  std::cout << (options.json ? deploy::to_json(network, proof) : deploy::as_table(proof));
  if (!proof.equality.equal())
    throw Error(ErrorCode::mismatch, "the products do not give the same integers")
        .remedy("All values of the first difference: " + shown.string());
  if (!proof.proven())
    throw Error(ErrorCode::mismatch,
                "thresholds, rates or efficiencies through the product are others: " + proof.efficiencies->first);
  require_all(options, proof);
}

void write_file(const fs::path& path, const std::string& text) {
  core::OutputFile file(path);
  file.write(text);
  file.commit();
}

void deploy_all(Options& options) {
  if (options.model.empty() || options.output.empty())
    throw Error(ErrorCode::usage, "a deployment needs --model and --output").remedy("See trigloop deploy --help");
  const core::ScratchFolder scratch;
  Recorder record(options.record, "deploy");
  record.input("model", "model", options.model);
  const std::optional<registry::PrivateKey> key =
      options.key.empty() ? std::nullopt : std::optional(registry::PrivateKey::load(options.key));
  options.products.name = options.name.empty() ? fs::path(options.model).stem().string() : options.name;
  options.products.emulator.pair = options.interface == "pair";
  if (!options.input_type.empty()) options.products.emulator.input = deploy::parse_ap_type(options.input_type);
  const model::Graph graph = model::load(options.model, {options.normalisation});

  deploy::Proof proof;
  core::OutputFolder folder(options.output);
  deploy::write_products(graph, options.products, scratch.path(), folder, &proof.resources);
  folder.commit();
  const deploy::Deployment deployment = deploy::read_deployment(options.output);
  proof.model = fs::path(options.model).filename().string();
  proof.model_sha256 = core::sha256_of_file(options.model);
  proof.program = TRIGLOOP_VERSION;
  proof.products = deploy::product_files(options.output);
  Prover(options, deployment.network, deployment.products, scratch.path()).run(proof);

  const fs::path output = options.output;
  const std::string json = deploy::to_json(deployment.network, proof), text = differences(deployment.network, proof);
  write_file(output / "proof.json", json);
  if (!text.empty()) write_file(output / "differences.txt", text);
  if (!report::drawing_library().empty())
    report::write_page(report::deployed::deployment_page(deployment.network, proof, options.budget),
                       output / "report.html");
  if (key) write_file(output / "proof.json.sig", key->sign(deploy::proof_name_space, json));
  record.output_folder(
      "deployment", "deployment", options.products.name, output,
      {{"proven", 0, proof.proven() ? 1.0 : 0.0}, {"events", 0, static_cast<double>(proof.equality.events())}});
  record.commit();
  conclude(options, deployment.network, proof, output / "differences.txt");
}

void verify(Options& options) {
  const core::ScratchFolder scratch;
  const fs::path folder = options.output;
  const std::string recorded = core::read_text(folder / "proof.json");
  if (fs::exists(folder / "proof.json.sig")) {
    const auto signer =
        registry::verify_signature(core::read_text(folder / "proof.json.sig"), deploy::proof_name_space, recorded);
    if (!options.json) std::cout << "signed by " << registry::fingerprint(signer) << '\n';
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
  Prover(options, deployment.network, deployment.products, scratch.path()).run(proof);
  const std::string text = differences(deployment.network, proof);
  if (!text.empty()) std::cerr << text;
  conclude(options, deployment.network, proof, "above");
}

void add_proof_options(CLI::App& command, Options& options) {
  command.add_option("--events", options.events, "Events to compare")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command.add_option("--background", options.background,
                     "Zero bias in the training package's HDF5; without: simulated");
  command.add_option("--signals", options.signals, "Signals in the training package's HDF5");
  command.add_option("--data", options.data, "Test events and signals of a packed file (Data.h5) in place of both");
  command.add_option(
      "--bundle", options.bundle,
      "What the training left (its folder, lite.h5): its thresholds and efficiencies must come out again");
  command.add_option("--config", options.config, "Configuration of the objects and of the rates");
  command.add_option("--ap-types", options.ap_types,
                     "Folder of ap_fixed.h (default: $AP_TYPES, or that of the Python's hls4ml)");
  command.add_option("--python", options.python, "A Python with onnxruntime (default: $TRIGLOOP_PYTHON)");
  command.add_option("--compiler", options.compiler, "Compiler of the products (default: $CXX, or c++)");
  // One word each: a second one that is also a sub-command, as `verilog` is, would be taken for it.
  command.add_option("--require", options.require, "Contenders that must have run: cpp,emulator,onnx,hls,verilog,simd")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--without", options.without, "Contenders to leave out, with commas; nothing is proven of them")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--seed", options.seed, "Of the events that are made")->capture_default_str();
  command.add_option("--threads", options.threads, "Default: all cores");
  command.add_flag("--json", options.json, "Print the proof for programs");
  command.add_flag("--quiet", options.quiet, "No progress");
}

void add_verify(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command = deploy.add_subcommand("verify", "Repeat the proof of a deployment from its files alone");
  command->add_option("FOLDER", options->output, "What trigloop deploy wrote; its sources are compiled and run")
      ->required();
  add_proof_options(*command, *options);
  command->footer(R"(Examples:
  trigloop deploy verify deployed
  trigloop deploy verify deployed --events 100000 --require verilog emulator --seed 2)");
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
  deploy.add_option("--part", options->products.hls.part, "The FPGA of the HLS project")->capture_default_str();
  deploy.add_option("--key", options->key, "Private key (PKCS #8 PEM, Ed25519) that signs the proof");
  deploy.add_option("--most-ns", options->budget.latency_ns, "Budget that the report compares with: latency in ns");
  deploy.add_option("--most-tables", options->budget.tables, "The same: look-up tables");
  deploy.add_option("--most-carries", options->budget.carries, "The same: carry cells");
  deploy.add_option("--most-adders", options->budget.adders, "The same: adders");
  add_proof_options(deploy, *options);
  add_record_options(deploy, options->record);
  deploy.callback([options, &deploy] {
    if (!deploy.get_subcommands().empty()) return;
    options->products.hls.period = options->products.verilog.period;
    deploy_all(*options);
  });
  add_verify(deploy);
}

}  // namespace trigloop::app
