// trigloop model: what a network holds, and its export.
#include <iostream>

#include "app/commands.hpp"
#include "core/file.hpp"
#include "model/describe.hpp"
#include "model/load.hpp"
#include "model/qonnx_export.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string model, normalisation, output;
  bool dot = false, json = false;
};

constexpr const char* show_examples = R"(Examples:
  trigloop model show axol1tl_v5.onnx
  trigloop model show axol1tl_v5.onnx --dot | dot -Tsvg > model.svg
  trigloop model show build.h5 --normalisation Data.h5
  trigloop model show axol1tl_v5.onnx --json | jq '.layers[] | [.name, .ebops]')";

void show(const Options& options) {
  const model::Graph graph = model::load(options.model, {options.normalisation});
  if (options.dot) {
    std::cout << model::as_dot(graph);
  } else if (options.json) {
    core::JsonWriter json;
    model::write_json(json, graph);
    std::cout << json.text() << '\n';
  } else {
    std::cout << model::as_table(graph);
  }
}

void add_show(CLI::App& group) {
  auto options = std::make_shared<Options>();
  CLI::App* command = group.add_subcommand("show", "Show layers, exact types, ranges, non-zero weights and EBOPs");
  command->add_option("MODEL", options->model, "QONNX, or a QKeras .h5")->required();
  command->add_option("--normalisation", options->normalisation,
                      "Bias and scale of a QKeras model's inputs: Data.h5, complete.h5 or YAML");
  command->add_flag("--dot", options->dot, "Draw it in Graphviz' language");
  command->add_flag("--json", options->json, "For programs");
  command->footer(show_examples);
  command->callback([options] { show(*options); });
}

void add_export(CLI::App& group) {
  auto options = std::make_shared<Options>();
  CLI::App* command = group.add_subcommand("export", "Write a network as QONNX, with the same integers");
  command->add_option("MODEL", options->model, "QONNX, or a QKeras .h5")->required();
  command->add_option("-o,--output", options->output, "The QONNX file")->required();
  command->add_option("--normalisation", options->normalisation,
                      "Bias and scale of a QKeras model's inputs: Data.h5, complete.h5 or YAML");
  command->footer("Examples:\n  trigloop model export build.h5 --normalisation Data.h5 --output network.onnx");
  command->callback([options] {
    core::write_file(options->output, model::export_qonnx(model::load(options->model, {options->normalisation})));
  });
}

}  // namespace

void add_model(CLI::App& program) {
  CLI::App* group = program.add_subcommand("model", "Show and export quantised networks");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  trigloop model show axol1tl_v5.onnx\n  trigloop model export axol1tl_v5.onnx --output copy.onnx");
  add_export(*group);
  add_show(*group);
}

}  // namespace trigloop::app
