#include "watch/histograms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace trigloop::watch {
namespace {

struct SlotName {
  std::string object, slot, quantity;
};

/// "Jet3.pt" is slot 3 of Jet; "MET.pt" has no slot.
SlotName split(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return {name, "", name};
  std::size_t digits = dot;
  while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9') --digits;
  return {name.substr(0, digits), name.substr(digits, dot - digits), name.substr(dot + 1)};
}

std::uint64_t at_zero(const scout::Counts& counts) {
  const auto zero = std::ranges::find(counts, 0, &scout::Counts::value_type::first);
  return zero == counts.end() ? 0 : zero->second;
}

/// Takes out the zeros of slots without an object.
void remove_absent(scout::Counts& counts, std::uint64_t absent) {
  const auto zero = std::ranges::find(counts, 0, &scout::Counts::value_type::first);
  if (zero == counts.end()) return;
  zero->second -= std::min(zero->second, absent);
  if (zero->second == 0) counts.erase(zero);
}

std::size_t bin_of(const Edges& edges, std::int64_t value) {
  const auto above = std::upper_bound(edges.begin() + 1, edges.end() - 1, value);
  return static_cast<std::size_t>(above - edges.begin()) - 1;
}

void normalise(std::vector<double>& shares) {
  double sum = 0;
  for (const double share : shares) sum += share;
  if (sum <= 0) return;
  for (double& share : shares) share /= sum;
}

/// Borders half-way between the values that occur: each value stands for its cell. Values may come in steps of 5/4, as
/// the jets of the trigger do; intervals of 1 would leave gaps, and scaled ones would not meet the edges of bins.
std::vector<double> cells_of(const scout::Counts& counts) {
  std::vector<double> cells{static_cast<double>(counts.front().first) - 0.5};
  for (std::size_t i = 1; i < counts.size(); ++i) {
    cells.push_back(0.5 * static_cast<double>(counts[i - 1].first + counts[i].first));
  }
  cells.push_back(static_cast<double>(counts.back().first) + 0.5);
  return cells;
}

}  // namespace

std::vector<Histogram> pool(const scout::InputHistograms& inputs) {
  std::map<std::string, std::uint64_t> absent;  // by object and slot
  for (std::size_t i = 0; i < inputs.names.size(); ++i) {
    const SlotName name = split(inputs.names[i]);
    if (name.quantity == "pt") absent[name.object + name.slot] = at_zero(inputs.counts[i]);
  }
  std::vector<Histogram> pooled;
  for (std::size_t i = 0; i < inputs.names.size(); ++i) {
    const SlotName name = split(inputs.names[i]);
    scout::Counts counts = inputs.counts[i];
    // What is always there, as missing energy, may well be 0, but then has no direction.
    const bool by_region = name.quantity.find('@') != std::string::npos;  // absent objects are in none
    const bool may_be_absent = !by_region && (!name.slot.empty() || name.quantity != "pt");
    if (may_be_absent && name.quantity != "count") remove_absent(counts, absent[name.object + name.slot]);
    const auto same = std::ranges::find_if(
        pooled, [&](const Histogram& h) { return h.object == name.object && h.quantity == name.quantity; });
    if (same == pooled.end()) {
      pooled.push_back({name.object, name.quantity, std::move(counts)});
    } else {
      scout::add(same->counts, counts);
    }
  }
  return pooled;
}

Edges quantile_edges(const scout::Counts& counts, std::uint64_t lumisections) {
  constexpr double upper_shares[] = {.9,  .8,  .7,   .6,   .5,   .4,   .3,   .2,   .1,   .05,
                                     .02, .01, .005, .002, .001, 5e-4, 2e-4, 1e-4, 5e-5, 2e-5};
  constexpr double least_entries = 20;
  const auto total = static_cast<double>(scout::total(counts));
  Edges edges;
  if (counts.empty()) return edges;
  edges.push_back(counts.front().first);
  double above = total;
  auto bin = counts.begin();
  for (const double share : upper_shares) {
    if (share * total < least_entries * static_cast<double>(lumisections)) break;
    while (bin != counts.end() && above > share * total) above -= static_cast<double>((bin++)->second);
    if (bin == counts.end()) break;
    if (bin->first > edges.back()) edges.push_back(bin->first);
  }
  edges.push_back(counts.back().first + 1);
  return edges;
}

Edges equal_edges(const scout::Counts& counts, std::int64_t bins) {
  Edges edges;
  if (counts.empty()) return edges;
  const std::int64_t low = counts.front().first, width = counts.back().first + 1 - low;
  for (std::int64_t b = 0; b <= bins; ++b) {
    const std::int64_t edge = low + b * width / bins;
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

Edges integer_edges(const scout::Counts& counts, std::uint64_t lumisections) {
  constexpr std::uint64_t least_entries = 20;
  Edges edges;
  for (const auto& [value, n] : counts) {
    if (n >= least_entries * lumisections) edges.push_back(value);
  }
  if (!edges.empty()) edges.push_back(std::max(counts.back().first, edges.back()) + 1);
  return edges;
}

std::vector<double> binned(const scout::Counts& counts, const Edges& edges) {
  std::vector<double> bins(edges.size() - 1);
  for (const auto& [value, n] : counts) bins[bin_of(edges, value)] += static_cast<double>(n);
  return bins;
}

std::vector<double> stretched(const scout::Counts& counts, const Edges& edges, double factor) {
  const std::vector<double> cells = cells_of(counts);
  // Where the bins end, as borders of cells.
  std::vector<double> ends;
  for (std::size_t b = 1; b + 1 < edges.size(); ++b) {
    const auto first = std::ranges::lower_bound(counts, edges[b], {}, &scout::Counts::value_type::first);
    ends.push_back(cells[static_cast<std::size_t>(first - counts.begin())]);
  }
  ends.push_back(std::numeric_limits<double>::infinity());
  std::vector<double> bins(edges.size() - 1);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double low = cells[i] * factor, high = cells[i + 1] * factor;
    std::size_t bin = static_cast<std::size_t>(std::ranges::upper_bound(ends, low) - ends.begin());
    for (double from = low; from < high; ++bin) {
      const double to = std::min(high, ends[bin]);
      bins[bin] += static_cast<double>(counts[i].second) * (to - from) / (high - low);
      from = to;
    }
  }
  normalise(bins);
  return bins;
}

std::vector<double> tilted(const scout::Counts& counts, const Edges& edges, double change) {
  double n = 0, sum = 0, squares = 0;
  for (const auto& [value, entries] : counts) {
    const auto v = static_cast<double>(value), weight = static_cast<double>(entries);
    n += weight;
    sum += weight * v;
    squares += weight * v * v;
  }
  const double mean = sum / n, variance = std::max(squares / n - mean * mean, 1e-9);
  const double theta = change * mean / variance;
  std::vector<double> bins(edges.size() - 1);
  for (const auto& [value, entries] : counts) {
    const double exponent = std::clamp(theta * (static_cast<double>(value) - mean), -30.0, 30.0);
    bins[bin_of(edges, value)] += static_cast<double>(entries) * std::exp(exponent);
  }
  normalise(bins);
  return bins;
}

}  // namespace trigloop::watch
