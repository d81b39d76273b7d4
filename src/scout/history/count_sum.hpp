#pragma once
// Sums of many histograms. Those of lumisections overlap almost everywhere, so a bin a code is added to faster than
// sorted bins are merged; and like DenseCounts it hands out what was counted, not what could be.
#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "scout/record/counts.hpp"

namespace trigloop::scout {

class CountSum {
 public:
  static constexpr std::int64_t last_code = (1 << 18) - 1;  ///< of the 18-bit scores of the trigger

  /// The caller sees to it that all counts together fit in 64 bits.
  void add(const Counts& counts) {
    if (counts.empty()) return;
    make_bins(counts.back().first);
    for (const auto& [code, n] : counts) {
      const auto bin = static_cast<std::uint64_t>(code);
      if (bin < bins_.size()) {
        bins_[bin] += n;
        touched_[bin / page] = 1;
      } else {
        others_[code] += n;
      }
    }
  }

  /// The sum so far; starts over.
  Counts take() {
    auto other = others_.begin();
    Counts sum;
    for (; other != others_.end() && other->first < 0; ++other) sum.push_back(*other);
    for (std::size_t p = 0; p < touched_.size(); ++p) {
      if (touched_[p] == 0) continue;
      touched_[p] = 0;
      for (std::size_t bin = p * page; bin < (p + 1) * page; ++bin) {
        if (bins_[bin] != 0) sum.emplace_back(static_cast<std::int64_t>(bin), bins_[bin]);
        bins_[bin] = 0;
      }
    }
    sum.insert(sum.end(), other, others_.end());
    others_.clear();
    return sum;
  }

 private:
  static constexpr std::size_t page = 256;

  /// For codes up to this one: few spectra need the two megabytes of all.
  void make_bins(std::int64_t last) {
    const auto pages = static_cast<std::size_t>(std::clamp<std::int64_t>(last, 0, last_code)) / page + 1;
    if (pages <= touched_.size()) return;
    bins_.resize(pages * page);
    touched_.resize(pages);
  }

  std::vector<std::uint64_t> bins_;
  std::vector<std::uint8_t> touched_;
  std::map<std::int64_t, std::uint64_t> others_;
};

}  // namespace trigloop::scout
