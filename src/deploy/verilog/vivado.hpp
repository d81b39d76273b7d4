#pragma once
// What Vivado reports after routing, as numbers.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_writer.hpp"

namespace trigloop::deploy {

/// Of report_utilization; what a report does not name stays 0.
struct Utilization {
  std::string tool, device, design, state;  ///< "Vivado v.2022.2 ...", "7vx690tffg1927-2", top module, "Routed"
  double tables = 0, registers = 0, carries = 0, memories = 0, multipliers = 0;
  double available_tables = 0;
};

/// Of report_timing_summary. Slacks are in ns; negative ones violate.
struct Timing {
  double setup_slack = 0, hold_slack = 0;
  int failing_endpoints = 0;
  std::optional<double> period;  ///< of the clock with the least setup slack
  bool met = false;              ///< as the report itself says
};

/// A layer's row of report_utilization -hierarchical. "(network)" is what the top module has outside of its layers.
struct LayerUtilization {
  std::string name;
  double tables = 0, registers = 0, memories = 0, multipliers = 0;
};

/// Errors: damaged, if the text is no such report, with the line that is missing.
Utilization parse_utilization(std::string_view text);
Timing parse_timing(std::string_view text);
/// The top module's instances, what is inside of them included. Names of layers are those of the project: "dense1" for
/// the instance "u_network_dense1".
std::vector<LayerUtilization> parse_layers(std::string_view text);

void write_json(core::JsonWriter& json, const Utilization& utilization);
void write_json(core::JsonWriter& json, const Timing& timing);
void write_json(core::JsonWriter& json, const LayerUtilization& layer);

}  // namespace trigloop::deploy
