// Products that other programs run: ONNX in ONNX Runtime, Verilog in Verilator.
#include <unistd.h>

#include <map>
#include <sstream>

#include "core/embed.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/program.hpp"
#include "deploy/proof/built.hpp"
#include "deploy/verilog/simulate.hpp"

TRIGLOOP_EMBED(deploy_proof_onnx, TRIGLOOP_DEPLOY_PROOF "/onnx.inc");

namespace trigloop::deploy {
namespace {

namespace fs = std::filesystem;
using core::Error, core::ErrorCode;

std::vector<std::int64_t> read_codes(const fs::path& path) {
  const core::InputFile file(path);
  std::vector<std::int64_t> codes(file.size() / sizeof(std::int64_t));
  file.read(0, std::as_writable_bytes(std::span(codes)));
  return codes;
}

class OnnxContender final : public Contender {
 public:
  OnnxContender(const Network& network, fs::path model, const Tools& tools, const std::string& version)
      : Contender("onnx", "ONNX Runtime " + version), network_(network), model_(std::move(model)), tools_(tools) {}

  void run(std::span<const std::int16_t> rows, std::span<std::int32_t> codes) override {
    execute(rows, {});
    const std::vector<std::int64_t> got = read_codes(tools_.work / "onnx.scores");
    if (got.size() != codes.size()) throw Error(ErrorCode::internal, "ONNX Runtime gave another number of scores");
    for (std::size_t i = 0; i < got.size(); ++i) codes[i] = static_cast<std::int32_t>(got[i]);
  }

  std::vector<std::optional<std::int64_t>> trace(std::span<const std::int16_t> event) override {
    std::vector<std::string> nodes;
    for (const model::Node& node : network_.graph.nodes()) {
      nodes.push_back(node.name);
      nodes.push_back(std::to_string(node.output.fraction));
    }
    std::istringstream names(execute(event, nodes));
    const std::vector<std::int64_t> got = read_codes(tools_.work / "onnx.scores");
    std::map<std::string, std::size_t> at;  // node -> its first code
    std::size_t next = 0;
    bool is_score = true;
    for (std::string name; std::getline(names, name); is_score = false) {
      if (is_score) {
        next += network_.outputs();
        continue;
      }
      at[name] = next;
      for (const model::Node& node : network_.graph.nodes())
        if (node.name == name) next += node.output.features();
    }
    std::vector<std::optional<std::int64_t>> codes;
    for (const model::Node& node : network_.graph.nodes())
      for (std::size_t k = 0; k < node.output.features(); ++k) {
        const auto found = at.find(node.name);
        codes.push_back(found != at.end() && found->second + k < got.size() ? std::optional(got[found->second + k])
                                                                            : std::nullopt);
      }
    return codes;
  }

 private:
  std::string execute(std::span<const std::int16_t> rows, const std::vector<std::string>& nodes) const {
    core::write_file(tools_.work / "onnx.events", std::as_bytes(rows));
    std::vector<std::string> words{tools_.python.string(),
                                   (tools_.work / "onnx.py").string(),
                                   model_.string(),
                                   (tools_.work / "onnx.events").string(),
                                   std::to_string(network_.features()),
                                   std::to_string(network_.input_fraction),
                                   std::to_string(network_.fraction()),
                                   (tools_.work / "onnx.scores").string()};
    words.insert(words.end(), nodes.begin(), nodes.end());
    return core::run_tool(words);
  }

  const Network& network_;
  fs::path model_;
  Tools tools_;
};

class VerilogContender final : public Contender {
 public:
  VerilogContender(const Network& network, fs::path project, unsigned threads, const std::string& version)
      : Contender("verilog", version), network_(network), project_(std::move(project)), threads_(threads) {}

  void run(std::span<const std::int16_t> rows, std::span<std::int32_t> codes) override {
    if (network_.outputs() != 1) throw Error(ErrorCode::unsupported, "Verilog of several outputs is not compared");
    const std::vector<std::int64_t> got = simulate(project_, rows, network_.features(), {threads_});
    if (got.size() != codes.size()) throw Error(ErrorCode::internal, "Verilator gave another number of scores");
    for (std::size_t i = 0; i < got.size(); ++i) codes[i] = static_cast<std::int32_t>(got[i]);
  }

 private:
  const Network& network_;
  fs::path project_;
  unsigned threads_;
};

}  // namespace

ContenderPointer onnx_contender(const Network& network, const Products& products, const Tools& tools) {
  const fs::path model = products.folder / "plain.onnx";
  if (!fs::exists(model)) throw Error(ErrorCode::not_found, "the deployment has no plain.onnx");
  if (tools.python.empty())
    throw Error(ErrorCode::not_found, "no Python is given").remedy("Give one with onnxruntime by --python");
  const core::ProgramResult version =
      core::run_program({tools.python.string(), "-c", "import onnxruntime; print(onnxruntime.__version__)"});
  if (version.status != 0) throw Error(ErrorCode::not_found, "'" + tools.python.string() + "' has no onnxruntime");
  fs::create_directories(tools.work);
  core::write_file(tools.work / "onnx.py", TRIGLOOP_EMBEDDED(deploy_proof_onnx));
  return std::make_unique<OnnxContender>(network, fs::absolute(model), tools,
                                         version.output.substr(0, version.output.find('\n')));
}

ContenderPointer verilog_contender(const Network& network, const Products& products, const Tools& tools) {
  const fs::path project = copy_product(products, "verilog", tools);
  compile_simulation(project, {tools.threads});
  return std::make_unique<VerilogContender>(network, project, tools.threads, version_of("verilator"));
}

}  // namespace trigloop::deploy
