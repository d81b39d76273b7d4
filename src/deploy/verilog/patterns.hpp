#pragma once
// Events and the scores that a board must give for them: one clock a line, in hexadecimal, as $readmemh and the pattern
// generators of test benches take them.
#include <string>

#include "deploy/verilog/circuit.hpp"

namespace trigloop::deploy {

struct Patterns {
  std::string events;  ///< bits of the port event_bits
  std::string scores;  ///< bits of the port score, in the same order: the board's latency is not in it
};

/// Corners first (every feature at its lowest, at its highest, 0, 1, -1; single bits), then uniform ones; the same each
/// time.
Patterns make_patterns(const Circuit& circuit, std::size_t count);

}  // namespace trigloop::deploy
