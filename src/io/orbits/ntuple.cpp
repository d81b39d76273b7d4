#include "io/orbits/ntuple.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "core/buffer.hpp"
#include "core/error.hpp"

namespace trigloop::io::orbits {
namespace {

using event::Type;

/// 64 bits that depend on all 64 of `x` (the finaliser of splitmix64).
std::uint64_t mixed(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/// The type that CMSSW's ntuple has.
Type flat_type(const ColumnInfo& column) {
  const bool is_object = column.jagged && column.name.starts_with("L1") && !column.name.starts_with("L1EtSum_");
  if (column.type != Type::int32 || !is_object) return *column.type;
  return column.name.ends_with("_tfMuonIndex") || column.name.ends_with("_hwDXY") ? Type::uint16 : Type::int16;
}

TableSpec spec_of(const TableInfo& table) {
  TableSpec spec{table.name, table.name, {}};
  for (const ColumnInfo& column : table.columns) {
    if (!column.type) continue;
    spec.columns.push_back({column.name, flat_type(column), column.shape, column.counter});
  }
  return spec;
}

Selection selection_of(const TableInfo& table, const TableSpec& spec) {
  Selection selection{table.name, table.cycle, {}};
  for (const ColumnSpec& column : spec.columns) selection.columns.push_back(column.name);
  return selection;
}

/// One column of the rows that are kept, in the type of the ntuple.
class KeptColumn {
 public:
  explicit KeptColumn(const ColumnSpec& spec) : spec_(spec) {}

  event::ColumnView take(const event::ColumnView& in, std::span<const std::uint32_t> rows) {
    const std::size_t size = event::size_of(in.type), item = size * in.inner;
    bytes_.resize_discard(in.values * size);
    offsets_.assign(1, 0);
    std::size_t at = 0;
    for (const std::uint32_t row : rows) {
      const std::size_t begin = in.jagged ? in.offsets[row] : row, end = in.jagged ? in.offsets[row + 1] : row + 1;
      std::copy(in.data + begin * item, in.data + end * item, bytes_.data() + at);
      at += (end - begin) * item;
      if (in.jagged) offsets_.push_back(static_cast<std::uint32_t>(at / item));
    }
    event::ColumnView out = in;
    out.data = bytes_.data();
    out.values = at / size;
    if (in.jagged) out.offsets = offsets_;
    if (in.type != spec_.type) narrow(out);
    return out;
  }

 private:
  /// From int32, in place: each value is read before its bytes are overwritten.
  void narrow(event::ColumnView& column) {
    const auto* from = reinterpret_cast<const std::int32_t*>(bytes_.data());
    const bool is_signed = spec_.type == Type::int16;
    const std::int32_t low = is_signed ? INT16_MIN : 0, high = is_signed ? INT16_MAX : UINT16_MAX;
    for (std::size_t i = 0; i < column.values; ++i) {
      const std::int32_t value = from[i];
      if (value < low || value > high) {
        throw core::Error(core::ErrorCode::damaged, std::to_string(value) + " does not fit the ntuple's 16 bits")
            .in("column '" + spec_.name + "'")
            .remedy("It is no value of the hardware: copy the file again from its source");
      }
      const auto narrowed = static_cast<std::uint16_t>(value);
      std::copy_n(reinterpret_cast<const std::byte*>(&narrowed), sizeof narrowed, bytes_.data() + i * sizeof narrowed);
    }
    column.type = spec_.type;
  }

  const ColumnSpec& spec_;
  core::ByteBuffer bytes_;
  std::vector<std::uint32_t> offsets_;
};

/// Copies a table, row by row as `keep` chooses: keep(cluster, rows) lists the rows of a cluster.
template <class Keep>
void copy_table(const Source& source, const TableInfo& table, const TableSpec& spec, Sink& sink, std::size_t number,
                Keep keep) {
  std::vector<KeptColumn> columns;
  for (const ColumnSpec& column : spec.columns) columns.emplace_back(column);
  const auto reader = source.read(selection_of(table, spec));
  std::vector<std::uint32_t> rows;
  for (event::Columns in, out; reader->next(in);) {
    rows.clear();
    keep(in, rows);
    out = {in.first_entry, rows.size(), {}};
    for (std::size_t c = 0; c < columns.size(); ++c) out.columns.push_back(columns[c].take(in.columns[c], rows));
    sink.append(number, out);
  }
}

std::size_t position_of(const TableSpec& spec, const char* name) {
  const auto found = std::ranges::find(spec.columns, name, &ColumnSpec::name);
  if (found != spec.columns.end() && found->type == Type::uint32 && found->counter.empty())
    return static_cast<std::size_t>(found - spec.columns.begin());
  throw core::Error(core::ErrorCode::mismatch, std::string("has no unsigned column '") + name + "'")
      .in("table '" + spec.name + "'")
      .remedy("Orbit files and scouting ntuples have it");
}

}  // namespace

bool is_kept(std::uint32_t orbit, std::uint32_t crossing, std::uint32_t prescale) noexcept {
  return prescale <= 1 || mixed(std::uint64_t{orbit} << 12 | crossing) % prescale == 0;
}

NtupleCount write_ntuple(const Source& source, Sink& sink, const NtupleOptions& options,
                         const std::function<void(std::uint64_t)>& progress) {
  const TableInfo& events = find_table(source.info(), "Events");
  const TableSpec spec = spec_of(events);
  const std::size_t orbit_at = position_of(spec, "orbitNumber"), crossing_at = position_of(spec, "bunchCrossing");
  const auto lumis = std::ranges::find(source.info().tables, "LuminosityBlocks", &TableInfo::name);
  const bool has_lumis = lumis != source.info().tables.end();
  const std::size_t number = sink.add_table(spec);
  const TableSpec lumis_spec = has_lumis ? spec_of(*lumis) : TableSpec{};
  const std::size_t lumis_number = has_lumis ? sink.add_table(lumis_spec) : 0;

  NtupleCount count;
  copy_table(source, events, spec, sink, number, [&](const event::Columns& in, std::vector<std::uint32_t>& rows) {
    const auto orbits = in.columns[orbit_at].as<std::uint32_t>(),
               crossings = in.columns[crossing_at].as<std::uint32_t>();
    for (std::uint32_t i = 0; i < in.entries; ++i) {
      const std::uint32_t crossing = crossings[i];
      if (!options.crossings.empty() && !(crossing < options.crossings.size() && options.crossings[crossing])) continue;
      ++count.selected;
      if (is_kept(orbits[i], crossing, options.prescale)) rows.push_back(i);
    }
    count.read += in.entries;
    count.kept += rows.size();
    if (progress) progress(in.entries);
  });
  if (has_lumis) {
    copy_table(source, *lumis, lumis_spec, sink, lumis_number,
               [](const event::Columns& in, std::vector<std::uint32_t>& rows) {
                 for (std::uint32_t i = 0; i < in.entries; ++i) rows.push_back(i);
               });
  }
  return count;
}

}  // namespace trigloop::io::orbits
