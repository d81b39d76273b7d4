#include "deploy/verilog/yosys.hpp"

#include <algorithm>
#include <charconv>

#include "core/error.hpp"

namespace trigloop::deploy {
namespace {

namespace fs = std::filesystem;

/// The number behind the first blanks of `text`, or 0.
int number_in(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void count_cell(CellCount& cells, std::string_view type, int number) {
  if (type.starts_with("LUT") || type == "INV") cells.tables += number;
  if (type.starts_with("CARRY")) cells.carries += number;
  if (type.starts_with("FD") || type.starts_with("SRL")) cells.registers += number;
  if (type.starts_with("DSP")) cells.multipliers += number;
  if (type.starts_with("RAM")) cells.memories += number;
}

std::string flow(const std::string& family) { return "synth_xilinx -family " + family + " -abc9 -noiopad"; }

}  // namespace

std::string run_yosys(const std::vector<fs::path>& sources, const std::string& script,
                      const core::ProgramLimits& limits) {
  if (!core::find_program("yosys")) {
    throw core::Error(core::ErrorCode::not_found, "yosys is not installed")
        .remedy("Install it (Debian: apt-get install yosys)");
  }
  std::string words = "read_verilog";
  for (const fs::path& source : sources) words += " \"" + source.string() + "\"";
  return core::run_tool({"yosys", "-p", words + "; " + script}, {}, limits);
}

CellCount parse_yosys(std::string_view output) {
  const std::size_t table = output.rfind("Number of cells:");
  constexpr std::string_view path = "(length=";
  const std::size_t longest = output.rfind(path);
  if (table == output.npos || longest == output.npos) {
    throw core::Error(core::ErrorCode::damaged, "holds no statistics of Yosys (stat; ltp)");
  }
  CellCount cells;
  cells.depth = number_in(output.substr(longest + path.size()));
  std::string_view rest = output.substr(table);
  rest.remove_prefix(std::min(rest.find('\n') + 1, rest.size()));
  while (rest.starts_with("     ")) {  // "     LUT6      123", until a line that is none
    std::string_view line = rest.substr(0, rest.find('\n'));
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::size_t blank = std::min(line.find(' '), line.size());
    count_cell(cells, line.substr(0, blank), number_in(line.substr(blank)));
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  }
  return cells;
}

CellCount synthesise(const std::vector<fs::path>& sources, const std::string& top, const std::string& family,
                     const core::ProgramLimits& limits, const fs::path& netlist) {
  const std::string write = netlist.empty() ? "" : "; write_verilog -noattr \"" + netlist.string() + "\"";
  return parse_yosys(run_yosys(
      sources, "hierarchy -top " + top + "; " + flow(family) + " -nodsp -flatten; stat; ltp -noff" + write, limits));
}

CellCount join_netlists(const std::vector<fs::path>& netlists, const fs::path& top_source, const std::string& top,
                        const std::string& family, const core::ProgramLimits& limits) {
  std::vector<fs::path> sources = netlists;
  sources.push_back(top_source);
  return parse_yosys(run_yosys(sources,
                               flow(family) + " -run begin:prepare; hierarchy -top " + top +
                                   "; proc; flatten; opt_clean; simplemap; " + flow(family) +
                                   " -run map_ffs:map_luts; clean; stat; ltp -noff",
                               limits));
}

}  // namespace trigloop::deploy
