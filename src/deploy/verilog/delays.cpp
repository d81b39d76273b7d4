// Delays of the families that trigger boards carry.
//
// A table and the way to it: what Xilinx' report_failfast (XilinxTclStore, designutils) allows a level of logic, by
// family and speed grade. Carry chains and registers: routed paths that Vivado reported of a 7-series device of grade
// -1 (CARRY4: S to CO 0.235, CI to CO 0.058, CI to O 0.139 ns; FDRE: C to Q 0.27 ns) and of an UltraScale+ one (CARRY8:
// S to CO 0.245, CI to CO 0.030, CI to O 0.117 ns; FDRE: 0.093 ns); the other grades in proportion to their tables.
#include "deploy/verilog/delays.hpp"

#include <array>
#include <cctype>
#include <cstddef>
#include <string>

namespace trigloop::deploy {
namespace {

struct Family {
  std::array<double, 3> tables;  ///< of grades -1, -2, -3
  DelayModel slowest;
};
constexpr Family seven_series{{0.575, 0.500, 0.425}, {0.575, 0.374, 0.058, 0.40}};
constexpr Family ultra_scale{{0.490, 0.425, 0.360}, {0.490, 0.370, 0.025, 0.30}};
constexpr Family ultra_scale_plus{{0.350, 0.300, 0.250}, {0.350, 0.362, 0.015, 0.20}};

/// "xc7vx690t...", "xcku040...", "xcvu13p...": a p behind the size is a plus.
const Family& family_of(std::string_view part) {
  if (part.starts_with("xczu") || part.starts_with("xcau")) return ultra_scale_plus;
  if (!part.starts_with("xcku") && !part.starts_with("xcvu")) return seven_series;
  part.remove_prefix(4);
  while (!part.empty() && std::isdigit(static_cast<unsigned char>(part.front())) != 0) part.remove_prefix(1);
  return part.starts_with('p') ? ultra_scale_plus : ultra_scale;
}

std::size_t grade_of(std::string_view part) {
  for (const char grade : {'3', '2'})
    if (part.find(std::string("-") + grade) != part.npos) return static_cast<std::size_t>(grade - '1');
  return 0;
}

}  // namespace

DelayModel delays_of(std::string_view part) {
  const auto& [tables, slowest] = family_of(part);
  const double table = tables[grade_of(part)], ratio = table / slowest.table;
  return {table, slowest.chain * ratio, slowest.carry * ratio, slowest.registers * ratio};
}

}  // namespace trigloop::deploy
