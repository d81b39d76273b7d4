#include "deploy/verilog/prove.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/scratch.hpp"
#include "deploy/verilog/module_writer.hpp"
#include "deploy/verilog/print.hpp"
#include "deploy/verilog/specify.hpp"
#include "deploy/verilog/yosys.hpp"

namespace trigloop::deploy {
namespace {

namespace fs = std::filesystem;

/// The verdicts of `sat` in the order of its runs.
std::vector<Verdict> parse_verdicts(std::string_view output) {
  std::vector<Verdict> verdicts;
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    const std::string_view line = output.substr(0, end);
    if (line.find("no model found: SUCCESS!") != line.npos) verdicts.push_back(Verdict::proven);
    if (line.find("model found: FAIL!") != line.npos && line.find("no model") == line.npos) {
      verdicts.push_back(Verdict::refuted);
    }
    if (line.find("TIMEOUT!") != line.npos) verdicts.push_back(Verdict::undecided);
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return verdicts;
}

fs::path written(const fs::path& file, const std::string& text) {
  core::write_file(file, text);
  return file;
}

}  // namespace

void require_layers(const Circuit& circuit, const std::vector<std::string>& wanted) {
  std::string known;
  for (const CircuitLayer& layer : circuit.layers()) known += (known.empty() ? "" : ", ") + layer.name;
  for (const std::string& name : wanted) {
    if (std::ranges::find(circuit.layers(), name, &CircuitLayer::name) != circuit.layers().end()) continue;
    throw core::Error(core::ErrorCode::usage, "there is no layer '" + name + "'").remedy("Layers: " + known);
  }
}

std::vector<NeuronProof> prove_layers(const model::Graph& graph, const VerilogDesign& design,
                                      const ProveOptions& options) {
  const Circuit& circuit = design.circuit;
  require_layers(circuit, options.layers);
  const Schedule no_registers{0, std::vector<int>(circuit.signals().size(), 0), 0};
  const core::ScratchFolder scratch;
  std::vector<fs::path> sources;
  for (const SourceFile& file : print_verilog(circuit, no_registers)) {
    sources.push_back(written(scratch.path() / file.name, file.text));
  }
  std::vector<NeuronProof> proofs;
  TableModules tables(circuit.name);
  for (std::size_t k = 0; k < circuit.layers().size(); ++k) {
    const std::string& name = circuit.layers()[k].name;
    if (!options.layers.empty() && std::ranges::find(options.layers, name) == options.layers.end()) continue;
    const auto text = specification(graph, circuit, k, "specification");
    if (!text) continue;
    std::vector<fs::path> with_specification = sources;
    with_specification.push_back(written(scratch.path() / "specification.v", *text));
    const ModuleWriter layer(circuit, no_registers, k, tables);
    std::string script = "hierarchy; proc; flatten; opt; miter -equiv -make_outcmp -flatten specification " +
                         layer.module_name() + " both; hierarchy -top both; opt";
    std::vector<std::string> outputs;
    for (const SignalId id : layer.outputs()) {
      outputs.push_back(circuit[id].name);
      script += fmt::format("; sat -timeout {} -prove cmp_{} 1 both", options.seconds, outputs.back());
    }
    const std::vector<Verdict> verdicts = parse_verdicts(run_yosys(with_specification, script));
    if (verdicts.size() != outputs.size()) throw core::Error(core::ErrorCode::internal, "Yosys gave no verdict");
    for (std::size_t i = 0; i < outputs.size(); ++i) proofs.push_back({name, outputs[i], verdicts[i]});
  }
  return proofs;
}

}  // namespace trigloop::deploy
