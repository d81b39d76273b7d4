#include "deploy/verilog/patterns.hpp"

#include <algorithm>

#include "core/random.hpp"

namespace trigloop::deploy {
namespace {

/// Bits from the lowest on, as a line of hexadecimal digits.
class HexLine {
 public:
  void add(Code code, int width) {
    for (int k = 0; k < width; ++k) bits_.push_back((code >> k & 1) != 0);
  }
  std::string line() const {
    std::string text;
    for (std::size_t digit = (bits_.size() + 3) / 4; digit-- > 0;) {
      unsigned value = 0;
      for (std::size_t k = 0; k < 4 && 4 * digit + k < bits_.size(); ++k)
        value |= (bits_[4 * digit + k] ? 1u : 0u) << k;
      text += "0123456789abcdef"[value];
    }
    return text + '\n';
  }

 private:
  std::vector<bool> bits_;
};

std::int64_t value_of(const Range& range, std::size_t event, std::size_t feature, core::Philox& random) {
  const auto lo = static_cast<std::int64_t>(range.lo), hi = static_cast<std::int64_t>(range.hi);
  const std::int64_t corners[] = {lo, hi, 0, 1, -1};
  if (event < std::size(corners)) return std::clamp(corners[event], lo, hi);
  const std::size_t single = event - std::size(corners);  // then one feature at a time with one bit
  if (single < 64) return feature == single % 57 ? std::clamp(std::int64_t{1} << single % 16, lo, hi) : 0;
  const std::uint64_t draw = std::uint64_t{random()} << 32 | random();
  return lo + static_cast<std::int64_t>(draw % (static_cast<std::uint64_t>(hi - lo) + 1));
}

}  // namespace

Patterns make_patterns(const Circuit& circuit, std::size_t count) {
  Patterns patterns;
  core::Philox random(2026, 40);
  for (std::size_t e = 0; e < count; ++e) {
    std::vector<std::int64_t> event;
    HexLine bits, score;
    for (std::size_t f = 0; f < circuit.inputs.size(); ++f) {
      const Signal& input = circuit[circuit.inputs[f]];
      event.push_back(value_of(input.range, e, f, random));
      bits.add(event.back(), input.width());
    }
    const std::vector<Code> values = evaluate(circuit, event);
    for (const SignalId id : circuit.outputs) score.add(values[id], circuit[id].width());
    patterns.events += bits.line();
    patterns.scores += score.line();
  }
  return patterns;
}

}  // namespace trigloop::deploy
