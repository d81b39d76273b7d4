#pragma once
// Axes of a drawing: numbers to places, ticks that people can read, and the text of a picture under construction.
#include <string>
#include <string_view>
#include <vector>

namespace trigloop::report {

/// From numbers to places on paper. A logarithmic scale holds positive numbers alone.
class Scale {
 public:
  /// Numbers from `low` to `high` lie between the places `from` and `to`.
  Scale(double low, double high, bool is_log, double from, double to);
  double operator()(double value) const;
  bool holds(double value) const noexcept { return value == value && (!is_log_ || value > 0); }
  double clamped(double value) const;

  struct Tick {
    double place;
    std::string text;  ///< SVG, with superscripts for powers; "" for ticks without a number
  };
  std::vector<Tick> ticks() const;

 private:
  double low_, high_;
  bool is_log_;
  double from_, to_;
};

/// The range of all values that are shown; with a margin, and never empty.
struct Extent {
  explicit Extent(bool log) : is_log(log) {}
  void add(double value) noexcept;
  Scale scale(double from, double to, bool from_zero) const;
  bool is_log;
  double low = 0, high = 0;
  bool any = false;
};

std::string svg_escaped(std::string_view text);

}  // namespace trigloop::report
