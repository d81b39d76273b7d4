#include "scout/record/counts.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "core/error.hpp"

namespace trigloop::scout {
namespace {

std::uint64_t sum_of(std::uint64_t a, std::uint64_t b) {
  if (b > std::numeric_limits<std::uint64_t>::max() - a) {
    throw core::Error(core::ErrorCode::limit, "a histogram count would leave 64 bits");
  }
  return a + b;
}

}  // namespace

std::uint64_t total(const Counts& counts) noexcept {
  std::uint64_t sum = 0;
  for (const auto& bin : counts) sum += bin.second;
  return sum;
}

void add(Counts& counts, const Counts& other) {
  Counts sum;
  sum.reserve(counts.size() + other.size());
  auto a = counts.begin();
  for (const auto& bin : other) {
    while (a != counts.end() && a->first < bin.first) sum.push_back(*a++);
    if (a != counts.end() && a->first == bin.first) {
      sum.emplace_back(bin.first, sum_of((a++)->second, bin.second));
    } else {
      sum.push_back(bin);
    }
  }
  sum.insert(sum.end(), a, counts.end());
  counts = std::move(sum);
}

Counts difference(const Counts& counts, const Counts& part) {
  Counts rest;
  auto taken = part.begin();
  for (const auto& [value, n] : counts) {
    const bool both = taken != part.end() && taken->first == value;
    assert(!both || taken->second <= n);
    if (!both || taken->second != n) rest.emplace_back(value, both ? n - taken->second : n);
    if (both) ++taken;
  }
  assert(taken == part.end());
  return rest;
}

Counts compact(std::span<const std::uint32_t> dense, std::int64_t lowest) {
  Counts counts;
  for (std::size_t i = 0; i < dense.size(); ++i) {
    if (dense[i] != 0) counts.emplace_back(lowest + static_cast<std::int64_t>(i), dense[i]);
  }
  return counts;
}

void add(InputHistograms& histograms, const InputHistograms& other) {
  if (histograms.names.empty() && histograms.events == 0) {
    histograms = other;
    return;
  }
  const std::size_t common = std::min(histograms.names.size(), other.names.size());
  if (!std::ranges::equal(std::span(histograms.names).first(common), std::span(other.names).first(common)) ||
      histograms.every != other.every) {
    throw core::Error(core::ErrorCode::mismatch, "histograms of other inputs cannot be added");
  }
  histograms.events = sum_of(histograms.events, other.events);
  histograms.names.resize(common);
  histograms.counts.resize(common);
  for (std::size_t i = 0; i < common; ++i) add(histograms.counts[i], other.counts[i]);
}

}  // namespace trigloop::scout
