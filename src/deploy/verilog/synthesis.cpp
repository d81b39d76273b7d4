#include "deploy/verilog/synthesis.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::deploy {
namespace {

namespace fs = std::filesystem;

/// The name of the top module, and those of the layers that have modules, in the order of the data.
struct Modules {
  std::string top;
  std::vector<std::string> layers;
};
Modules modules_of(const fs::path& project) {
  const fs::path report = project / "report.json";
  try {
    const nlohmann::json json = nlohmann::json::parse(core::read_text(report));
    Modules modules{json.at("name"), {}};
    for (const auto& layer : json.at("layers")) {
      const auto name = layer.at("name").get<std::string>();
      if (fs::exists(project / "rtl" / (modules.top + "_" + name + ".v"))) modules.layers.push_back(name);
    }
    return modules;
  } catch (const nlohmann::json::exception& e) {
    throw core::Error(core::ErrorCode::damaged, "is no report of a firmware project: " + core::escaped(e.what()))
        .file(report.string());
  }
}

std::vector<fs::path> sources_of(const fs::path& project) {
  std::vector<fs::path> sources;
  for (const auto& entry : fs::directory_iterator(project / "rtl")) sources.push_back(entry.path());
  std::ranges::sort(sources);
  return sources;
}

LayerCells cells_of(const std::vector<fs::path>& sources, const std::string& name, const std::string& module,
                    const std::string& family, const core::ProgramLimits& limits) {
  try {
    return {name, synthesise(sources, module, family, limits), ""};
  } catch (const core::Error& error) {
    if (error.code() == core::ErrorCode::interrupted) throw;
    return {name, {}, error.what()};
  }
}

std::string version() {
  if (!core::find_program("yosys")) return "";
  const std::string text = core::run_tool({"yosys", "-V"});
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::optional<CellCount> Synthesis::total() const {
  if (whole.cells) return whole.cells;
  CellCount sum;
  for (const LayerCells& layer : layers) {
    if (!layer.cells) return {};
    sum.tables += layer.cells->tables;
    sum.carries += layer.cells->carries;
    sum.registers += layer.cells->registers;
    sum.multipliers += layer.cells->multipliers;
    sum.memories += layer.cells->memories;
    sum.depth = std::max(sum.depth, layer.cells->depth);
  }
  return layers.empty() ? std::nullopt : std::optional(sum);
}

std::vector<Synthesis> synthesise_project(const fs::path& project, const SynthesisOptions& options) {
  const Modules modules = modules_of(project);
  const std::vector<fs::path> sources = sources_of(project);
  const std::size_t of = options.families.size() * (modules.layers.size() + 1);
  std::size_t done = 0;
  std::vector<Synthesis> all;
  for (const std::string& family : options.families) {
    Synthesis& one = all.emplace_back(Synthesis{family, version(), {}, {}});
    const auto synthesise_one = [&](const std::string& name, const std::string& module) {
      LayerCells cells = cells_of(sources, name, module, family, options.limits);
      if (options.progress) options.progress(family, cells, ++done, of);
      return cells;
    };
    for (const std::string& layer : modules.layers)
      one.layers.push_back(synthesise_one(layer, modules.top + "_" + layer));
    one.whole = synthesise_one("all", modules.top);
  }
  return all;
}

BackgroundSynthesis::BackgroundSynthesis(fs::path project, SynthesisOptions options)
    : thread_([this, project = std::move(project), options = std::move(options)](std::stop_token stop) mutable {
        options.limits.stop = std::move(stop);
        try {
          promise_.set_value(synthesise_project(project, options));
        } catch (...) {
          promise_.set_exception(std::current_exception());
        }
      }) {}

}  // namespace trigloop::deploy
