#pragma once
// The VHDL around the network that the Global Trigger's firmware instantiates for a condition of its menu.
#include <optional>
#include <string>

#include "deploy/verilog/circuit.hpp"

namespace trigloop::deploy {

/// Entity NAME_wrapper with generics (sim_mode, threshold) and ports (lhc_clk, mu, eg, jet, tau, six energy sums,
/// adt_out, anomaly_score_o), as mp7_ugt_legacy has it for AXOL1TL; nothing, if the network does not take the 57
/// hardware integers of that trigger or has more than 18 bits of score.
std::optional<std::string> ugt_wrapper(const Circuit& circuit, int latency);

}  // namespace trigloop::deploy
