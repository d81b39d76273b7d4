#pragma once
// How hardware integers are scaled for networks: (x - bias) / scale, each component of each object by itself.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "curate/census.hpp"

namespace trigloop::curate {

/// "RobustScaler(5,95,-2,2)": the 5th and 95th percentiles become -2 and 2. "MinMax(-1,1)": the least and the greatest
/// value do. "Standard": mean 0, standard deviation 1. With "_pow2" behind the name, scales become the next power of
/// two and biases the nearest integer (ties to even), so that firmware scales by shifts.
struct Scheme {
  enum class Kind : std::uint8_t { robust, min_max, standard };
  Kind kind = Kind::robust;
  bool pow2 = false;
  double low_percentile = 5, high_percentile = 95;
  double low = -2, high = 2;  ///< what they become
  bool ignore_zeros = true;   ///< only events in which the object is present (pt != 0) count
};

/// `compat`: as the package reads it: whatever the name, it is RobustScaler, and "_pow2" is overlooked. Errors: usage,
/// with the nearest name.
Scheme parse_scheme(std::string_view text, bool ignore_zeros, bool compat);

/// One value a feature (object by object, component by component).
struct Scaling {
  std::vector<double> scale, bias;
  std::vector<std::size_t> absent;  ///< objects that no event has: scale 1, bias 0
  /// Whether (x - bias) / scale of every hardware integer is a float32: scales are powers of two, biases integers.
  bool exact_in_float32() const noexcept;
  /// Gives each object the scales, not the biases, of the object whose number is in `of`.
  void share(std::span<const std::size_t> of);
};

/// From the counts of the training events.
Scaling scaling_of(const Scheme& scheme, const Census& census);

}  // namespace trigloop::curate
