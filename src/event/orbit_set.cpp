#include "event/orbit_set.hpp"

#include <algorithm>
#include <tuple>

namespace trigloop::event {
namespace {

bool disjoint(const OrbitEntry& a, const OrbitEntry& b) noexcept {
  return a.last_crossing < b.first_crossing || b.last_crossing < a.first_crossing;
}

OrbitEntry joined(const OrbitEntry& a, const OrbitEntry& b) noexcept {
  return {a.orbit, a.events + b.events, std::min(a.first_crossing, b.first_crossing),
          std::max(a.last_crossing, b.last_crossing), a.hash + b.hash};
}

bool before(const OrbitEntry& a, const OrbitEntry& b) noexcept { return a.orbit < b.orbit; }

}  // namespace

OrbitSet OrbitSet::collect(std::vector<OrbitEntry> stretches, std::vector<std::uint32_t>& doubtful) {
  std::sort(stretches.begin(), stretches.end(), [](const OrbitEntry& a, const OrbitEntry& b) {
    return std::tie(a.orbit, a.first_crossing, a.last_crossing) < std::tie(b.orbit, b.first_crossing, b.last_crossing);
  });
  OrbitSet set;
  doubtful.clear();
  for (const OrbitEntry& stretch : stretches) {
    if (set.entries_.empty() || set.entries_.back().orbit != stretch.orbit) {
      set.entries_.push_back(stretch);
      continue;
    }
    OrbitEntry& last = set.entries_.back();
    const bool overlap = !disjoint(last, stretch);
    if (overlap && (doubtful.empty() || doubtful.back() != stretch.orbit)) doubtful.push_back(stretch.orbit);
    last = joined(last, stretch);
  }
  return set;
}

const OrbitEntry* OrbitSet::find(std::uint32_t orbit) const noexcept {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), OrbitEntry{.orbit = orbit}, before);
  return found != entries_.end() && found->orbit == orbit ? &*found : nullptr;
}

std::uint64_t OrbitSet::events() const noexcept {
  std::uint64_t sum = 0;
  for (const OrbitEntry& entry : entries_) sum += entry.events;
  return sum;
}

OrbitComparison OrbitSet::compare(const OrbitSet& committed) const {
  OrbitComparison result;
  auto theirs = committed.entries_.begin();
  for (const OrbitEntry& entry : entries_) {
    theirs = std::lower_bound(theirs, committed.entries_.end(), entry, before);
    if (theirs == committed.entries_.end() || theirs->orbit != entry.orbit) {
      result.fresh.push_back(entry.orbit);
    } else if (*theirs == entry) {
      result.duplicate.push_back(entry.orbit);
    } else {
      (disjoint(*theirs, entry) ? result.split : result.contradicting).push_back(entry.orbit);
    }
  }
  return result;
}

void OrbitSet::join(const OrbitSet& other) {
  std::vector<OrbitEntry> all;
  all.reserve(entries_.size() + other.entries_.size());
  std::merge(entries_.begin(), entries_.end(), other.entries_.begin(), other.entries_.end(), std::back_inserter(all),
             before);
  entries_.clear();
  for (const OrbitEntry& entry : all) {
    if (entries_.empty() || entries_.back().orbit != entry.orbit) {
      entries_.push_back(entry);
    } else {
      entries_.back() = joined(entries_.back(), entry);
    }
  }
}

}  // namespace trigloop::event
