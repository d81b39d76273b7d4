#include "bench/scout/sums.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "core/file.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "event/layout.hpp"
#include "scout/history/history.hpp"
#include "scout/record/record.hpp"

namespace trigloop::bench {
namespace {

constexpr std::uint64_t events_of_lumisection = 1'000'000;

/// Scores fall roughly as the deployed network's do: a peak at small codes, a tail of a power law.
scout::Counts spectrum(std::uint32_t lumisection) {
  core::Philox random(7, lumisection);
  scout::Counts counts;
  std::uint64_t left = events_of_lumisection;
  for (std::int64_t code = 0; code < (1 << 18) && left > 0; ++code) {
    const double expected = 6e8 / std::pow(static_cast<double>(code) + 500, 2) * 0.8;
    const double drawn = expected + (random.uniform() - 0.5) * 2 * std::sqrt(expected);
    const auto n = std::min<std::uint64_t>(left, static_cast<std::uint64_t>(drawn + random.uniform()));
    if (n > 0) counts.emplace_back(code, n);
    left -= n;
  }
  if (left > 0) counts.back().second += left;
  return counts;
}

void write_record(const std::filesystem::path& folder, std::uint32_t lumisection) {
  scout::Record record;
  record.identity.fraction = 4;
  record.identity.layout = event::cms_l1_scouting;
  for (const event::Collection& collection : event::find_layout(record.identity.layout).collections) {
    auto& one = record.identity.tail_layout.collections.emplace_back();
    one.name = collection.name;
    for (const event::Field& field : collection.fields) one.fields.push_back(field.name);
  }
  record.identity.stream.colliding_bunches = 2544;
  record.sum.lumi = {400000, lumisection};
  record.sum.all = spectrum(lumisection);
  record.sum.crossings.resize(3565);
  record.sum.orbits_stated = 1u << 18;
  scout::write_record(folder / scout::record_name(record.lumi()), record);
}

}  // namespace

void sum_spectra(std::uint32_t lumisections) {
  const auto folder = std::filesystem::temp_directory_path() / ("bench_scout_" + std::to_string(lumisections));
  std::filesystem::create_directories(folder);
  core::parallel_for(lumisections, 0, [&](std::size_t i, unsigned) {
    const auto number = static_cast<std::uint32_t>(i);
    if (!std::filesystem::exists(folder / scout::record_name({400000, number}))) write_record(folder, number);
  });
  // Records of an earlier run are not in memory, and those just written are still on their way to the disk.
  core::sync_file_system(folder);
  scout::read_history(scout::list_records(folder), scout::few_slices);
  const auto start = std::chrono::steady_clock::now();
  const scout::History history = scout::read_history(scout::list_records(folder));
  const score::Spectrum all = history.sum(scout::Events::all);
  const double shares[] = {0.5, 0.99, 0.9999};
  const auto edges = scout::logarithmic_edges();
  std::uint64_t in_heatmap = 0;
  std::int64_t highest = 0;
  for (const scout::Slice& slice : history.slices) {
    for (const std::uint64_t n : scout::rebinned(slice.counts(scout::Events::all), edges)) in_heatmap += n;
    highest = std::max(highest, scout::quantiles(slice.counts(scout::Events::all), shares).back());
  }
  const score::Cumulative cumulative(all);
  const double median = cumulative.percentile(50);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf(
      "{\"events\": %llu, \"lumisections\": %zu, \"rows\": %zu, \"bins\": %zu, \"in_heatmap\": %llu, "
      "\"median\": %.6f, \"highest_quantile\": %lld, \"seconds\": %.6f, \"folder\": \"%s\"}\n",
      static_cast<unsigned long long>(all.total()), history.lumisections.size(), history.slices.size(),
      edges.size() - 1, static_cast<unsigned long long>(in_heatmap), median, static_cast<long long>(highest),
      seconds.count(), folder.c_str());
}

}  // namespace trigloop::bench
