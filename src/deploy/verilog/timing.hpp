#pragma once
// When the bits of a circuit's signals are there, before it is placed: bit by bit, as the low bits of a sum are long
// there when its carry reaches the high ones, and what follows them starts.
#include <functional>
#include <vector>

#include "deploy/verilog/circuit.hpp"
#include "deploy/verilog/delays.hpp"

namespace trigloop::deploy {

/// The time at which bit `k` of a signal is there; k is one of its bits.
using BitTime = std::function<double(SignalId, int k)>;

/// Times of all bits of a signal, the lowest first, by those of its operands.
std::vector<double> arrivals(const Circuit& circuit, SignalId id, const DelayModel& model, const BitTime& operand);

}  // namespace trigloop::deploy
