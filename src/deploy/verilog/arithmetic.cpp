#include "deploy/verilog/arithmetic.hpp"

#include <algorithm>

#include "deploy/adders/digits.hpp"

namespace trigloop::deploy {
namespace {

using core::FixedPoint;
using core::Overflow;
using core::Rounding;

Linear of_signal(SignalId id, int shift = 0, bool negative = false) { return {{{id, shift, negative}}, 0}; }

Linear sign_of(Circuit& circuit, SignalId x) {
  if (!circuit[x].is_signed()) return {};
  return of_signal(circuit.add(Field{x, circuit[x].width() - 1, 1, false}, "sign"));
}

/// What is added before the dropped bits are cut off.
Linear rounding_term(Circuit& circuit, const Linear& x, int shift, Rounding rounding) {
  const Code half = Code{1} << (shift - 1), almost = (Code{1} << shift) - 1;
  const auto sign = [&] { return sign_of(circuit, compute(circuit, x, "x")); };
  const auto almost_if_negative = [&] {
    const Linear s = sign();
    return plus(shifted(s, shift), negated(s));
  };
  switch (rounding) {
    case Rounding::floor:
      return {};
    case Rounding::ceil:
      return {{}, almost};
    case Rounding::toward_zero:
      return almost_if_negative();
    case Rounding::away_from_zero:
      return plus({{}, almost}, negated(almost_if_negative()));
    case Rounding::half_even:
    case Rounding::half_up:
      return {{}, half};
    case Rounding::half_down:
      return {{}, half - 1};
    case Rounding::half_away:
      return plus({{}, half}, negated(sign()));
    case Rounding::half_to_zero:
      return plus({{}, half - 1}, sign());
  }
  return {};
}

/// What is added to round never makes a sum negative that is not.
Range sum_range(const Circuit& circuit, const Linear& x, bool positive) {
  const Range range = range_of(circuit, x);
  return positive ? Range{std::max(range.lo, Code{0}), range.hi} : range;
}

Linear rounded(Circuit& circuit, const Linear& x, int shift, Rounding rounding, bool positive) {
  const Linear y = plus(x, rounding_term(circuit, x, shift, rounding));
  const SignalId sum =
      y.alone() ? *y.alone() : circuit.add(SumOf{y.terms, y.constant}, "sum", sum_range(circuit, y, positive));
  if (rounding == Rounding::half_even) return of_signal(circuit.add(RoundEven{sum, shift}, "rounded"));
  const Signal& s = circuit[sum];
  const int width = std::max(1, s.width() - shift);
  return of_signal(circuit.add(Field{sum, shift, width, s.is_signed()}, "rounded"));
}

struct Digit {
  Field field;
  Range range;
};

/// The bits of a signal in groups; the top one has the sign.
std::vector<Digit> digits_of(const Circuit& circuit, SignalId id, int bits) {
  std::vector<Digit> digits;
  const Signal& s = circuit[id];
  for (int lowest = 0; lowest < s.width(); lowest += bits) {
    const int width = std::min(bits, s.width() - lowest);
    const bool has_sign = s.is_signed() && lowest + width == s.width();
    const Code size = Code{1} << width;
    digits.push_back(
        {{id, lowest, width, has_sign}, has_sign ? Range{-(size >> 1), (size >> 1) - 1} : Range{0, size - 1}});
  }
  return digits;
}

Code number_of(std::size_t bits, const Digit& digit) {
  const auto code = static_cast<Code>(bits) & ((Code{1} << digit.field.width) - 1);
  return code > digit.range.hi ? code - (Code{1} << digit.field.width) : code;
}

Linear table_product(Circuit& circuit, const Digit& a, const Digit& b) {
  Table table{{a.field, b.field}, {}};
  for (std::size_t at = 0; at < std::size_t{1} << (a.field.width + b.field.width); ++at) {
    table.values.push_back(number_of(at, a) * number_of(at >> a.field.width, b));
  }
  return of_signal(circuit.add(std::move(table), "product"), a.field.lowest + b.field.lowest);
}

Linear table_square(Circuit& circuit, const Digit& a) {
  Table table{{a.field}, {}};
  for (std::size_t at = 0; at < std::size_t{1} << a.field.width; ++at) {
    table.values.push_back(number_of(at, a) * number_of(at, a));
  }
  return of_signal(circuit.add(std::move(table), "square"), 2 * a.field.lowest);
}

}  // namespace

std::optional<SignalId> Linear::alone() const {
  if (constant != 0 || terms.size() != 1 || terms[0].shift != 0 || terms[0].negative) return {};
  return terms[0].value;
}

Linear shifted(Linear x, int by) {
  for (Term& t : x.terms) t.shift += by;
  x.constant <<= by;
  return x;
}

Linear negated(Linear x) {
  for (Term& t : x.terms) t.negative = !t.negative;
  x.constant = -x.constant;
  return x;
}

Linear plus(Linear x, const Linear& y) {
  x.terms.insert(x.terms.end(), y.terms.begin(), y.terms.end());
  x.constant += y.constant;
  return x;
}

Linear times(const Linear& x, std::int64_t factor) {
  Linear sum;
  for (const SignedDigit& digit : signed_digits(factor)) {
    const Linear part = shifted(x, digit.shift);
    sum = plus(std::move(sum), digit.negative ? negated(part) : part);
  }
  return sum;
}

Range range_of(const Circuit& circuit, const Linear& x) { return range_of(x.terms, x.constant, circuit.ranges()); }

SignalId compute(Circuit& circuit, const Linear& x, const std::string& role) {
  if (const auto id = x.alone()) return *id;
  return circuit.add(SumOf{x.terms, x.constant}, role);
}

Linear quantise(Circuit& circuit, const Linear& x, int fraction, const FixedPoint& type, std::optional<SignalId> flag,
                bool positive) {
  const int drop = fraction - type.fraction();
  Linear y = drop <= 0 ? shifted(x, -drop) : rounded(circuit, x, drop, type.rounding, positive);
  const Range range = range_of(circuit, y), all{type.min_code(), type.max_code()};
  if (range.lo < all.lo || range.hi > all.hi) {
    const SignalId id = compute(circuit, y, "sum");
    const Logic limit = type.overflow == Overflow::wrap ? Logic(Field{id, 0, type.width, type.is_signed})
                                                        : Logic(Clamp{id, all.lo, all.hi});
    y = of_signal(circuit.add(limit, "limited"));
  }
  if (!flag) return y;
  return of_signal(circuit.add(ForcedTo{compute(circuit, y, "sum"), *flag, all.hi}, "limited"));
}

Linear product(Circuit& circuit, SignalId a, SignalId b) {
  Linear sum;
  for (const Digit& x : digits_of(circuit, a, 3)) {
    for (const Digit& y : digits_of(circuit, b, 3)) sum = plus(std::move(sum), table_product(circuit, x, y));
  }
  return sum;
}

Linear square(Circuit& circuit, SignalId a) {
  Linear sum;
  const std::vector<Digit> squares = digits_of(circuit, a, 6), digits = digits_of(circuit, a, 3);
  for (const Digit& digit : squares) sum = plus(std::move(sum), table_square(circuit, digit));
  for (std::size_t i = 0; i < digits.size(); ++i) {
    for (std::size_t j = i + 1; j < digits.size(); ++j) {
      if (i / 2 == j / 2) continue;  // within a square
      sum = plus(std::move(sum), shifted(table_product(circuit, digits[i], digits[j]), 1));
    }
  }
  return sum;
}

}  // namespace trigloop::deploy
