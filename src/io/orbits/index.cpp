#include "io/orbits/index.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <span>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/orbits/crossings.hpp"

namespace trigloop::io::orbits {
namespace {

constexpr std::uint64_t most_orbits_a_range = 512;
constexpr std::size_t orbits_a_cluster = 32;  ///< 14 kB of offsets each and a product

Selection selection_of(const TableInfo& tree, const Products& products) {
  Selection selection{tree.name, tree.cycle, {products.key.run, products.key.lumisection}};
  for (const Product& product : products.products) selection.columns.push_back(product.offsets);
  for (const Member& member : products.dropped) selection.columns.push_back(member.stored);
  return selection;
}

/// What is kept of each orbit until the index is made.
struct Seen {
  std::vector<event::LumiKey> keys;
  std::vector<std::uint32_t> dropped;  ///< [orbit][count]
};

/// Counts the crossings of a range of orbits into first_row[orbit + 1], and keeps them.
class Counter {
 public:
  Counter(const Source& source, const Selection& selection, const Products& products, std::atomic<std::int64_t>& left)
      : products_(products),
        crossings_(products.products.size(), products.empty_too),
        list_(crossing_slots),
        left_(left) {
    ReadOptions options;
    options.cluster_entries = orbits_a_cluster;
    reader_ = source.read(selection, options);
  }

  void count(EntryRange range, Index& index, Seen& seen) {
    reader_->rewind(range);
    while (reader_->next(cluster_)) {
      const auto runs = cluster_.columns[0].as<std::uint32_t>(), lumis = cluster_.columns[1].as<std::uint32_t>();
      for (std::size_t i = 0; i < cluster_.entries; ++i) {
        const std::uint64_t orbit = cluster_.first_entry + i;
        seen.keys[orbit] = {runs[i], lumis[i]};
        add_crossings(i, orbit);
        const std::size_t rows = crossings_.list(list_.data());
        index.first_row[orbit + 1] = rows;
        index.occupancy.keep(orbit, crossings_, list_.data(), rows, left_);
        for (std::size_t d = 0; d < products_.dropped.size(); ++d)
          seen.dropped[orbit * products_.dropped.size() + d] = dropped(d)[i];
      }
    }
  }

 private:
  std::span<const std::uint32_t> dropped(std::size_t d) const {
    return cluster_.columns[2 + products_.products.size() + d].as<std::uint32_t>();
  }

  void add_crossings(std::size_t entry, std::uint64_t orbit) {
    crossings_.clear();
    for (std::size_t p = 0; p < products_.products.size(); ++p) {
      const event::ColumnView& column = cluster_.columns[p + 2];
      const auto offsets =
          column.as<std::uint32_t>().subspan(column.offsets[entry], column.offsets[entry + 1] - column.offsets[entry]);
      if (const auto fault = crossings_.add(p, offsets)) throw bad_orbit(orbit, products_.products[p], *fault);
    }
  }

  const Products& products_;
  Crossings crossings_;
  std::vector<std::uint32_t> list_;
  std::atomic<std::int64_t>& left_;  ///< bytes that may still be kept
  std::unique_ptr<ColumnReader> reader_;
  event::Columns cluster_;
};

std::vector<Index::Lumi> lumis_of(const Seen& seen, std::size_t counts) {
  std::vector<Index::Lumi> lumis;
  std::map<event::LumiKey, std::size_t> known;
  for (std::size_t orbit = 0; orbit < seen.keys.size(); ++orbit) {
    const auto [at, fresh] = known.try_emplace(seen.keys[orbit], lumis.size());
    if (fresh) lumis.push_back({seen.keys[orbit], 0, std::vector<std::uint32_t>(counts)});
    Index::Lumi& lumi = lumis[at->second];
    ++lumi.orbits;
    for (std::size_t d = 0; d < counts; ++d) lumi.dropped[d] += seen.dropped[orbit * counts + d];
  }
  return lumis;
}

}  // namespace

core::Error bad_orbit(std::uint64_t orbit, const Product& product, const std::string& fault) {
  core::Error error(core::ErrorCode::damaged, fault);
  error.in("orbit " + std::to_string(orbit) + ", branch '" + core::escaped(product.branch) + "'")
      .remedy("The file is corrupted: copy it again from its source");
  return error;
}

std::uint64_t Index::orbit_of(std::uint64_t row) const noexcept {
  const auto after = std::upper_bound(first_row.begin(), first_row.end(), row);
  return static_cast<std::uint64_t>(after - first_row.begin()) - 1;
}

Index make_index(const Source& source, const TableInfo& tree, const Products& products) {
  const Selection selection = selection_of(tree, products);
  const std::uint64_t orbits = find_column(source.info(), tree, products.key.run).entries;
  const std::uint64_t range = std::clamp<std::uint64_t>(orbits / (4 * core::available_cores()), 1, most_orbits_a_range);
  const std::vector<EntryRange> ranges = source.split(selection, range);
  Index index;
  index.first_row.assign(orbits + 1, 0);
  index.occupancy = Occupancy(orbits);
  std::atomic<std::int64_t> left = Occupancy::most_bytes;
  Seen seen{std::vector<event::LumiKey>(orbits), std::vector<std::uint32_t>(orbits * products.dropped.size())};
  std::vector<std::unique_ptr<Counter>> counters(core::available_cores());
  core::parallel_for(ranges.size(), 0, [&](std::size_t i, unsigned worker) {
    if (!counters[worker]) counters[worker] = std::make_unique<Counter>(source, selection, products, left);
    counters[worker]->count(ranges[i], index, seen);
  });
  std::partial_sum(index.first_row.begin(), index.first_row.end(), index.first_row.begin());
  index.lumis = lumis_of(seen, products.dropped.size());
  return index;
}

}  // namespace trigloop::io::orbits
