#include "curate/census.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include "core/int128.hpp"

namespace trigloop::curate {

Census::Census(std::size_t objects)
    : objects_(objects),
      counts_(static_cast<std::uint64_t*>(std::calloc(3 * objects * stride + 1, sizeof(std::uint64_t)))) {
  if (!counts_) throw std::bad_alloc();
}

void Census::add(std::span<const std::int16_t> events, bool ignore_zeros) noexcept {
  int least = least_, most = most_;
  for (const int value : events) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  least_ = least;
  most_ = most;
  const std::size_t width = 3 * objects_;
  for (const std::int16_t *event = events.data(), *end = event + events.size(); event != end; event += width) {
    std::uint64_t* table = counts_.get() + offset;
    for (std::size_t f = 0; f < width; f += 3, table += 3 * stride) {
      if (ignore_zeros && event[f] == 0) continue;
      ++table[event[f]];
      ++(table + stride)[event[f + 1]];
      ++(table + 2 * stride)[event[f + 2]];
    }
  }
}

Census& Census::operator+=(const Census& other) noexcept {
  for (std::size_t f = 0; f < features(); ++f) {
    std::uint64_t* into = counts_.get() + f * stride + offset;
    for (int v = other.least_; v <= other.most_; ++v) into[v] += other.row(f)[v];
  }
  least_ = std::min(least_, other.least_);
  most_ = std::max(most_, other.most_);
  return *this;
}

std::uint64_t Census::counted(std::size_t object) const noexcept {
  std::uint64_t sum = 0;
  for (int v = least_; v <= most_; ++v) sum += row(3 * object)[v];
  return sum;
}

std::uint64_t Census::present(std::size_t object) const noexcept { return counted(object) - row(3 * object)[0]; }

/// The value of the event number `rank`, were they sorted.
int Census::ranked(std::size_t feature, std::uint64_t rank) const noexcept {
  const std::uint64_t* counts = row(feature);
  int v = least_;
  for (std::uint64_t below = 0; v < most_ && below + counts[v] <= rank; ++v) below += counts[v];
  return v;
}

double Census::percentile(std::size_t feature, double percent) const noexcept {
  const std::uint64_t n = counted(feature / 3);
  const double place = static_cast<double>(n - 1) * (percent / 100);
  const auto below = static_cast<std::uint64_t>(place);
  const double part = place - static_cast<double>(below);
  const double low = ranked(feature, below), high = ranked(feature, below + 1 < n ? below + 1 : below);
  // NumPy interpolates from the nearer side.
  return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part;
}

double Census::mean(std::size_t feature) const noexcept {
  core::Int128 sum = 0;
  for (int v = least_; v <= most_; ++v) sum += static_cast<core::Int128>(row(feature)[v]) * v;
  return static_cast<double>(sum) / static_cast<double>(counted(feature / 3));
}

double Census::deviation(std::size_t feature) const noexcept {
  const core::Int128 n = counted(feature / 3);
  core::Int128 sum = 0, squares = 0;
  for (int v = least_; v <= most_; ++v) {
    const core::Int128 part = static_cast<core::Int128>(row(feature)[v]) * v;
    sum += part;
    squares += part * v;
  }
  // n^2 times the variance is an integer: no cancellation.
  return std::sqrt(static_cast<double>(n * squares - sum * sum)) / static_cast<double>(n);
}

}  // namespace trigloop::curate
