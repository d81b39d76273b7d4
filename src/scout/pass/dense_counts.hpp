#pragma once
// Counts integers as fast as memory allows, then hands out the few that occurred.
//
// A bin an integer, 32 bits each: 2^18 scores take a megabyte, of which most events touch a few cache lines. Bins lie
// on pages of 256; a byte a page says whether it was touched, so handing out costs what was counted, not what could be.
#include <cstdint>
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

  /// Adds what was counted to `into`, and starts over.
  void drain(Counts& into);

 private:
  static constexpr std::size_t page = 256;
  std::int64_t lowest_ = 0;
  std::vector<std::uint32_t> bins_;
  std::vector<std::uint8_t> touched_;
  std::map<std::int64_t, std::uint64_t> others_;
};

}  // namespace trigloop::scout
