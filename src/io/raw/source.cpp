#include <algorithm>
#include <set>
#include <string>

#include "core/error.hpp"
#include "io/raw/raw.hpp"
#include "io/raw/reader.hpp"

namespace trigloop::io::raw {
namespace {

constexpr const char* dropped_names[] = {"nIntermediateMuons", "nMuonsWithoutPt", "nMuonsOfQuality0",
                                         "nEmptyCaloObjects", "nBlocksOfOtherOrbits"};

/// The products that the sources of a file can have objects of.
std::set<Product> products_in(const Container& container) {
  std::set<std::uint32_t> sources;
  for (const Part& part : container.parts) sources.insert(part.sds);
  std::set<Product> products;
  for (const std::uint32_t sds : sources)
    for (const Product product : products_of(sds)) products.insert(product);
  // CMSSW reads the one or the other as well.
  if (sources.contains(sds_calo) && *sources.rbegin() >= sds_tcp_jets) {
    throw core::Error(core::ErrorCode::unsupported,
                      "holds the calorimeter's objects twice: from source 2, and from sources 22 to 25")
        .remedy("Give the files of the one or of the other");
  }
  return products;
}

class RawSource final : public Source {
 public:
  explicit RawSource(const std::filesystem::path& path) : open_(std::make_shared<OpenRaw>()) {
    open_->container = open_container(path);
    open_->info.path = path;
    open_->info.format = "RAW";
    for (const core::InputFile& file : open_->container.files) open_->info.bytes += file.size();
    try {
      describe(*open_, products_in(open_->container));
    } catch (core::Error& e) {
      e.file(path.native());
      throw;
    }
  }

  const SourceInfo& info() const noexcept override { return open_->info; }

  std::unique_ptr<ColumnReader> read(const Selection& selection, const ReadOptions& options) const override {
    const TableInfo& table = find_table(open_->info, selection.table, selection.cycle);
    std::vector<Origin> origins;
    for (const std::string& name : selection.columns) {
      const ColumnInfo& column = find_column(open_->info, table, name);
      origins.push_back(open_->origins[static_cast<std::size_t>(&column - table.columns.data())]);
    }
    return std::make_unique<OrbitReader>(open_, std::move(origins), options);
  }

  std::vector<EntryRange> split(const Selection& selection, std::uint64_t target) const override {
    find_table(open_->info, selection.table, selection.cycle);
    const std::uint64_t orbits = open_->container.size(), step = std::max<std::uint64_t>(1, target);
    std::vector<EntryRange> ranges;
    for (std::uint64_t begin = 0; begin < orbits; begin += step)
      ranges.push_back({begin, std::min(begin + step, orbits)});
    return ranges;
  }

  /// There is no codec.
  CodecCost measure_codec(const Selection&, const ReadOptions&) const override {
    CodecCost cost;
    for (const Part& part : open_->container.parts) cost.stored_bytes += part.bytes;
    cost.raw_bytes = cost.stored_bytes;
    cost.units = open_->container.parts.size();
    return cost;
  }

 private:
  static void describe(OpenRaw& open, const std::set<Product>& products) {
    TableInfo events{"Events", 0, open.container.size(), {}};
    const auto add = [&](std::string name, event::Type type, bool jagged, Origin origin) {
      ColumnInfo& info = events.columns.emplace_back();
      info.name = std::move(name), info.type = type, info.jagged = jagged;
      info.type_name = std::string(event::name_of(type)) + (jagged ? "[]" : "");
      info.entries = events.entries;
      open.origins.push_back(origin);
    };
    add("EventAuxiliary.id_.run_", event::Type::uint32, false, {Origin::run});
    add("EventAuxiliary.id_.luminosityBlock_", event::Type::uint32, false, {Origin::lumisection});
    add("EventAuxiliary.id_.event_", event::Type::uint64, false, {Origin::orbit});
    for (const Product product : products) {
      const Kind& kind = kind_of(product);
      const std::string branch = std::string(kind.branch) + "obj.";
      add(branch + "bxOffsets_", event::Type::uint32, true, {Origin::offsets, product});
      count_bytes(events.columns.back(), open.container, product);
      for (std::size_t m = 0; m < kind.members.size(); ++m)
        add(branch + "data_." + std::string(kind.members[m].name), kind.members[m].type, true,
            {Origin::member, product, m});
    }
    for (std::size_t i = 0; i < std::size(dropped_names); ++i)
      add(std::string("Dropped.") + dropped_names[i], event::Type::uint32, false, {Origin::dropped, muons, i});
    open.info.tables.push_back(std::move(events));
  }

  /// The bytes of a source are told once, by the first product that it has objects of.
  static void count_bytes(ColumnInfo& column, const Container& container, Product product) {
    for (const Part& part : container.parts)
      if (products_of(part.sds)[0] == product) column.stored_bytes += part.bytes;
    column.raw_bytes = column.stored_bytes;
    column.compression = "none";
  }

  std::shared_ptr<OpenRaw> open_;
};

}  // namespace

std::unique_ptr<Source> open(const std::filesystem::path& path) { return std::make_unique<RawSource>(path); }

}  // namespace trigloop::io::raw
