#include "scout/pass/dense_counts.hpp"

#include <algorithm>

namespace trigloop::scout {

void DenseCounts::drain(Counts& into) {
  Counts counted(others_.begin(), others_.lower_bound(lowest_));
  for (std::size_t p = 0; p < touched_.size(); ++p) {
    if (touched_[p] == 0) continue;
    touched_[p] = 0;
    for (std::size_t bin = p * page; bin < (p + 1) * page; ++bin) {
      if (bins_[bin] != 0) counted.emplace_back(lowest_ + static_cast<std::int64_t>(bin), bins_[bin]);
      bins_[bin] = 0;
    }
  }
  counted.insert(counted.end(), others_.lower_bound(lowest_), others_.end());
  others_.clear();
  if (into.empty()) {
    into = std::move(counted);
  } else if (!counted.empty()) {
    add(into, counted);
  }
}

}  // namespace trigloop::scout
