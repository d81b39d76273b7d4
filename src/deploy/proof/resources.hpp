#pragma once
// What the firmware of a deployment costs, by the best that is known of it, and what it may cost. A part of proof.json:
// members "resources" (the estimate), "synthesis", "routed", "expenses" and "warnings" (docs/deploy.md).
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/verilog/synthesis.hpp"
#include "deploy/verilog/vivado.hpp"

namespace trigloop::deploy {

/// What the firmware may cost; absent: not limited.
struct Budget {
  std::optional<double> latency_ns, luts, flip_flops, carries, adders;
};

/// What Vivado reported after routing.
struct Routed {
  Utilization utilization;
  Timing timing;
  std::vector<LayerUtilization> layers;  ///< none, if no such report was given
};
/// Writes members "utilization", "timing" and "layers".
void write_json(core::JsonWriter& json, const Routed& routed);

struct Resources {
  std::string estimate;              ///< JSON of as_json(VerilogDesign); "" if there is none
  std::vector<Synthesis> synthesis;  ///< the first is what the budget is compared with
  Budget budget;
};

/// One thing that the firmware needs: "LUT", by the first of routing, synthesis and estimate that tells it; absent if
/// none does.
struct Expense {
  std::string what, from;
  std::optional<double> is, may_be;
  bool modelled = false;  ///< by the model of delays, which is on the safe side (docs/firmware.md)
};
/// Error: damaged, if the estimate is none.
std::vector<Expense> expenses_of(const Resources& resources);

/// What exceeds its budget or is not known, a sentence each; the period that the design needs is among them, an
/// estimated one where it exceeds the clock's by a fifth.
std::vector<std::string> warnings_of(const std::vector<Expense>& expenses);
/// What is wrong with a routed design: timing that is not met, reports of another stage.
std::vector<std::string> warnings_of(const Routed& routed);

/// The warnings that a proof holds. Error: damaged, if it is no proof.
std::vector<std::string> warnings_in(std::string_view proof_json);

/// Writes the members.
void write_json(core::JsonWriter& json, const Resources& resources);

/// proof.json with what was routed in it: its expenses and warnings are made anew. Error: damaged, if it is no proof.
std::string with_routed(std::string_view proof_json, const Routed& routed);

}  // namespace trigloop::deploy
