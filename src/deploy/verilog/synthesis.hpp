#pragma once
// Yosys on a written project, layer by layer. It takes minutes, so layers go side by side, and all of it can go on in a
// thread of its own while something else is proven.
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

/// All of a project for one family of devices. The whole is the layers' netlists, joined: nothing is shared across
/// layers, but the depth is that of the way through all of them, and the last rank of registers belongs to no layer.
struct Synthesis {
  std::string family;  ///< "xc7", "xcup", ...
  std::string tool;    ///< "Yosys 0.23 (git sha1 ...)"; "" if it is not installed
  std::vector<LayerCells> layers;
  LayerCells whole;
};

struct SynthesisOptions {
  std::vector<std::string> families{"xc7"};
  unsigned threads = 0;  ///< layers at a time; 0: one a core
  core::ProgramLimits limits;
  /// Called after each module, once at a time: what came out, and how far it is, of how many.
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
