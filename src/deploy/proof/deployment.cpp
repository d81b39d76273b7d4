#include "deploy/proof/deployment.hpp"

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "deploy/network/ap_type.hpp"
#include "deploy/network/test_events.hpp"
#include "model/load.hpp"
#include "model/qonnx_export.hpp"

namespace trigloop::deploy {
namespace {

namespace fs = std::filesystem;

void write(const core::OutputFolder& folder, const std::string& below, const Files& files) {
  for (const auto& [name, text] : files) folder.write(fs::path(below) / name, text);
}

std::string describe(const Network& network, const DeploymentOptions& options) {
  core::JsonWriter json;
  json.begin_object().member("format", "trigloop deployment").member("version", 1).member("name", network.name);
  json.key("emulator").begin_object().member("input", ap_type(emulator_input(network, options.emulator)));
  json.member("interface", options.emulator.pair ? "pair" : "array").end_object();
  json.key("hls").begin_object().member("part", options.hls.part).member("period", options.hls.period).end_object();
  json.key("verilog").begin_object().member("latency", options.verilog.latency);
  json.member("period", options.verilog.period).end_object();
  return json.end_object().text() + "\n";
}

/// The Verilog project, which is a folder of its own, as files of this one.
void write_verilog(const model::Graph& graph, const VerilogOptions& options, const fs::path& work,
                   const core::OutputFolder& folder, std::string* resources) {
  const VerilogDesign design = make_verilog(graph, options);
  if (resources != nullptr) *resources = as_json(design);
  fs::create_directories(work);
  const fs::path project = work / "verilog_project";
  write_project(design, project);
  for (const auto& entry : fs::recursive_directory_iterator(project))
    if (entry.is_regular_file())
      folder.write(fs::path("verilog") / fs::relative(entry.path(), project), core::read_text(entry.path()));
  fs::remove_all(project);
}

}  // namespace

Deployment read_deployment(const fs::path& folder) {
  const std::string text = core::read_text(folder / "deployment.json");
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    if (json.at("format") != "trigloop deployment" || json.at("version") != 1)
      throw core::Error(core::ErrorCode::unsupported, "is no deployment of this version")
          .file((folder / "deployment.json").string());
    Products products{folder, parse_ap_type(json.at("emulator").at("input")),
                      json.at("emulator").at("interface") == "pair"};
    return {prepare(model::load(folder / "model.onnx"), json.at("name").get<std::string>()), std::move(products)};
  } catch (const nlohmann::json::exception& e) {
    throw core::Error(core::ErrorCode::damaged, "is no deployment: " + core::escaped(e.what()))
        .file((folder / "deployment.json").string());
  }
}

Network write_products(const model::Graph& graph, const DeploymentOptions& options, const fs::path& work,
                       const core::OutputFolder& folder, std::string* resources) {
  const std::string model = model::export_qonnx(graph);
  fs::create_directories(work);
  core::write_file(work / "model.onnx", model);
  const model::Graph written = model::load(work / "model.onnx");
  Network network = prepare(written, options.name);
  folder.write("model.onnx", std::string_view(model));
  folder.write("plain.onnx", std::string_view(model::export_onnx(written)));
  folder.write("deployment.json", std::string_view(describe(network, options)));
  write(folder, "cpp", cpp_library(network));
  write(folder, "emulator", emulator_library(network, options.emulator));
  write(folder, "hls", hls_project(network, options.hls, test_events(network, options.test_bench_events, 1)));
  VerilogOptions verilog = options.verilog;
  verilog.name = network.name;
  write_verilog(written, verilog, work, folder, resources);
  return network;
}

}  // namespace trigloop::deploy
