#include "deploy/verilog/synthesis.hpp"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"

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

/// What `count` gives, or why it gives nothing.
template <class Count>
LayerCells cells_of(const std::string& name, const Count& count) {
  try {
    return {name, count(), ""};
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

/// Runs Yosys on all layers of all families, several at a time; then joins each family's netlists.
class ProjectSynthesis {
 public:
  ProjectSynthesis(const fs::path& project, const SynthesisOptions& options)
      : options_(options), project_(project), modules_(modules_of(project)), sources_(sources_of(project)) {
    const std::string tool = version();
    for (const std::string& family : options.families)
      all_.push_back({family, tool, std::vector<LayerCells>(modules_.layers.size()), {}});
  }

  std::vector<Synthesis> run() && {
    const std::size_t layers = modules_.layers.size();
    core::parallel_for(all_.size() * layers, options_.threads,
                       [&](std::size_t k, unsigned) { synthesise_layer(all_[k / layers], k % layers); });
    for (Synthesis& one : all_) join(one);
    return std::move(all_);
  }

 private:
  std::string module_of(std::size_t layer) const { return modules_.top + "_" + modules_.layers[layer]; }
  fs::path netlist(const Synthesis& one, std::size_t layer) const {
    return work_.path() / (one.family + "_" + module_of(layer) + ".v");
  }

  void synthesise_layer(Synthesis& one, std::size_t layer) {
    one.layers[layer] = cells_of(modules_.layers[layer], [&] {
      return synthesise(sources_, module_of(layer), one.family, options_.limits, netlist(one, layer));
    });
    tell(one, one.layers[layer]);
  }

  void join(Synthesis& one) {
    const auto missing = std::ranges::find_if(one.layers, [](const LayerCells& layer) { return !layer.cells; });
    one.whole = missing != one.layers.end() ? LayerCells{"all", {}, missing->reason}
                                            : cells_of("all", [&] { return joined(one); });
    tell(one, one.whole);
  }

  CellCount joined(const Synthesis& one) const {
    std::vector<fs::path> netlists;
    for (std::size_t layer = 0; layer < one.layers.size(); ++layer) netlists.push_back(netlist(one, layer));
    return join_netlists(netlists, project_ / "rtl" / (modules_.top + ".v"), modules_.top, one.family, options_.limits);
  }

  void tell(const Synthesis& one, const LayerCells& cells) {
    const std::lock_guard lock(mutex_);
    ++done_;
    if (options_.progress)
      options_.progress(one.family, cells, done_, options_.families.size() * (modules_.layers.size() + 1));
  }

  const SynthesisOptions& options_;
  fs::path project_;
  Modules modules_;
  std::vector<fs::path> sources_;
  core::ScratchFolder work_;
  std::vector<Synthesis> all_;
  std::mutex mutex_;
  std::size_t done_ = 0;
};

}  // namespace

std::vector<Synthesis> synthesise_project(const fs::path& project, const SynthesisOptions& options) {
  return ProjectSynthesis(project, options).run();
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
