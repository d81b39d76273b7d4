#pragma once
// A network as a circuit of words: what is written as Verilog, simulated, costed and cut into clock periods.
//
// A signal is an integer whose range is known; it has just the bits that the range needs, two's complement if it can be
// negative. Operations are those that hardware has: sums of shifted words, fields of bits, rounding, limits, small
// tables. Signals come before their users, and each belongs to a layer: that of the model's node it was made for.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "deploy/adders/sum_graph.hpp"

namespace trigloop::deploy {

using SignalId = std::uint32_t;

/// Feature `index` of the event.
struct InputBits {
  std::size_t index = 0;
};
/// The sum of its operands' terms and a constant.
struct SumOf {
  std::vector<Term> terms;  ///< `value` is the signal
  Code constant = 0;
};
/// Bits [lowest, lowest + width) of a signal (beyond its top: its sign), as a signed or unsigned number.
struct Field {
  SignalId of = 0;
  int lowest = 0, width = 1;
  bool is_signed = false;
};
/// of >> shift; but where the dropped bits are all 0, the result is made even. After the addition of half a step that
/// is rounding to the nearest, ties to even.
struct RoundEven {
  SignalId of = 0;
  int shift = 0;
};
/// The nearest number in [lo, hi].
struct Clamp {
  SignalId of = 0;
  Code lo = 0, hi = 0;
};
/// A function of at most 6 bits: those of a, and above them those of b (if it has one), as a table.
struct Table {
  std::vector<Field> fields;  ///< one or two
  std::vector<Code> values;   ///< 2^bits of them
};
/// 1 if of < lo or of > hi; [lo, hi] is all codes of a two's complement or unsigned word.
struct Outside {
  SignalId of = 0;
  Range range;
};
/// 1 if any of them is.
struct AnyOf {
  std::vector<SignalId> of;
};
/// flag ? value : of.
struct ForcedTo {
  SignalId of = 0, flag = 0;
  Code value = 0;
};
/// 1 if of >= limit.
struct AtLeast {
  SignalId of = 0;
  Code limit = 0;
};

using Logic = std::variant<InputBits, SumOf, Field, RoundEven, Clamp, Table, Outside, AnyOf, ForcedTo, AtLeast>;

struct Signal {
  Logic logic;
  Range range;
  std::size_t layer = 0;
  std::string name;

  int width() const noexcept { return std::max(1, width_of(range)); }
  bool is_signed() const noexcept { return range.lo < 0; }
};

/// A layer's part of the circuit: a module.
struct CircuitLayer {
  std::string name;       ///< a Verilog identifier, from the node's name
  std::string operation;  ///< for people
};

class Circuit {
 public:
  /// Layer of the signals that are added from now on.
  void begin_layer(std::string name, std::string operation);
  /// Derives the range; `role` becomes part of the name.
  SignalId add(Logic logic, const std::string& role);
  /// The same, where more is known than the operation tells: `range` must hold every value.
  SignalId add(Logic logic, const std::string& role, const Range& range);

  const std::vector<Signal>& signals() const noexcept { return signals_; }
  const Signal& operator[](SignalId id) const { return signals_[id]; }
  const std::vector<CircuitLayer>& layers() const noexcept { return layers_; }

  std::string name;               ///< of the top module
  std::vector<SignalId> inputs;   ///< one a feature
  std::vector<SignalId> outputs;  ///< of the last node; one for a network with a score
  int output_fraction = 0;        ///< value = code x 2^-fraction
  /// Where nodes of the model have their features, if as signals of their own: (node, one signal a feature).
  std::vector<std::pair<std::size_t, std::vector<SignalId>>> features;
  std::vector<SignalId> decisions;  ///< first output >= threshold, if asked for

  /// Ranges of all signals so far.
  std::span<const Range> ranges() const noexcept { return ranges_; }

 private:
  std::vector<Signal> signals_;
  std::vector<Range> ranges_;
  std::vector<CircuitLayer> layers_;
};

/// Signals that an operation reads.
std::vector<SignalId> operands_of(const Logic& logic);

/// Values of all signals for an event, exactly: the circuit's meaning.
std::vector<Code> evaluate(const Circuit& circuit, std::span<const std::int64_t> event);

}  // namespace trigloop::deploy
