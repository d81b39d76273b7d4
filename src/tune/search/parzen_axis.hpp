#pragma once
// One parameter of a Parzen estimator: the kernels of all trials along it, on a line of length 1.
//
// A kernel is a normal distribution cut to the line, as wide as the trial's distance to its neighbours (the greater of
// both sides; the outermost trials know one side). Trials are kept sorted, so one that comes or goes changes its
// neighbours alone. Parameters of few steps share few kernels; the probabilities of their steps are kept in tables.
#include <cstdint>
#include <map>
#include <vector>

#include "tune/search/distribution.hpp"

namespace trigloop::tune {

class ParzenAxis {
 public:
  enum class Kind : std::uint8_t { continuous, stepped, categorical };
  /// More steps than these are taken as continuous: within a step the densities hardly change.
  static constexpr double most_steps = 256;

  /// A kernel of a stepped axis is never narrower than `least_step` of a step.
  explicit ParzenAxis(const Interval& interval, double least_step = 0);

  Kind kind() const noexcept { return kind_; }
  const Interval& interval() const noexcept { return interval_; }
  /// An internal value as the axis takes it: the place on the line, or the index of the step or choice.
  double coordinate(double value) const noexcept;

  /// Puts a trial into a slot that is empty: the next one behind all others, or one that was erased. Slot 0 is the
  /// prior's. Slots whose kernels changed are added to `changed`. Of equal values the older trial stands first, so that
  /// slots, which depend on what came and went, do not matter.
  void insert(std::uint32_t slot, std::int64_t trial, double value, std::vector<std::uint32_t>& changed);
  void erase(std::uint32_t slot, std::vector<std::uint32_t>& changed);
  /// Forgets the last slot, which must be erased.
  void shrink() noexcept;
  /// The internal value of the trial in a slot.
  double value(std::uint32_t slot) const noexcept { return value_[slot]; }

  /// The least width of a kernel from now on. All kernels change if it differs.
  void set_least_width(double width, std::vector<std::uint32_t>& changed);

  // By slot, for the evaluation. The density of a continuous kernel at x is exp(norm - ((x - mean) inverse)^2).
  const double* mean() const noexcept { return mean_.data(); }
  const double* inverse() const noexcept { return inverse_.data(); }
  double width(std::uint32_t slot) const noexcept { return width_[slot]; }
  double norm(std::uint32_t slot) const noexcept { return norm_[slot]; }
  const std::uint32_t* shape() const noexcept { return shape_.data(); }  ///< a column of `row`
  /// For each shape the logarithm of the probability of step or choice `index`; `kernels` counts the prior, too. Valid
  /// until the next change.
  const double* row(std::size_t index, std::size_t kernels);

 private:
  using Shape = std::pair<double, double>;  ///< mean and width

  void set(std::uint32_t slot, double mean, double width);
  void measure(std::size_t position, std::vector<std::uint32_t>& changed);
  void measure_all(std::vector<std::uint32_t>& changed);
  void measure_around(std::size_t position, std::vector<std::uint32_t>& changed);
  std::size_t position(std::uint32_t slot) const;
  const double* stepped_row(std::size_t index);

  Interval interval_;
  Kind kind_;
  double low_, length_;  ///< of the line, in its own units
  double least_width_ = 1;
  double step_width_ = 0;  ///< below which no kernel gets
  std::vector<double> value_, mean_, width_, inverse_, norm_;
  std::vector<std::uint32_t> shape_;
  std::vector<std::int64_t> trial_;
  std::vector<std::uint32_t> sorted_;        ///< slots by mean
  std::map<Shape, std::uint32_t> shape_of_;  ///< of a stepped axis
  std::vector<Shape> shapes_;
  std::vector<std::vector<double>> rows_;  ///< by step, grown on demand
};

}  // namespace trigloop::tune
