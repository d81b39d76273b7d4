#pragma once
// Arithmetic on words: what rounding, limits and products become in a circuit.
//
// Between operations a number stays a sum that nobody has computed yet (Linear): additions of constants, shifts,
// differences and matrix products then melt into one heap of bits.
#include <optional>

#include "core/fixed_point.hpp"
#include "deploy/verilog/circuit.hpp"

namespace trigloop::deploy {

/// A sum of shifted signals and a constant.
struct Linear {
  std::vector<Term> terms;
  Code constant = 0;

  /// The signal, if it is just that.
  std::optional<SignalId> alone() const;
};

Linear shifted(Linear x, int by);  ///< by >= 0
Linear negated(Linear x);
Linear plus(Linear x, const Linear& y);
Linear times(const Linear& x, std::int64_t factor);

Range range_of(const Circuit& circuit, const Linear& x);

/// The sum as a signal.
SignalId compute(Circuit& circuit, const Linear& x, const std::string& role);

/// From codes of `fraction` fractional bits to codes of `type`, as core::quantise. `flag`: a signal that forces the
/// type's largest code. `positive`: x is known not to be negative, whatever its terms tell.
Linear quantise(Circuit& circuit, const Linear& x, int fraction, const core::FixedPoint& type,
                std::optional<SignalId> flag = {}, bool positive = false);

/// Products without multipliers: of digits of three bits (six for squares), by tables of one look-up table a bit.
Linear product(Circuit& circuit, SignalId a, SignalId b);
Linear square(Circuit& circuit, SignalId a);

}  // namespace trigloop::deploy
