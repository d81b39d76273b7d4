#include <algorithm>

#include "core/error.hpp"
#include "io/orbits/orbits.hpp"
#include "io/orbits/reader.hpp"

namespace trigloop::io::orbits {
namespace {

constexpr const char* lumis_table = "LuminosityBlocks";

/// A table that is in memory: a row a lumisection.
class LumiReader final : public ColumnReader {
 public:
  LumiReader(const Index& index, const std::vector<std::size_t>& columns) : rows_(index.lumis.size()) {
    for (const std::size_t column : columns) {
      auto& values = values_.emplace_back(rows_);
      for (std::size_t i = 0; i < rows_; ++i) {
        const Index::Lumi& lumi = index.lumis[i];
        values[i] = column == 0   ? lumi.key.run
                    : column == 1 ? lumi.key.lumisection
                    : column == 2 ? lumi.orbits
                                  : lumi.dropped[column - 3];
      }
    }
    range_ = {0, rows_};
  }
  void rewind(EntryRange range) override { range_ = range; }
  bool next(event::Columns& out) override {
    out = {range_.begin, range_.end - range_.begin, {}};
    if (out.entries == 0) return false;
    for (const auto& values : values_) {
      out.columns.push_back(
          {event::Type::uint32, false, 1, reinterpret_cast<const std::byte*>(&values[range_.begin]), out.entries, {}});
    }
    range_.begin = range_.end;
    return true;
  }

 private:
  std::size_t rows_;
  std::vector<core::AlignedBuffer<std::uint32_t>> values_;
  EntryRange range_;
};

class OrbitSource final : public Source {
 public:
  OrbitSource(std::unique_ptr<Source> stored, bool empty_too) {
    auto open = std::make_shared<OpenOrbits>();
    const auto& tables = stored->info().tables;
    open->tree = &*std::ranges::find_if(tables, is_orbit_tree);
    open->products = find_products(stored->info(), *open->tree);
    open->products.empty_too = empty_too;
    try {
      open->index = make_index(*stored, *open->tree, open->products);
    } catch (core::Error& e) {
      e.file(stored->info().path.native());
      throw;
    }
    open->info = stored->info();
    open->info.format += ", orbits of CMSSW";
    open->info.tables.clear();
    open->info.unread = open->products.unread;
    open->stored = std::move(stored);
    describe(*open);
    open_ = std::move(open);
  }

  const SourceInfo& info() const noexcept override { return open_->info; }

  std::unique_ptr<ColumnReader> read(const Selection& selection, const ReadOptions& options) const override {
    const std::vector<std::size_t> columns = columns_of(selection);
    if (selection.table == lumis_table) return std::make_unique<LumiReader>(open_->index, columns);
    return std::make_unique<CrossingReader>(open_, origins_of(columns), options);
  }

  /// At orbits, where the orbit tree is best cut.
  std::vector<EntryRange> split(const Selection& selection, std::uint64_t target) const override {
    const std::vector<std::size_t> columns = columns_of(selection);
    const Index& index = open_->index;
    if (selection.table == lumis_table) return {{0, index.lumis.size()}};
    const std::uint64_t mean = std::max<std::uint64_t>(1, index.rows() / std::max<std::uint64_t>(1, index.orbits()));
    std::vector<EntryRange> ranges;
    for (const EntryRange& orbits : open_->stored->split(stored_selection(*open_, origins_of(columns)),
                                                         std::max<std::uint64_t>(1, target / mean))) {
      const EntryRange rows{index.first_row[orbits.begin], index.first_row[orbits.end]};
      if (rows.begin < rows.end) ranges.push_back(rows);
    }
    return ranges;
  }

  CodecCost measure_codec(const Selection& selection, const ReadOptions& options) const override {
    const std::vector<std::size_t> columns = columns_of(selection);
    if (selection.table == lumis_table) return {};
    return open_->stored->measure_codec(stored_selection(*open_, origins_of(columns)), options);
  }

 private:
  static void describe(OpenOrbits& open) {
    TableInfo events{"Events", 0, open.index.rows(), {}};
    const auto add = [&](const std::string& name, event::Type type, bool jagged, const std::string& counter,
                         Origin origin, const std::string& stored) {
      ColumnInfo info;
      if (!stored.empty()) info = find_column(open.stored->info(), *open.tree, stored);
      info.name = name, info.type = type, info.jagged = jagged, info.counter = counter, info.shape = {};
      info.type_name = std::string(event::name_of(type)) + (jagged ? "[]" : "");
      info.entries = open.index.rows();
      events.columns.push_back(std::move(info));
      open.origins.push_back(origin);
    };
    const OrbitKey& key = open.products.key;
    add("run", event::Type::uint32, false, "", {Origin::run}, key.run);
    add("luminosityBlock", event::Type::uint32, false, "", {Origin::lumisection}, key.lumisection);
    add("bunchCrossing", event::Type::uint32, false, "", {Origin::crossing}, "");
    add("orbitNumber", event::Type::uint32, false, "", {Origin::orbit}, key.orbit);
    for (std::size_t p = 0; p < open.products.products.size(); ++p) {
      const Product& product = open.products.products[p];
      const std::string counter = "n" + product.flat;
      add(counter, event::Type::int32, false, "", {Origin::count, p}, product.offsets);
      if (product.is_sums) {
        add(product.flat + "_hwPt", event::Type::int32, true, counter, {Origin::sum_amount, p},
            product.members[0].stored);
        add(product.flat + "_hwPhi", event::Type::int32, true, counter, {Origin::sum_azimuth, p}, product.azimuths[2]);
        add(product.flat + "_etSumType", event::Type::int32, true, counter, {Origin::sum_type, p}, "");
        continue;
      }
      for (std::size_t m = 0; m < product.members.size(); ++m) {
        const std::string& stored = product.members[m].stored;
        const auto type = find_column(open.stored->info(), *open.tree, stored).type;
        add(product.members[m].flat, type.value_or(event::Type::int32), true, counter, {Origin::member, p, m}, stored);
      }
    }
    open.info.tables.push_back(std::move(events));
    TableInfo lumis{lumis_table, 0, open.index.lumis.size(), {}};
    std::vector<std::string> names{"run", "luminosityBlock", "nOrbits"};
    for (const Member& count : open.products.dropped) names.push_back(count.flat);
    for (const std::string& name : names) {
      ColumnInfo& info = lumis.columns.emplace_back();
      info.name = name, info.type = event::Type::uint32, info.type_name = "uint32", info.entries = lumis.entries;
    }
    open.info.tables.push_back(std::move(lumis));
  }

  std::vector<std::size_t> columns_of(const Selection& selection) const {
    const TableInfo& table = find_table(open_->info, selection.table, selection.cycle);
    std::vector<std::size_t> columns;
    for (const std::string& name : selection.columns) {
      const ColumnInfo& column = find_column(open_->info, table, name);
      columns.push_back(static_cast<std::size_t>(&column - table.columns.data()));
    }
    return columns;
  }
  std::vector<Origin> origins_of(const std::vector<std::size_t>& columns) const {
    std::vector<Origin> origins;
    for (const std::size_t column : columns) origins.push_back(open_->origins[column]);
    return origins;
  }

  std::shared_ptr<const OpenOrbits> open_;
};

}  // namespace

bool holds_orbits(const Source& source) { return std::ranges::any_of(source.info().tables, is_orbit_tree); }

std::unique_ptr<Source> as_crossings(std::unique_ptr<Source> stored, bool empty_too) {
  return std::make_unique<OrbitSource>(std::move(stored), empty_too);
}

}  // namespace trigloop::io::orbits
