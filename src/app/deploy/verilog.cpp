// trigloop deploy verilog: a network as firmware.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "app/deploy/deploy.hpp"
#include "core/error.hpp"
#include "deploy/verilog/project.hpp"
#include "deploy/verilog/prove.hpp"
#include "deploy/verilog/synthesis.hpp"
#include "model/load.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string model, normalisation, output;
  deploy::VerilogOptions design;
  std::string family;
  std::vector<std::string> prove;
  int seconds = 10;
  bool json = false;
};

constexpr const char* examples = R"(Examples:
  trigloop deploy verilog --model axol1tl_v5.onnx --output firmware
  trigloop deploy verilog --model axol1tl_v5.onnx --output firmware --latency 8 --period 6.25 --threshold 259.375
  trigloop deploy verilog --model build.h5 --normalisation Data.h5 --output firmware --name axol1tl_v6 --budget 60
  trigloop deploy verilog --model axol1tl_v5.onnx --output firmware --cells xc7 --prove add7 --prove-seconds 60
  make -C firmware/sim sim EVENTS=$PWD/events.npy SCORES=$PWD/scores.npy)";

void count_cells(const Options& options) {
  const auto all = deploy::synthesise_project(options.output, {{options.family}, 0, {}, {}});
  std::cout << fmt::format("\n{}, {}\n{:<24} {:>7} {:>7} {:>9} {:>6}\n", all[0].tool, options.family, "layer", "tables",
                           "carries", "registers", "depth");
  std::vector<deploy::LayerCells> rows = all[0].layers;
  rows.push_back(all[0].whole);
  for (const auto& [name, cells, reason] : rows) {
    if (!cells) throw core::Error(core::ErrorCode::not_found, reason).in(name);
    std::cout << fmt::format("{:<24} {:>7} {:>7} {:>9} {:>6}\n", name, cells->tables, cells->carries, cells->registers,
                             cells->depth);
  }
}

/// Prints the verdicts; a layer that is not what the model says is a fault of ours.
void prove(const model::Graph& graph, const Options& options, const deploy::VerilogDesign& design) {
  static constexpr const char* names[] = {"proven", "REFUTED", "undecided"};
  int refuted = 0;
  for (const auto& [layer, output, verdict] : deploy::prove_layers(graph, design, {options.prove, options.seconds})) {
    std::cout << fmt::format("{} {}: {}\n", layer, output, names[static_cast<std::size_t>(verdict)]);
    refuted += verdict == deploy::Verdict::refuted ? 1 : 0;
  }
  if (refuted > 0) {
    throw core::Error(core::ErrorCode::internal, std::to_string(refuted) + " outputs are not what the model says");
  }
}

void write(const Options& options) {
  const model::Graph graph = model::load(options.model, {options.normalisation});
  const deploy::VerilogDesign design = deploy::make_verilog(graph, options.design);
  deploy::require_layers(design.circuit, options.prove);
  deploy::write_project(design, options.output);
  std::cout << (options.json ? deploy::as_json(design) + "\n" : deploy::as_table(design));
  if (!options.family.empty()) count_cells(options);
  if (!options.prove.empty()) prove(graph, options, design);
}

}  // namespace

void add_deploy_verilog(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command = deploy.add_subcommand("verilog", "Write a network as Verilog: one event a clock, no multipliers");
  command->add_option("--model", options->model, "QONNX, or a QKeras .h5")->required();
  command->add_option("--normalisation", options->normalisation,
                      "Bias and scale of a QKeras model's inputs: Data.h5, complete.h5 or YAML");
  command->add_option("-o,--output", options->output, "The folder to write; replaced if it exists")->required();
  command->add_option("--name", options->design.name, "Name of the top module; all others begin with it")
      ->capture_default_str();
  command->add_option("--latency", options->design.latency, "Clocks from the event to the score; 0: no registers")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command->add_option("--period", options->design.period, "Nanoseconds of a clock")
      ->check(CLI::Range(0.001, 1e6))
      ->capture_default_str();
  command->add_option("--part", options->design.part, "The FPGA: for Vivado, and its delays for the registers' places")
      ->capture_default_str();
  command->add_option("--threshold", options->design.thresholds,
                      "Make a decision bit: score >= this; may be repeated, the first is bit 0");
  command
      ->add_option("--budget", options->design.budget, "Seconds of search for few adders (counted work, not a clock)")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command->add_option("--cells", options->family, "Count cells by layer with Yosys (minutes)")
      ->check(CLI::IsMember({"xc7", "xcup", "xcu", "xc6s", "xc6v", "xc5v"}));
  command->add_option("--prove", options->prove, "Prove these layers, output by output, with Yosys' SAT solver");
  command->add_option("--prove-seconds", options->seconds, "Seconds for each output; then it stays undecided")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  command->add_flag("--json", options->json, "For programs");
  command->footer(examples);
  command->callback([options] { write(*options); });
}

}  // namespace trigloop::app
