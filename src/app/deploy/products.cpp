// trigloop deploy cpp, emulator, hls, onnx: a network in the form that others build and run.
#include <iostream>
#include <memory>

#include "app/deploy/deploy.hpp"
#include "core/file.hpp"
#include "core/folder.hpp"
#include "core/json_writer.hpp"
#include "deploy/emulator/emulator.hpp"
#include "deploy/hls/project.hpp"
#include "deploy/network/ap_type.hpp"
#include "deploy/network/test_events.hpp"
#include "model/load.hpp"
#include "model/qonnx_export.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string model, normalisation, output, name;
  std::string input_type, interface = "pair";
  deploy::HlsOptions hls;
  std::size_t events = 1000;
  bool qonnx = false, json = false;
};

void add_model_options(CLI::App& command, Options& options, const char* output) {
  command.add_option("--model", options.model, "QONNX, or a QKeras .h5")->required();
  command.add_option("--normalisation", options.normalisation,
                     "Bias and scale of a QKeras model's inputs: Data.h5, complete.h5 or YAML");
  command.add_option("-o,--output", options.output, output)->required();
  command.add_flag("--json", options.json, "Print the names of all files for programs");
}

void add_name(CLI::App& command, Options& options) {
  command.add_option("--name", options.name, "Name of the code: name space, files (default: that of the model's file)");
}

deploy::Network load(const Options& options) {
  return deploy::prepare(model::load(options.model, {options.normalisation}),
                         options.name.empty() ? std::filesystem::path(options.model).stem().string() : options.name);
}

std::string as_json(const std::vector<std::string>& paths) {
  core::JsonWriter json;
  return json.begin_object().array("files", paths).end_object().text() + "\n";
}

/// Writes a folder, and prints its files: for people those at its top.
void write(const deploy::Files& files, const Options& options) {
  core::OutputFolder folder(options.output);
  for (const auto& [name, text] : files) folder.write(name, text);
  folder.commit();
  std::vector<std::string> paths;
  for (const auto& [name, text] : files)
    if (options.json || name.find('/') == std::string::npos)
      paths.push_back((std::filesystem::path(options.output) / name).string());
  if (options.json) std::cout << as_json(paths);
  for (const std::string& path : paths)
    if (!options.json) std::cout << path << '\n';
}

void add_cpp(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command = deploy.add_subcommand("cpp", "Write a network as a C++ library: one header, one source");
  add_model_options(*command, *options, "The folder to write; replaced if it exists");
  add_name(*command, *options);
  command->footer(R"(The source is C++17 without dependencies, and compiles for graphics cards, too (nvcc, hipcc).

Examples:
  trigloop deploy cpp --model axol1tl_v5.onnx --output library && make -C library
  trigloop deploy cpp --model build.h5 --normalisation Data.h5 --name axol1tl_v6 --output library)");
  command->callback([options] { write(deploy::cpp_library(load(*options)), *options); });
}

void add_emulator(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command = deploy.add_subcommand("emulator", "Write a network as the library that CMSSW's emulation loads");
  add_model_options(*command, *options, "The folder to write; replaced if it exists");
  add_name(*command, *options);
  command->add_option("--input-type", options->input_type,
                      "What prepare_input points to (default: ap_fixed<18,13> for hardware integers)");
  command
      ->add_option("--interface", options->interface, "What read_result fills: a pair of result and loss, or an array")
      ->check(CLI::IsMember({"pair", "array"}))
      ->capture_default_str();
  command->footer(R"(Examples:
  trigloop deploy emulator --model axol1tl_v5.onnx --name GTADModel_v5 --output emulator
  make -C emulator AP_TYPES=/path/to/ap_types)");
  command->callback([options] {
    deploy::EmulatorOptions emulator{{}, options->interface == "pair"};
    if (!options->input_type.empty()) emulator.input = deploy::parse_ap_type(options->input_type);
    write(deploy::emulator_library(load(*options), emulator), *options);
  });
}

void add_hls(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command = deploy.add_subcommand("hls", "Write a network as an HLS project in hls4ml's layout");
  add_model_options(*command, *options, "The folder to write; replaced if it exists");
  add_name(*command, *options);
  command->add_option("--part", options->hls.part, "The FPGA")->capture_default_str();
  command->add_option("--period", options->hls.period, "Nanoseconds of a clock")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--events", options->events, "Events of the test bench")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command->footer(R"(Examples:
  trigloop deploy hls --model axol1tl_v5.onnx --output project --period 6.25
  cd project && vitis_hls -f build_prj.tcl
  AP_TYPES=/path/to/ap_types sh project/build_lib.sh)");
  command->callback([options] {
    const deploy::Network network = load(*options);
    const std::vector<std::int16_t> events = deploy::test_events(network, options->events, 1);
    write(deploy::hls_project(network, options->hls, events), *options);
  });
}

void add_onnx(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command = deploy.add_subcommand("onnx", "Write a network as plain ONNX, which any runtime computes alike");
  add_model_options(*command, *options, "The file to write");
  command->add_flag("--qonnx", options->qonnx, "Write QONNX instead: quantisers as such");
  command->footer(R"(Quantisers become operators of ONNX; numbers are doubles, so that every integer is exact.

Examples:
  trigloop deploy onnx --model axol1tl_v5.onnx --output plain.onnx
  trigloop deploy onnx --model build.h5 --normalisation Data.h5 --qonnx --output network.onnx)");
  command->callback([options] {
    const model::Graph graph = model::load(options->model, {options->normalisation});
    core::write_file(options->output, options->qonnx ? model::export_qonnx(graph) : model::export_onnx(graph));
    if (options->json) std::cout << as_json({options->output});
  });
}

}  // namespace

void add_deploy_products(CLI::App& deploy) {
  add_cpp(deploy);
  add_emulator(deploy);
  add_hls(deploy);
  add_onnx(deploy);
}

}  // namespace trigloop::app
