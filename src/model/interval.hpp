#pragma once
// Interval arithmetic on codes that refuses to leave max_code_bits, and remembers how far it went.
#include <optional>

#include "core/quantiser.hpp"
#include "model/graph.hpp"

namespace trigloop::model {

class Intervals {
 public:
  /// The widest magnitude met so far, in bits with sign.
  int working_bits() const noexcept { return working_bits_; }

  Range shift_left(Range a, int by);
  Range add(Range a, Range b);
  Range negate(Range a);
  Range multiply(Range a, Range b);
  Range square(Range a);
  /// The codes of `type` (its own fraction) that codes in `a` of `fraction` can become.
  Range quantise(Range a, int fraction, const FixedPoint& type);

 private:
  Range checked(Range a);
  int working_bits_ = 1;
};

/// The range of a sum whose terms come one by one, as hardware may do it: `product` truncates each term, `accumulator`
/// the running sum. With neither, working_bits covers any order of summation, as it goes by magnitudes.
class RunningSum {
 public:
  RunningSum(Intervals& intervals, int term_fraction, int bias_fraction, const std::optional<FixedPoint>& product,
             const std::optional<FixedPoint>& accumulator);
  /// Starts a sum with `bias`, of `bias_fraction`.
  void start(Range bias);
  void add(Range term);
  Range total() const { return total_; }
  int fraction() const { return accumulator_ ? accumulator_->fraction() : sum_fraction_; }

 private:
  void accumulate();

  Intervals& intervals_;
  const std::optional<FixedPoint>&product_, &accumulator_;
  int term_fraction_, product_fraction_, bias_fraction_, sum_fraction_;
  Range total_;
  Range magnitude_;
};

}  // namespace trigloop::model
