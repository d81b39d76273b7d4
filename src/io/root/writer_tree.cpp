#include "io/root/writer_tree.hpp"

#include <algorithm>
#include <utility>

#include "io/root/writer_schema.hpp"

namespace trigloop::io::root {

TreeWriter::TreeWriter(TableSpec spec, ClusterLimits limits)
    : spec_(std::move(spec)), limits_(limits), counters_(check_table(spec_)) {
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    branches_.emplace_back(spec_.columns[i]);
    counter_index_.push_back(not_jagged);
    if (counters_[i] == not_jagged) {
      entry_bytes_ += branches_[i].item_bytes();
      continue;
    }
    auto counter = std::ranges::find(counting_, counters_[i], &Counter::column);
    if (counter == counting_.end()) {
      counting_.push_back({.column = counters_[i], .sample = i});
      counter = counting_.end() - 1;
    }
    counter->item_bytes += branches_[i].item_bytes();
    counter_index_[i] = static_cast<std::size_t>(counter - counting_.begin());
  }
}

std::int64_t TreeWriter::largest_count(std::size_t column) const noexcept {
  const auto counter = std::ranges::find(counting_, column, &Counter::column);
  return counter == counting_.end() ? -1 : counter->largest;
}

const ItemOffsets* TreeWriter::offsets(std::size_t column) const noexcept {
  return counter_index_[column] == not_jagged ? nullptr : &counting_[counter_index_[column]].open;
}

std::size_t TreeWriter::bytes_between(const event::Columns& cluster, std::size_t first, std::size_t last) const {
  std::size_t bytes = (last - first) * entry_bytes_;
  for (const Counter& counter : counting_) {
    const auto offsets = cluster.columns[counter.sample].offsets;
    bytes += std::size_t{offsets[last] - offsets[first]} * counter.item_bytes;
  }
  return bytes;
}

/// The first end in (first, last] with at least `bytes` bytes; last, if there is none.
std::size_t TreeWriter::first_to_reach(const event::Columns& cluster, std::size_t first, std::size_t last,
                                       std::size_t bytes) const {
  std::size_t low = first, high = last;  // too few at low
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (bytes_between(cluster, first, middle) >= bytes ? high : low) = middle;
  }
  return high;
}

std::size_t TreeWriter::choose_end(const event::Columns& cluster, std::size_t first) {
  const bool by_bytes = limits_.entries == 0;
  const std::size_t room = by_bytes ? cluster.entries : limits_.entries - open_entries_;
  const std::size_t most = first + std::min(cluster.entries - first, room);
  const std::size_t byte_limit = by_bytes ? limits_.bytes : 2 * limits_.bytes;
  const std::size_t left = byte_limit > open_bytes_ ? byte_limit - open_bytes_ : 0;
  const std::size_t end = first_to_reach(cluster, first, most, left);
  const std::size_t bytes = bytes_between(cluster, first, end);
  open_bytes_ += bytes;
  full_ = bytes >= left || (!by_bytes && end - first == room);
  return end;
}

std::size_t TreeWriter::take(const event::Columns& cluster, std::size_t first) {
  if (first == cluster.entries) return first;
  const std::size_t end = choose_end(cluster, first);
  for (Counter& counter : counting_) {
    const auto offsets = cluster.columns[counter.sample].offsets;
    const std::uint64_t base = counter.open.back() - offsets[first];  // modulo 2^64
    for (std::size_t i = first; i < end; ++i) {
      counter.open.push_back(base + offsets[i + 1]);
      counter.largest = std::max<std::int64_t>(counter.largest, offsets[i + 1] - offsets[i]);
    }
  }
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    const auto& column = cluster.columns[i];
    const bool jagged = counters_[i] != not_jagged;
    branches_[i].fill(column, jagged ? column.offsets[first] : first, jagged ? column.offsets[end] : end);
  }
  open_entries_ += end - first;
  return end;
}

void TreeWriter::close_cluster() {
  const auto size = static_cast<std::int64_t>(open_entries_);
  const auto last = static_cast<std::int64_t>(closed_entries_ + open_entries_) - 1;
  // A range goes on while its clusters are full; a smaller one may only be its last.
  const std::int64_t before = ranges_.empty() ? 0 : ranges_.back().last + 1;
  const std::int64_t start = ranges_.size() < 2 ? 0 : ranges_[ranges_.size() - 2].last + 1;
  if (!ranges_.empty() && size <= ranges_.back().size && (before - start) % ranges_.back().size == 0) {
    ranges_.back().last = last;
  } else if (size > 0) {
    ranges_.push_back({last, size});
  }
  if (limits_.entries == 0 && full_) limits_.entries = open_entries_;
  closed_entries_ += open_entries_;
  open_entries_ = open_bytes_ = 0;
  full_ = false;
  for (Branch& branch : branches_) branch.clear();
  for (Counter& counter : counting_) counter.open.resize(1);
}

}  // namespace trigloop::io::root
