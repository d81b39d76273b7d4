#pragma once
// A tree that is being written: its branches, and the cluster that is open.
//
// The open cluster grows by slices of what is appended and is closed at a fixed number of entries, so that the file
// does not depend on the slices. Without a wished number, the first cluster that reaches the wished bytes sets it, as
// ROOT's AutoFlush does; a later cluster that grows to twice those bytes is closed early, which bounds the memory.
#include <cstdint>
#include <vector>

#include "io/root/writer_branch.hpp"

namespace trigloop::io::root {

struct ClusterLimits {
  std::size_t entries = 0;  ///< 0: as many as fill `bytes`
  std::size_t bytes = 32u << 20;
};

/// The entries up to `last` (and behind the range before) lie in clusters of `size`; the last one may have fewer.
struct ClusterRange {
  std::int64_t last = 0, size = 0;
};

class TreeWriter {
 public:
  /// Error: usage (see check_table).
  TreeWriter(TableSpec spec, ClusterLimits limits);

  const TableSpec& spec() const noexcept { return spec_; }
  std::vector<Branch>& branches() noexcept { return branches_; }
  const std::vector<Branch>& branches() const noexcept { return branches_; }
  /// For each column the one that counts it, or `not_jagged`.
  const std::vector<std::size_t>& counters() const noexcept { return counters_; }
  /// The largest count of a column that counts others; -1 for other columns.
  std::int64_t largest_count(std::size_t column) const noexcept;
  const std::vector<ClusterRange>& ranges() const noexcept { return ranges_; }

  std::uint64_t closed_entries() const noexcept { return closed_entries_; }
  std::size_t open_entries() const noexcept { return open_entries_; }
  /// The items of the open cluster that a branch needs to know; none, if it is not jagged.
  const ItemOffsets* offsets(std::size_t column) const noexcept;

  /// Takes entries from `first` on, until the open cluster is full; returns the first entry not taken. The cluster was
  /// checked (check_cluster).
  std::size_t take(const event::Columns& cluster, std::size_t first);
  bool full() const noexcept { return full_; }
  /// Forgets the open cluster, whose baskets are written now.
  void close_cluster();

 private:
  /// A column that counts items of others.
  struct Counter {
    std::size_t column = 0;
    std::size_t sample = 0;      ///< one of the columns that it counts
    std::size_t item_bytes = 0;  ///< over all of them
    std::int64_t largest = 0;
    ItemOffsets open{0};
  };

  std::size_t bytes_between(const event::Columns& cluster, std::size_t first, std::size_t last) const;
  std::size_t first_to_reach(const event::Columns& cluster, std::size_t first, std::size_t last,
                             std::size_t bytes) const;
  std::size_t choose_end(const event::Columns& cluster, std::size_t first);

  TableSpec spec_;
  ClusterLimits limits_;
  std::vector<std::size_t> counters_, counter_index_;
  std::vector<Branch> branches_;
  std::vector<Counter> counting_;
  std::size_t entry_bytes_ = 0;  ///< of the columns that are not jagged
  std::uint64_t closed_entries_ = 0;
  std::size_t open_entries_ = 0, open_bytes_ = 0;
  std::vector<ClusterRange> ranges_;
  bool full_ = false;
};

}  // namespace trigloop::io::root
