#pragma once
// Where the registers go: signals get a stage, and what a later stage reads is delayed by registers.
//
// A model of delays gives the time at which each signal is there, counted from the last register. `latency` ranks of
// registers cut the circuit into as many stages, the last rank being the output's. The cuts are where they make the
// longest stage shortest (a search over the period; operations are not cut inside).
#include "deploy/verilog/circuit.hpp"

namespace trigloop::deploy {

/// Delays in ns. The defaults are those of a Virtex-7 of speed grade 2 with routing, as trigger boards carry it.
struct DelayModel {
  double table = 0.9;      ///< a look-up table and the way to it
  double chain = 0.5;      ///< onto a carry chain and off it
  double carry = 0.06;     ///< a carry cell of four bits
  double registers = 0.5;  ///< clock to output and set-up
};

struct Schedule {
  int latency = 0;          ///< clocks from the event to the score
  std::vector<int> stages;  ///< of each signal; 0 to latency - 1
  double period = 0;        ///< ns: the longest stage, by the model
};

/// ns that an operation takes behind the last of its operands.
double delay_of(const Circuit& circuit, SignalId id, const DelayModel& model);

/// latency 0: no registers at all, and `period` is the way from the event to the score.
Schedule place_registers(const Circuit& circuit, int latency, const DelayModel& model = {});

}  // namespace trigloop::deploy
