#pragma once
// Yosys on a written project, layer by layer and as a whole. It takes minutes, so it can go on in a thread of its own
// while something else is proven.
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "deploy/verilog/yosys.hpp"

namespace trigloop::deploy {

/// A layer's module alone, or the whole; without cells there is a reason.
struct LayerCells {
  std::string name;
  std::optional<CellCount> cells;
  std::string reason;
};

/// All of a project for one family of devices. The layers' sum is a little above the whole, which shares across layers;
/// the whole's registers are more, as the last rank belongs to no layer.
struct Synthesis {
  std::string family;  ///< "xc7", "xcup", ...
  std::string tool;    ///< "Yosys 0.23 (git sha1 ...)"; "" if it is not installed
  std::vector<LayerCells> layers;
  LayerCells whole;

  /// The whole's cells; where they are missing and no layer's are, the layers' sum (depth: the deepest layer's).
  std::optional<CellCount> total() const;
};

struct SynthesisOptions {
  std::vector<std::string> families{"xc7"};
  core::ProgramLimits limits;
  /// Called after each module: what came out, and how far it is, of how many.
  std::function<void(const std::string& family, const LayerCells& cells, std::size_t done, std::size_t of)> progress;
};

/// What is synthesised is told by report.json and rtl/ of the project. A module that Yosys does not finish has a reason
/// in place of cells. Errors: damaged, if report.json is none; interrupted.
std::vector<Synthesis> synthesise_project(const std::filesystem::path& project, const SynthesisOptions& options);

/// The same in a thread of its own. Yosys is ended with the object.
class BackgroundSynthesis {
 public:
  BackgroundSynthesis(std::filesystem::path project, SynthesisOptions options);
  /// Waits for the end. Errors: those of synthesise_project.
  std::vector<Synthesis> get() { return result_.get(); }

 private:
  std::promise<std::vector<Synthesis>> promise_;
  std::future<std::vector<Synthesis>> result_ = promise_.get_future();
  std::jthread thread_;
};

}  // namespace trigloop::deploy
