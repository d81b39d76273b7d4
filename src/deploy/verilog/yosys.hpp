#pragma once
// What Yosys says of a design: cells and depth, of the whole and by layer.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/program.hpp"

namespace trigloop::deploy {

/// Cells after mapping, without placement.
struct CellCount {
  int tables = 0;   ///< look-up tables, inverters included
  int carries = 0;  ///< carry cells (of 4 bits on xc7, 8 on xcup)
  int registers = 0;
  int multipliers = 0, memories = 0;
  int depth = 0;  ///< cells on the longest path between registers
};

/// Reads the sources, runs the commands, returns what Yosys printed. Errors: not_found, if it is not installed;
/// internal, with its message, if it fails; those of limits.
std::string run_yosys(const std::vector<std::filesystem::path>& sources, const std::string& script,
                      const core::ProgramLimits& limits = {});

/// Reads the output of `stat` and `ltp`. Error: damaged, if it holds neither.
CellCount parse_yosys(std::string_view output);

/// Synthesises the module `top` of the sources: synth_xilinx with abc9, without multipliers and pads, flattened.
/// family: "xc7", "xcup", ...; `netlist`, if not empty, is a file that gets the module's cells as Verilog. Errors: as
/// run_yosys.
CellCount synthesise(const std::vector<std::filesystem::path>& sources, const std::string& top,
                     const std::string& family = "xc7", const core::ProgramLimits& limits = {},
                     const std::filesystem::path& netlist = {});

/// Counts `top` over netlists of all its modules: registers of its own are mapped, nothing else is. Errors: as
/// run_yosys.
CellCount join_netlists(const std::vector<std::filesystem::path>& netlists, const std::filesystem::path& top_source,
                        const std::string& top, const std::string& family, const core::ProgramLimits& limits = {});

}  // namespace trigloop::deploy
