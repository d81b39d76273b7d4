#pragma once
// Where the registers go: signals get a stage, and what a later stage reads is delayed by registers.
//
// A model of delays gives the time at which each bit is there, counted from the last register (timing.hpp). `latency`
// ranks of registers cut the circuit into as many stages, the last rank being the output's. The cuts are where they
// make the longest stage shortest (a search over the period; operations are not cut inside).
#include <optional>

#include "deploy/verilog/timing.hpp"

namespace trigloop::deploy {

struct Schedule {
  int latency = 0;          ///< clocks from the event to the score
  std::vector<int> stages;  ///< of each signal; 0 to latency - 1
  double period = 0;        ///< ns: the longest stage, by the model
};

/// latency 0: no registers at all, and `period` is the way from the event to the score.
Schedule place_registers(const Circuit& circuit, int latency, const DelayModel& model = {});

/// The least latency whose longest stage takes `period` ns at most; nothing, where one operation alone takes longer.
std::optional<int> least_latency(const Circuit& circuit, double period, const DelayModel& model = {});

}  // namespace trigloop::deploy
