#pragma once
// Counts in bins of one width. What lies outside is counted, never lost. Counts are integers, so histograms that were
// filled by several threads add up to the same, in any order.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace trigloop::report {

/// `bins` bins of `width` from `low` on. Bin 0 counts what lies below (and NaN), bin bins + 1 what lies above.
struct Axis {
  double low = 0, width = 1;
  std::size_t bins = 1;

  std::size_t index(double value) const noexcept {
    const double at = (value - low) / width;
    if (!(at >= 0)) return 0;
    return at < static_cast<double>(bins) ? static_cast<std::size_t>(at) + 1 : bins + 1;
  }
  double centre(std::size_t bin) const noexcept { return low + width * (static_cast<double>(bin) + 0.5); }

  /// At most `most` bins that hold all of [min, max]. Of integers every bin holds equally many, and they lie in its
  /// middle.
  static Axis covering(double min, double max, bool integers, std::size_t most);
};

class Histogram {
 public:
  Histogram() = default;
  explicit Histogram(Axis axis) : axis_(axis), counts_(axis.bins + 2) {}

  void fill(double value) noexcept { ++counts_[axis_.index(value)]; }
  void merge(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  const Axis& axis() const noexcept { return axis_; }
  std::uint64_t count(std::size_t bin) const noexcept { return counts_[bin + 1]; }
  std::uint64_t outside() const noexcept { return counts_.front() + counts_.back(); }

 private:
  Axis axis_;
  std::vector<std::uint64_t> counts_;
};

class Histogram2D {
 public:
  Histogram2D() = default;
  Histogram2D(Axis x, Axis y) : x_(x), y_(y), counts_((x.bins + 2) * (y.bins + 2)) {}

  void fill(double x, double y) noexcept { ++counts_[y_.index(y) * (x_.bins + 2) + x_.index(x)]; }
  void merge(const Histogram2D& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  const Axis& x() const noexcept { return x_; }
  const Axis& y() const noexcept { return y_; }
  std::uint64_t count(std::size_t bin_x, std::size_t bin_y) const noexcept {
    return counts_[(bin_y + 1) * (x_.bins + 2) + bin_x + 1];
  }

 private:
  Axis x_, y_;
  std::vector<std::uint64_t> counts_;
};

/// The mean of a quantity in each bin of another one. Sums of hardware integers are exact.
class Profile {
 public:
  Profile() = default;
  explicit Profile(Axis axis) : axis_(axis), counts_(axis.bins + 2), sums_(axis.bins + 2) {}

  void fill(double at, double value) noexcept {
    const std::size_t i = axis_.index(at);
    ++counts_[i];
    sums_[i] += value;
  }
  void merge(const Profile& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      counts_[i] += other.counts_[i];
      sums_[i] += other.sums_[i];
    }
  }
  const Axis& axis() const noexcept { return axis_; }
  std::uint64_t count(std::size_t bin) const noexcept { return counts_[bin + 1]; }
  /// Meaningful where count(bin) > 0.
  double mean(std::size_t bin) const noexcept { return sums_[bin + 1] / static_cast<double>(counts_[bin + 1]); }

 private:
  Axis axis_;
  std::vector<std::uint64_t> counts_;
  std::vector<double> sums_;
};

}  // namespace trigloop::report
