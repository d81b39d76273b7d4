#pragma once
// The folder that a firmware team gets: sources, test bench, scripts, and what is known of the design.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "deploy/verilog/cost.hpp"
#include "deploy/verilog/lower.hpp"
#include "deploy/verilog/pipeline.hpp"

namespace trigloop::deploy {

struct VerilogOptions {
  std::string name = "network";             ///< of the top module; others begin with it
  int latency = 2;                          ///< clocks from the event to the score; 0: no registers
  double period = 25;                       ///< ns
  std::vector<double> thresholds;           ///< on the score's value; each makes a bit of the port `decision`
  std::string part = "xc7vx690tffg1927-2";  ///< for Vivado, and for the model of delays
  double budget = 10;                       ///< seconds for the sums
};

struct VerilogDesign {
  Circuit circuit;
  Schedule schedule;
  std::optional<int> enough;  ///< clocks that the period needs, by the same estimate
  Estimate estimate;
  VerilogOptions options;
};

/// Errors: those of lower; usage, for a name that is no identifier.
VerilogDesign make_verilog(const model::Graph& graph, const VerilogOptions& options = {});

/// Writes the folder: rtl/ (Verilog), sim/ (Verilator), vivado/ (out of context), patterns/,
/// vhdl/ (the Global Trigger's wrapper, where the network fits it), report.json. A folder that is there is replaced as
/// a whole.
void write_project(const VerilogDesign& design, const std::filesystem::path& folder);

/// The estimate as people read it.
std::string as_table(const VerilogDesign& design);
/// The same for programs.
std::string as_json(const VerilogDesign& design);

}  // namespace trigloop::deploy
