#pragma once
// Counts integers as fast as memory allows, then hands out the few that occurred.
//
// A bin an integer, 32 bits each: 2^18 scores take a megabyte, of which most events touch a few cache lines. Bins lie
// on pages of 256; a byte a page says whether it was touched, so handing out costs what was counted, not what could be.
#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "scout/record/counts.hpp"

namespace trigloop::scout {

class DenseCounts {
 public:
  DenseCounts() = default;
  /// Values in [lowest, lowest + bins) have a bin each; any other gets one when it occurs.
  DenseCounts(std::int64_t lowest, std::size_t bins)
      : lowest_(lowest), bins_((bins + page - 1) / page * page), touched_(bins_.size() / page) {}

  /// No value may be counted more than 2^32 - 1 times before it is drained.
  void count(std::int64_t value) { count(std::span<const std::int64_t>(&value, 1)); }

  /// All of them.
  template <class T>
  void count(std::span<const T> values) {
    // Marks are bytes, which may alias anything: kept in registers, the rest is not loaded again after each.
    std::uint32_t* const bins = bins_.data();
    std::uint8_t* const touched = touched_.data();
    const std::size_t size = bins_.size();
    const auto lowest = static_cast<std::uint64_t>(lowest_);
    for (const T value : values) {
      const std::uint64_t bin = static_cast<std::uint64_t>(std::int64_t{value}) - lowest;
      if (bin >= size) {
        ++others_[value];
        continue;
      }
      ++bins[bin];
      touched[bin / page] = 1;
    }
  }

  /// Counts a row of n values into each of `all`. Equal values of a row wait for each other's store, those of other
  /// rows do not: many rows are counted sooner together than in turn.
  template <std::size_t rows, class T>
  static void count_rows(std::span<DenseCounts, rows> all, std::array<const T*, rows> values, std::size_t n) {
    std::array<std::uint32_t*, rows> bins;
    std::array<std::int64_t, rows> lowest;
    bool have_bins = true;
    for (std::size_t r = 0; r < rows; ++r) {
      have_bins = all[r].touch(std::span(values[r], n)) && have_bins;
      bins[r] = all[r].bins_.data();
      lowest[r] = all[r].lowest_;
    }
    if (!have_bins) {
      for (std::size_t r = 0; r < rows; ++r) all[r].count(std::span(values[r], n));
      return;
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t r = 0; r < rows; ++r) ++bins[r][values[r][i] - lowest[r]];
    }
  }

  /// Counts values[i] into all[which[i]], of at most 8 with the same bins.
  template <class T>
  static void count_into(std::span<DenseCounts> all, std::span<const std::uint8_t> which, std::span<const T> values) {
    std::array<std::uint32_t*, 8> bins;
    assert(!all.empty() && all.size() <= bins.size());
    bool have_bins = true;
    for (std::size_t a = 0; a < all.size(); ++a) {
      assert(all[a].lowest_ == all[0].lowest_);
      have_bins = all[a].touch(values) && have_bins;
      bins[a] = all[a].bins_.data();
    }
    if (!have_bins) {
      for (std::size_t i = 0; i < values.size(); ++i) all[which[i]].count(values[i]);
      return;
    }
    const std::int64_t lowest = all[0].lowest_;
    for (std::size_t i = 0; i < values.size(); ++i) ++bins[which[i]][values[i] - lowest];
  }

  /// Adds what was counted to `into`, and starts over.
  void drain(Counts& into);

 private:
  static constexpr std::size_t page = 256;

  /// Marks the pages of the values, and what lies between; false, if some value has no bin.
  template <class T>
  bool touch(std::span<const T> values) noexcept {
    T least = std::numeric_limits<T>::max(), most = std::numeric_limits<T>::min();
    for (const T value : values) {
      least = std::min(least, value);
      most = std::max(most, value);
    }
    if (values.empty() || least < lowest_ || most - lowest_ >= static_cast<std::int64_t>(bins_.size())) return false;
    const auto page_of = [&](T value) { return static_cast<std::size_t>(value - lowest_) / page; };
    for (std::size_t p = page_of(least); p <= page_of(most); ++p) touched_[p] = 1;
    return true;
  }

  std::int64_t lowest_ = 0;
  std::vector<std::uint32_t> bins_;
  std::vector<std::uint8_t> touched_;
  std::map<std::int64_t, std::uint64_t> others_;
};

}  // namespace trigloop::scout
