#pragma once
// How often each hardware integer occurs, feature by feature. Percentiles of integers are exact by counting: no event
// is kept, so a hundred million of them need no more memory than a hundred, and sums of censuses are exact.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

namespace trigloop::curate {

class Census {
 public:
  explicit Census(std::size_t objects);

  /// Counts events of `objects` x (pt, eta, phi) values. With `ignore_zeros` an object of pt 0 is not there.
  void add(std::span<const std::int16_t> values, bool ignore_zeros) noexcept;
  Census& operator+=(const Census& other) noexcept;

  std::size_t features() const noexcept { return 3 * objects_; }
  /// Events that were counted for an object.
  std::uint64_t counted(std::size_t object) const noexcept;
  /// Events in which it has pt != 0.
  std::uint64_t present(std::size_t object) const noexcept;

  // Of a feature that was counted at least once:
  /// As numpy.percentile gives it by linear interpolation, to the last bit.
  double percentile(std::size_t feature, double percent) const noexcept;
  double mean(std::size_t feature) const noexcept;
  /// The standard deviation of the population (numpy.std).
  double deviation(std::size_t feature) const noexcept;

 private:
  struct Free {
    void operator()(std::uint64_t* p) const noexcept { std::free(p); }
  };
  static constexpr int values = 65536;
  static constexpr int offset = 32768;
  // Tables a power of two apart would put the frequent values of all features into the same few sets of the cache.
  static constexpr std::size_t stride = values + 72;

  /// Counts of a feature, to be indexed by its values.
  const std::uint64_t* row(std::size_t feature) const noexcept { return counts_.get() + feature * stride + offset; }
  int ranked(std::size_t feature, std::uint64_t rank) const noexcept;

  std::size_t objects_;
  int least_ = values, most_ = -values;            ///< all values lie from here to there
  std::unique_ptr<std::uint64_t[], Free> counts_;  ///< zeros of calloc: only pages of values that occur become real
};

}  // namespace trigloop::curate
