#include "io/root/split.hpp"

#include <algorithm>

namespace trigloop::io::root {
namespace {

/// Of the bytes between two cuts at most this part may be decoded twice.
constexpr std::uint64_t largest_share = 8;
/// Cuts looked at for a range: enough to find a cheap one, few enough to cost nothing.
constexpr std::size_t most_tried = 64;

/// Stored bytes of the baskets that a cut before `entry` divides.
std::uint64_t price_of(const std::vector<const BranchInfo*>& branches, std::uint64_t entry) {
  std::uint64_t bytes = 0;
  for (const BranchInfo* branch : branches) {
    const auto after = std::ranges::lower_bound(branch->baskets, entry, {}, &Basket::first_entry);
    if (after == branch->baskets.begin()) continue;
    const Basket& before = *(after - 1);
    if (before.first_entry + before.entries > entry) bytes += before.nbytes;
  }
  return bytes;
}

/// The branch whose baskets cost most to divide: its borders are the cuts to try.
const BranchInfo* heaviest(const std::vector<const BranchInfo*>& branches) {
  const auto mean = [](const BranchInfo* b) { return b->baskets.empty() ? 0 : b->stored_bytes / b->baskets.size(); };
  return *std::ranges::max_element(branches, {}, mean);
}

}  // namespace

std::vector<EntryRange> split_entries(const std::vector<const BranchInfo*>& branches, std::uint64_t entries,
                                      std::uint64_t target) {
  if (branches.empty() || target == 0) return {{0, entries}};
  std::uint64_t stored = 0;
  for (const BranchInfo* branch : branches) stored += branch->stored_bytes;
  const double bytes_per_entry = static_cast<double>(stored) / static_cast<double>(std::max<std::uint64_t>(1, entries));
  const auto affordable = [&](std::uint64_t price, std::uint64_t range) {
    return static_cast<double>(price * largest_share) <= bytes_per_entry * static_cast<double>(range);
  };

  std::vector<std::uint64_t> cuts;
  for (const Basket& basket : heaviest(branches)->baskets) cuts.push_back(basket.first_entry);
  std::vector<EntryRange> ranges;
  std::uint64_t begin = 0;
  while (entries - begin > target) {
    // From half a target on: the cheapest up to one and a half (of equals the nearest), or the first affordable one
    // behind.
    auto at = std::ranges::lower_bound(cuts, begin + std::max<std::uint64_t>(1, target - target / 2));
    const auto distance = [&](std::uint64_t cut) {
      return cut > begin + target ? cut - begin - target : begin + target - cut;
    };
    std::uint64_t best = entries, best_price = UINT64_MAX;
    for (std::size_t tried = 0; at != cuts.end() && *at < entries; ++at, ++tried) {
      const bool near = *at - begin <= target + target / 2 && tried < most_tried;
      if (!near && best != entries) break;
      const std::uint64_t price = price_of(branches, *at);
      const bool better = price < best_price || (price == best_price && distance(*at) < distance(best));
      if (!better || !affordable(price, *at - begin)) continue;
      best = *at;
      best_price = price;
    }
    if (best == entries) break;
    ranges.push_back({begin, best});
    begin = best;
  }
  if (begin < entries) ranges.push_back({begin, entries});
  return ranges;
}

}  // namespace trigloop::io::root
