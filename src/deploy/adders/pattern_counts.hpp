#pragma once
// How many pairs of terms show a pattern: a hash table with open addresses, as most of the search is spent in it.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace trigloop::deploy {

/// Counts by a key that is not 0. Keys are never removed.
class PatternCounts {
 public:
  using Key = std::uint64_t;
  struct Entry {
    Key key = 0;  ///< 0: a free place
    int count = 0;
  };

  /// The count of a key, 0 if it is new.
  int& operator[](Key key) {
    if (2 * used_ >= entries_.size()) grow();
    Entry& entry = entries_[place_of(key)];
    used_ += entry.key == 0 ? 1 : 0;
    entry.key = key;
    return entry.count;
  }
  int of(Key key) const { return entries_[place_of(key)].count; }

  /// In no order that anything may depend on; some are free.
  const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  /// Where the key is, or would be.
  std::size_t place_of(Key key) const {
    const std::size_t mask = entries_.size() - 1;
    // Fibonacci hashing: the high bits of the product depend on all of the key.
    std::size_t at = key * 0x9E3779B97F4A7C15u >> (64 - std::bit_width(mask));
    while (entries_[at].key != 0 && entries_[at].key != key) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Entry> old(2 * entries_.size());
    old.swap(entries_);
    for (const Entry& entry : old)
      if (entry.key != 0) entries_[place_of(entry.key)] = entry;
  }

  std::vector<Entry> entries_ = std::vector<Entry>(1024);  ///< a power of two of them, at most half in use
  std::size_t used_ = 0;
};

}  // namespace trigloop::deploy
