#pragma once
// Minimum, maximum and sum of a column, cluster by cluster.
//
// Integers are exact: sums are kept in 128 bits. Floats are summed with compensation (Knuth's two-sum: the rounding
// error of every addition is computed exactly and added up beside the sum), so the result is off by less than one unit
// in the last place unless nearly everything cancels. The order of additions depends on the clusters alone, never on
// threads.
#include <cstdint>
#include <variant>

#include "core/int128.hpp"
#include "event/columns.hpp"

namespace trigloop::io {

/// No value, an exact integer, or a float.
using Number = std::variant<std::monostate, core::Int128, double>;

class Statistics {
 public:
  Statistics() = default;
  explicit Statistics(event::Type type) : floating_(event::is_float(type)) {}

  /// Takes all values of a cluster. The type must be that of the constructor in kind (integer or float).
  void add(const event::ColumnView& column) noexcept;
  /// Takes what was collected over later entries of the same column.
  void merge(const Statistics& later) noexcept;

  std::uint64_t values() const noexcept { return values_; }
  std::uint64_t nan() const noexcept { return nan_; }
  std::uint64_t infinite() const noexcept { return infinite_; }
  bool floating() const noexcept { return floating_; }
  /// Over the values that are not NaN; none if there are no such values.
  Number min() const noexcept;
  Number max() const noexcept;
  /// Over the values that are not NaN; 0 if there are none. With infinities among them: none.
  Number sum() const noexcept;

 private:
  template <class T>
  void add_integers(const T* values, std::size_t n) noexcept;
  template <class T>
  void add_floats(const T* values, std::size_t n) noexcept;
  void add_compensated(double sum, double error) noexcept;

  bool floating_ = false;
  std::uint64_t values_ = 0, nan_ = 0, infinite_ = 0;
  core::Int128 integer_min_ = 0, integer_max_ = 0, integer_sum_ = 0;
  double float_min_ = 0, float_max_ = 0, float_sum_ = 0, float_error_ = 0;
};

}  // namespace trigloop::io
