// The loops here are plain, over blocks that stay in the first cache, and shaped so that the compiler turns them into
// vector instructions: independent lanes, no branch, and accumulators that cannot overflow within a block.
#include "io/summary/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace trigloop::io {
namespace {

constexpr std::size_t block = 1u << 14;

/// The sum of at most `block` integers. 16 bits x 2^14 fit 32 bits, 32 bits x 2^14 fit 64; wider ones are added as
/// low and high halves.
template <class T>
core::Int128 sum_of_block(const T* x, std::size_t n) noexcept {
  if constexpr (sizeof(T) == 8) {
    constexpr std::uint64_t bias = std::is_signed_v<T> ? std::uint64_t{1} << 63 : 0;
    std::uint64_t low = 0, high = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t v = static_cast<std::uint64_t>(x[i]) ^ bias;
      low += v & 0xFFFFFFFFu;
      high += v >> 32;
    }
    return (static_cast<core::Int128>(high) << 32) + low - static_cast<core::Int128>(bias) * n;
  } else {
    using Narrow = std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>;
    using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    std::conditional_t<sizeof(T) == 4, Wide, Narrow> sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum = static_cast<decltype(sum)>(sum + x[i]);
    return sum;
  }
}

template <class T>
struct Extremes {
  T low, high;
};

template <class T>
Extremes<T> extremes_of_block(const T* x, std::size_t n) noexcept {
  T low = x[0], high = x[0];
  for (std::size_t i = 0; i < n; ++i) {
    const T v = x[i];
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  return {low, high};
}

/// Sums, errors and extremes in lanes, which a compiler keeps in vector registers. NaNs count and otherwise vanish.
template <class T>
struct Lanes {
  static constexpr std::size_t n = 8;
  static constexpr T infinity = std::numeric_limits<T>::infinity();
  std::array<double, n> sum{}, error{};
  std::array<T, n> low{infinity, infinity, infinity, infinity, infinity, infinity, infinity, infinity};
  std::array<T, n> high{-infinity, -infinity, -infinity, -infinity, -infinity, -infinity, -infinity, -infinity};
  std::array<std::uint64_t, n> nan{};

  void add(const T* x) noexcept {
    for (std::size_t j = 0; j < n; ++j) {
      const T v = x[j];
      low[j] = v < low[j] ? v : low[j];
      high[j] = v > high[j] ? v : high[j];
      nan[j] += v != v ? 1 : 0;
      const double a = sum[j], b = v == v ? static_cast<double>(v) : 0.0;
      const double s = a + b, shadow = s - a;
      error[j] += (a - (s - shadow)) + (b - shadow);
      sum[j] = s;
    }
  }
};

}  // namespace

void Statistics::add(const event::ColumnView& column) noexcept {
  if (column.values == 0) return;
  event::visit(column.type, [&]<class T>(T) {
    if constexpr (std::is_floating_point_v<T>) {
      add_floats(reinterpret_cast<const T*>(column.data), column.values);
    } else {
      using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
      add_integers(reinterpret_cast<const Stored*>(column.data), column.values);
    }
  });
}

template <class T>
void Statistics::add_integers(const T* x, std::size_t n) noexcept {
  for (std::size_t first = 0; first < n; first += block) {
    const std::size_t count = std::min(block, n - first);
    const auto [low, high] = extremes_of_block(x + first, count);
    integer_min_ = values_ == 0 ? low : std::min<core::Int128>(integer_min_, low);
    integer_max_ = values_ == 0 ? high : std::max<core::Int128>(integer_max_, high);
    integer_sum_ += sum_of_block(x + first, count);
    values_ += count;
  }
}

template <class T>
void Statistics::add_floats(const T* x, std::size_t n) noexcept {
  Lanes<T> lanes;
  std::size_t i = 0;
  for (; i + lanes.n <= n; i += lanes.n) lanes.add(x + i);
  std::array<T, Lanes<T>::n> rest;
  rest.fill(std::numeric_limits<T>::quiet_NaN());
  std::copy(x + i, x + n, rest.begin());
  lanes.add(rest.data());

  Statistics cluster;
  cluster.floating_ = true;
  cluster.values_ = n;
  for (std::size_t j = 0; j < lanes.n; ++j) {
    cluster.nan_ += lanes.nan[j];
    cluster.add_compensated(lanes.sum[j], lanes.error[j]);
  }
  cluster.nan_ -= lanes.n - (n - i);  // the filler of the last lanes
  cluster.float_min_ = *std::min_element(lanes.low.begin(), lanes.low.end());
  cluster.float_max_ = *std::max_element(lanes.high.begin(), lanes.high.end());
  if (cluster.nan_ < n && (std::isinf(cluster.float_min_) || std::isinf(cluster.float_max_))) {
    cluster.infinite_ = static_cast<std::uint64_t>(std::count_if(x, x + n, [](T v) { return std::isinf(v); }));
  }
  merge(cluster);
}

void Statistics::add_compensated(double sum, double error) noexcept {
  const double s = float_sum_ + sum, shadow = s - float_sum_;
  float_error_ += (float_sum_ - (s - shadow)) + (sum - shadow) + error;
  float_sum_ = s;
}

void Statistics::merge(const Statistics& later) noexcept {
  if (later.values_ == 0) return;
  if (floating_) {
    const bool first = values_ == nan_, nothing = later.values_ == later.nan_;
    if (!nothing) {
      float_min_ = first ? later.float_min_ : std::min(float_min_, later.float_min_);
      float_max_ = first ? later.float_max_ : std::max(float_max_, later.float_max_);
    }
    add_compensated(later.float_sum_, later.float_error_);
  } else {
    integer_min_ = values_ == 0 ? later.integer_min_ : std::min(integer_min_, later.integer_min_);
    integer_max_ = values_ == 0 ? later.integer_max_ : std::max(integer_max_, later.integer_max_);
    integer_sum_ += later.integer_sum_;
  }
  values_ += later.values_;
  nan_ += later.nan_;
  infinite_ += later.infinite_;
}

Number Statistics::min() const noexcept {
  if (values_ == nan_) return {};
  return floating_ ? Number(float_min_) : Number(integer_min_);
}

Number Statistics::max() const noexcept {
  if (values_ == nan_) return {};
  return floating_ ? Number(float_max_) : Number(integer_max_);
}

Number Statistics::sum() const noexcept {
  if (!floating_) return integer_sum_;
  if (infinite_ > 0) return {};
  // A sum beyond the largest double has no meaningful error term.
  return std::isfinite(float_error_) ? float_sum_ + float_error_ : float_sum_;
}

}  // namespace trigloop::io
