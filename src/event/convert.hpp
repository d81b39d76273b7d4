#pragma once
// One value of a column to one value of a tile: docs/formats.md, "Conversion".
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "event/tile.hpp"

namespace trigloop::event {

template <class Out, class In>
class Convert {
 public:
  Convert(double scale, double offset, TileCounts& counts)
      : scale_(scale), offset_(offset), scaled_(scale != 1 || offset != 0), counts_(counts) {}

  Out operator()(In value) const noexcept {
    if constexpr (std::is_same_v<Out, In>) {
      if (!scaled_) return value;
    } else if constexpr (std::is_integral_v<In> && std::is_integral_v<Out>) {
      if (!scaled_) return bounded_integer(value);
    }
    const double v = scaled_ ? static_cast<double>(value) * scale_ + offset_ : static_cast<double>(value);
    if constexpr (std::is_integral_v<Out>) {
      return rounded(v);
    } else {
      return narrowed(v);
    }
  }

 private:
  static constexpr Out low = std::numeric_limits<Out>::lowest(), high = std::numeric_limits<Out>::max();

  Out bounded_integer(In value) const noexcept {
    if (std::cmp_less(value, low)) return ++counts_.saturated, low;
    if (std::cmp_greater(value, high)) return ++counts_.saturated, high;
    return static_cast<Out>(value);
  }
  Out rounded(double v) const noexcept {
    if (std::isnan(v)) return ++counts_.not_a_number, Out{0};
    const double r = std::nearbyint(v);  // ties to even: the default rounding mode, which nothing here changes
    if (r < low) return ++counts_.saturated, low;
    if (r > high) return ++counts_.saturated, high;
    return static_cast<Out>(r);
  }
  Out narrowed(double v) const noexcept {
    // Infinities and NaN pass as they are; a finite value beyond float32 becomes the largest one.
    if (std::isfinite(v) && std::fabs(v) > high)
      return ++counts_.saturated, std::copysign(high, static_cast<Out>(v > 0 ? 1 : -1));
    return static_cast<Out>(v);
  }

  double scale_, offset_;
  bool scaled_;
  TileCounts& counts_;
};

}  // namespace trigloop::event
