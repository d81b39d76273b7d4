#include "app/deploy/prover.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "bundle/bundle.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/program.hpp"
#include "deploy/network/test_events.hpp"
#include "evaluate/crossings.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
using core::Error, core::ErrorCode;

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

deploy::Tools tools_of(const ProverOptions& options, const fs::path& work) {
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

const std::vector<std::string> contender_names{"cpp", "emulator", "onnx", "hls", "verilog", "simd"};

void require_all(const ProverOptions& options, const std::vector<deploy::Standing>& standings) {
  for (const deploy::Standing& standing : standings)
    if (standing.verdict == deploy::Verdict::not_run &&
        std::ranges::find(options.require, standing.name) != options.require.end())
      throw Error(ErrorCode::not_found, "'" + standing.name + "' is required but cannot be run: " + standing.reason);
}

}  // namespace

config::Config config_of(const ProverOptions& options) {
  return options.config.empty() ? config::Config::master() : config::Config::load(options.config);
}

Prover::Prover(const ProverOptions& options, const deploy::Network& network, const deploy::Products& products,
               const fs::path& work)
    : options_(options), network_(network), tools_(tools_of(options, work)), products_(products) {
  if (!options.quiet) std::cerr << "building the products for the proof\n";
  reference_ = deploy::reference_contender(network_, tools_.threads);
  if (!options.bundle.empty()) trained_ = bundle::read(options.bundle);
  deploy::Candidates all = candidates(network_, products_, tools_, options.without);
  if (trained_ && trained_->model)
    all.emplace_back("training", [&] { return deploy::training_contender(network_, *trained_->model); });
  std::vector<deploy::Standing> standings;
  contenders_ = deploy::gather(all, standings);
  require_all(options, standings);
  comparison_.emplace(network_, *reference_, contenders_, std::move(standings));
}

void Prover::run(deploy::Proof& proof) {
  core::Progress progress("prove", options_.events, "events",
                          options_.quiet || options_.json ? core::ProgressMode::quiet : core::ProgressMode::automatic);
  std::optional<DeploySamples> nature;
  const score::Scorer scorer(network_.graph);
  const bool given = !options_.background.empty() || !options_.data.empty();
  if (given && network_.input_fraction != 0)
    throw Error(ErrorCode::usage, "the model takes scaled numbers, not hardware integers")
        .remedy("Deploy it with --normalisation");
  if (network_.input_fraction == 0 && (given || network_.features() == trigger_features)) {
    nature = read_deploy_samples(scorer, config_of(options_), samples(), tools_.work);
    add("zero bias", nature->background.values, progress);
    for (const evaluate::Sample& signal : nature->signals) add("signal " + signal.name, signal.values, progress);
  }
  add_patterns(progress);
  proof.equality = comparison_->result();
  if (nature) proof.efficiencies = efficiencies(*nature, proof.equality);
}

DeploySampleOptions Prover::samples() const {
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

void Prover::add(const std::string& name, std::span<const std::int16_t> rows, core::Progress& progress) {
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

/// Every pattern over the 13 bits that trigger objects have, so that all interfaces can hold them, until there are
/// enough events; and half as many over all bits of the input.
void Prover::add_patterns(core::Progress& progress) {
  constexpr int hardware_bits = 13;
  const int width = network_.input_type().width;
  const std::uint64_t left = options_.events > done_ ? options_.events - done_ : 0, sets = std::size(deploy::patterns);
  const std::uint64_t each = std::max<std::uint64_t>((left + sets - 1) / sets, 2);
  const auto add_all = [&](int bits, std::uint64_t events) {
    for (const deploy::Pattern pattern : deploy::patterns)
      add(std::string(deploy::name_of(pattern)) + ", " + std::to_string(bits) + " bits",
          deploy::make_events(network_, pattern, events, options_.seed, bits), progress);
  };
  add_all(std::min(width, hardware_bits), each);
  if (width > hardware_bits) add_all(width, each / 2);
}

std::optional<deploy::EfficiencyMatch> Prover::efficiencies(const DeploySamples& nature,
                                                            const deploy::Equality& equality) {
  const config::Config config = config_of(options_);
  evaluate::EvaluateOptions how;
  how.rates_khz = config.numbers("threshold.target_rate");
  how.crossings = evaluate::Crossings(config.number("threshold.bc_khz"));
  how.ht_threshold = config.number("threshold.ht_threshold");
  if (trained_) {
    how.rates_khz.clear();
    for (const bundle::Threshold& threshold : trained_->thresholds) how.rates_khz.push_back(threshold.rate_khz);
    if (bundle::is_known(trained_->crossings_khz)) how.crossings = evaluate::Crossings(trained_->crossings_khz);
  }
  for (const char* name : deployed_order)
    for (std::size_t c = 0; c < contenders_.size(); ++c)
      if (contenders_[c] != nullptr && equality.standings[c].name == name &&
          equality.standings[c].verdict != deploy::Verdict::failed)
        return deploy::match_efficiencies(nature.background, nature.signals, how, *contenders_[c],
                                          trained_ ? &*trained_ : nullptr);
  return std::nullopt;
}

void add_prover_options(CLI::App& command, ProverOptions& options) {
  command
      .add_option("--events", options.events,
                  "Events to compare, in the range of trigger objects; half as many come on top over all bits")
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
      ->allow_extra_args(false)
      ->check(CLI::IsMember(contender_names));
  command.add_option("--without", options.without, "Contenders to leave out, with commas; nothing is proven of them")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(contender_names));
  command.add_option("--seed", options.seed, "Of the events that are made")->capture_default_str();
  command.add_option("--threads", options.threads, "Default: all cores");
  command.add_flag("--json", options.json, "Print the proof for programs");
  command.add_flag("--quiet", options.quiet, "No progress");
}

}  // namespace trigloop::app
