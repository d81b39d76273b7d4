#include "scout/history/history.hpp"

#include <algorithm>
#include <atomic>
#include <climits>
#include <map>
#include <string>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {
namespace {

constexpr std::int64_t last_code = (1 << 18) - 1;
constexpr int no_fraction = INT_MIN;

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

/// A sum in the making: a bin a code, as adding to it then costs what is added.
struct Sum {
  std::vector<std::uint64_t> dense;
  std::map<std::int64_t, std::uint64_t> others;
  score::Exposure exposure;

  void add(const Record& record) {
    dense.resize(last_code + 1);
    for (const auto& [code, n] : record.sum.all) {
      const auto bin = static_cast<std::uint64_t>(code);
      (bin < dense.size() ? dense[bin] : others[code]) += n;
    }
    const score::Exposure one = record.exposure();
    exposure.rows += one.rows;
    exposure.offered += one.offered;
    exposure.orbits += one.orbits;
    exposure.colliding_crossings += one.colliding_crossings;
    exposure.nanoseconds += one.nanoseconds;
  }

  void add_to(score::Spectrum& spectrum) const {
    for (std::size_t bin = 0; bin < dense.size(); ++bin) spectrum.count(static_cast<std::int64_t>(bin), dense[bin]);
    for (const auto& [code, n] : others) spectrum.count(code, n);
    score::Exposure& all = spectrum.exposure;
    all.offered += exposure.offered;
    all.orbits += exposure.orbits;
    all.colliding_crossings += exposure.colliding_crossings;
    all.nanoseconds += exposure.nanoseconds;
  }
};

void require_fraction(const Record& record, std::atomic<int>& fraction) {
  int none = no_fraction;
  if (fraction.compare_exchange_strong(none, record.identity.fraction) || none == record.identity.fraction) return;
  throw core::Error(core::ErrorCode::mismatch, "its scores have steps of 2^-" +
                                                   std::to_string(record.identity.fraction) + ", others of 2^-" +
                                                   std::to_string(none))
      .file(record_name(record.lumi()));
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
  std::vector<Sum> sums(threads);
  std::atomic<int> fraction{no_fraction};
  core::parallel_for(records.size(), threads, [&](std::size_t i, unsigned worker) {
    const Record record = read_record(records[i], RecordPart::spectra);
    require_fraction(record, fraction);
    history.lumisections[i] = record.lumi();
    fill_row(record.sum.all, history.edges, history.heat.data() + i * bins);
    history.quantiles[i] = quantiles_of(record.sum.all, shares);
    sums[worker].add(record);
  });
  history.all = score::Spectrum(records.empty() ? 0 : fraction.load(), 0, last_code);
  for (const Sum& sum : sums) sum.add_to(history.all);
  history.all.lumisections = history.lumisections;
  std::ranges::sort(history.all.lumisections);
  return history;
}

}  // namespace trigloop::scout
