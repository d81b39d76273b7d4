#include "scout/history.hpp"

#include <algorithm>
#include <memory>

#include "core/parallel.hpp"
#include "scout/record.hpp"

namespace trigloop::scout {
namespace {

constexpr std::int64_t last_code = (1 << 18) - 1;

void fill_row(const Counts& counts, const std::vector<std::int64_t>& edges, std::uint64_t* row) {
  std::size_t bin = 0;
  for (const auto& [code, n] : counts) {
    if (code < edges.front()) continue;
    while (bin + 1 < edges.size() && code >= edges[bin + 1]) ++bin;
    if (bin + 1 == edges.size()) return;
    row[bin] += n;
  }
}

std::vector<std::int64_t> quantiles_of(const Counts& counts, std::span<const double> shares) {
  const auto events = static_cast<double>(total(counts));
  std::vector<std::int64_t> codes;
  std::uint64_t below = 0;
  auto bin = counts.begin();
  for (const double share : shares) {
    const auto rank = static_cast<std::uint64_t>(share * events);
    while (bin != counts.end() && below + bin->second <= rank) below += (bin++)->second;
    codes.push_back(bin != counts.end() ? bin->first : 0);
  }
  return codes;
}

void add_to(score::Spectrum& sum, const score::Spectrum& one, bool first) {
  if (!first) return sum.add(one);
  sum = score::Spectrum(one.fraction(), 0, last_code);  // dense: adding to it costs what is added
  sum.add(one);
}

}  // namespace

std::vector<std::int64_t> logarithmic_edges() {
  std::vector<std::int64_t> edges{0};
  while (edges.back() <= last_code) edges.push_back(std::max(edges.back() + 1, edges.back() * 13 / 12));
  return edges;
}

History read_history(const std::vector<std::filesystem::path>& records, std::vector<std::int64_t> edges,
                     std::span<const double> shares, unsigned threads) {
  if (threads == 0) threads = core::available_cores();
  History history;
  const std::size_t bins = edges.size() - 1;
  history.edges = std::move(edges);
  history.lumisections.resize(records.size());
  history.heat.resize(records.size() * bins);
  history.quantiles.resize(records.size());
  std::vector<score::Spectrum> sums(threads);
  std::vector<std::uint8_t> begun(threads);
  core::parallel_for(records.size(), threads, [&](std::size_t i, unsigned worker) {
    const Record record = read_record(records[i], RecordPart::spectra);
    history.lumisections[i] = record.lumi();
    fill_row(record.sum.all, history.edges, history.heat.data() + i * bins);
    history.quantiles[i] = quantiles_of(record.sum.all, shares);
    add_to(sums[worker], record.all_spectrum(), begun[worker] == 0);
    begun[worker] = 1;
  });
  bool first = true;
  for (unsigned worker = 0; worker < threads; ++worker) {
    if (begun[worker] == 0) continue;
    add_to(history.all, sums[worker], first);
    first = false;
  }
  return history;
}

}  // namespace trigloop::scout
