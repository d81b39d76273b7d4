#include "scout/pass/portions.hpp"

#include <algorithm>
#include <numeric>

namespace trigloop::scout {
namespace {

std::uint64_t size_of(const io::EntryRange& range) { return range.end - range.begin; }

}  // namespace

Portions::Portions(const io::Source& source, const io::Selection& selection, const std::vector<io::EntryRange>& ranges,
                   unsigned workers, std::uint64_t least)
    : least_(std::max<std::uint64_t>(least, 2)), portions_(workers) {
  Portion all(ranges.begin(), ranges.end());
  const std::uint64_t entries = size_of(all);
  if (workers > 1 && entries >= least_) {
    for (const io::EntryRange& piece : source.split(selection, std::max(least_, entries / (4 * workers)))) {
      cheap_cuts_.push_back(piece.begin);
    }
  }
  for (unsigned left = workers; left > 1 && size_of(all) >= least_; --left) {
    portions_[left - 1] = take_back(all, std::max(size_of(all) / left, least_ / 2));
  }
  portions_[0] = std::move(all);
}

std::uint64_t Portions::size_of(const Portion& portion) {
  return std::accumulate(portion.begin(), portion.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const io::EntryRange& range) { return sum + scout::size_of(range); });
}

/// A cheap cut that is as good as one at `entry`, or that entry; within the range.
std::uint64_t Portions::cut_near(std::uint64_t entry, io::EntryRange range) const {
  const std::uint64_t before = entry - range.begin, behind = range.end - entry;
  const auto after = std::ranges::lower_bound(cheap_cuts_, entry);
  if (after != cheap_cuts_.end() && *after - entry <= behind / 8) return *after;
  if (after != cheap_cuts_.begin() && entry - *(after - 1) <= before / 8) return *(after - 1);
  return entry;
}

/// Takes about so many of the last entries, and leaves some.
Portions::Portion Portions::take_back(Portion& from, std::uint64_t entries) const {
  Portion taken;
  while (from.size() > 1 && scout::size_of(from.back()) <= entries) {
    entries -= scout::size_of(from.back());
    taken.push_front(from.back());
    from.pop_back();
  }
  io::EntryRange& last = from.back();
  if (entries == 0 || entries >= scout::size_of(last)) return taken;
  const std::uint64_t cut = cut_near(last.end - entries, last);
  taken.push_front({cut, last.end});
  last.end = cut;
  return taken;
}

std::optional<io::EntryRange> Portions::next(unsigned worker) {
  const std::scoped_lock lock(mutex_);
  Portion& own = portions_[worker];
  if (!own.empty() && scout::size_of(own.front()) == 0) own.pop_front();
  if (own.empty()) {
    Portion& longest = *std::ranges::max_element(portions_, {}, &Portions::size_of);
    const std::uint64_t left = size_of(longest);
    if (left >= least_) own = take_back(longest, left / 2);
  }
  return own.empty() ? std::nullopt : std::optional(own.front());
}

std::uint64_t Portions::claim(unsigned worker, io::EntryRange window) {
  const std::scoped_lock lock(mutex_);
  Portion& own = portions_[worker];
  if (own.empty()) return window.begin;  // stopped
  own.front().begin = std::min(window.end, own.front().end);
  return own.front().begin;
}

void Portions::stop() {
  const std::scoped_lock lock(mutex_);
  for (Portion& portion : portions_) portion.clear();
}

}  // namespace trigloop::scout
