#include "model/interval.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/error.hpp"

namespace trigloop::model {

int bits_of(const Range& range) noexcept {
  // -2^k needs k + 1 bits, 2^k - 1 too.
  const Code magnitude = std::max(range.hi, -(range.lo + 1));
  if (magnitude <= 0) return 1;
  const auto high = static_cast<std::uint64_t>(magnitude >> 64), low = static_cast<std::uint64_t>(magnitude);
  return 1 + static_cast<int>(high != 0 ? 64 + std::bit_width(high) : std::bit_width(low));
}

int Tensor::bits() const noexcept {
  int most = 1;
  for (const Range& range : ranges) most = std::max(most, bits_of(range));
  return most;
}

Range Intervals::checked(Range a) {
  working_bits_ = std::max(working_bits_, bits_of(a));
  if (working_bits_ > max_code_bits) {
    throw core::Error(core::ErrorCode::limit, "a value would need more than " + std::to_string(max_code_bits) + " bits")
        .remedy("Put a quantiser in front of it");
  }
  return a;
}

Range Intervals::shift_left(Range a, int by) {
  if (a.lo == 0 && a.hi == 0) return a;
  if (by > max_code_bits) checked({0, Code{1} << max_code_bits});
  const int room = 126 - bits_of(a);
  return checked(by > room ? Range{0, Code{1} << max_code_bits}
                           : Range{a.lo * (Code{1} << by), a.hi * (Code{1} << by)});
}

Range Intervals::add(Range a, Range b) { return checked({a.lo + b.lo, a.hi + b.hi}); }

Range Intervals::negate(Range a) { return checked({-a.hi, -a.lo}); }

Range Intervals::multiply(Range a, Range b) {
  if (bits_of(a) + bits_of(b) > 126) checked({0, Code{1} << max_code_bits});
  const auto [lo, hi] = std::minmax({a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi});
  return checked({lo, hi});
}

Range Intervals::square(Range a) {
  const Range whole = multiply(a, a);
  if (a.lo >= 0) return whole;
  if (a.hi <= 0) return {a.hi * a.hi, a.lo * a.lo};
  return {0, std::max(a.lo * a.lo, a.hi * a.hi)};
}

Range Intervals::quantise(Range a, int fraction, const FixedPoint& type) {
  const Range all{type.min_code(), type.max_code()};
  const core::Quantiser<Code> convert(fraction, type);
  if (type.overflow != core::Overflow::wrap) return checked({convert(a.lo), convert(a.hi)});
  // Without leaving the range wrapping is monotone too; a saturating twin tells whether both ends stay inside.
  FixedPoint wide = type;
  wide.overflow = core::Overflow::saturate;
  wide.width = 64;
  wide.integer += 64 - type.width;
  wide.is_signed = true;
  const core::Quantiser<Code> unlimited(fraction, wide);
  const Range free{unlimited(a.lo), unlimited(a.hi)};
  const bool inside = all.lo <= free.lo && free.hi <= all.hi && type.width < 64;
  return checked(inside ? free : all);
}

RunningSum::RunningSum(Intervals& intervals, int term_fraction, int bias_fraction,
                       const std::optional<FixedPoint>& product, const std::optional<FixedPoint>& accumulator)
    : intervals_(intervals),
      product_(product),
      accumulator_(accumulator),
      term_fraction_(term_fraction),
      product_fraction_(product ? product->fraction() : term_fraction),
      bias_fraction_(bias_fraction),
      sum_fraction_(std::max(product_fraction_, bias_fraction)) {
  if (accumulator) sum_fraction_ = std::max(sum_fraction_, accumulator->fraction());
}

void RunningSum::start(Range bias) {
  total_ = intervals_.shift_left(bias, sum_fraction_ - bias_fraction_);
  magnitude_ = {0, std::max(total_.hi, -total_.lo)};
  accumulate();
}

void RunningSum::add(Range term) {
  if (product_) term = intervals_.quantise(term, term_fraction_, *product_);
  term = intervals_.shift_left(term, sum_fraction_ - product_fraction_);
  if (accumulator_) {
    total_ = intervals_.shift_left(total_, sum_fraction_ - accumulator_->fraction());
  } else {
    magnitude_ = intervals_.add(magnitude_, {0, std::max(term.hi, -term.lo)});
  }
  total_ = intervals_.add(total_, term);
  accumulate();
}

void RunningSum::accumulate() {
  if (accumulator_) total_ = intervals_.quantise(total_, sum_fraction_, *accumulator_);
}

}  // namespace trigloop::model
