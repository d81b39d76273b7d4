#include "io/orbits/ntuple.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"

namespace trigloop::io::orbits {
namespace {

using event::Type;

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

/// One column in the type of the ntuple.
class FlatColumn {
 public:
  explicit FlatColumn(const ColumnSpec& spec) : spec_(spec) {}

  event::ColumnView take(const event::ColumnView& in) {
    event::ColumnView out = in;
    if (in.type != spec_.type) narrow(out);
    return out;
  }

 private:
  /// From int32.
  void narrow(event::ColumnView& column) {
    const auto from = column.as<std::int32_t>();
    const bool is_signed = spec_.type == Type::int16;
    const std::int32_t low = is_signed ? INT16_MIN : 0, high = is_signed ? INT16_MAX : UINT16_MAX;
    values_.resize_discard(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (from[i] < low || from[i] > high) fail(from[i]);
      values_[i] = static_cast<std::uint16_t>(from[i]);
    }
    column.type = spec_.type;
    column.data = reinterpret_cast<const std::byte*>(values_.data());
  }

  [[noreturn]] void fail(std::int32_t value) const {
    throw core::Error(core::ErrorCode::damaged, std::to_string(value) + " does not fit the ntuple's 16 bits")
        .in("column '" + spec_.name + "'")
        .remedy("It is no value of the hardware: copy the file again from its source");
  }

  const ColumnSpec& spec_;
  core::AlignedBuffer<std::uint16_t> values_;
};

void copy_table(const Source& source, const TableInfo& table, const TableSpec& spec, Sink& sink, std::size_t number,
                const std::function<void(std::uint64_t)>& progress) {
  std::vector<FlatColumn> columns;
  for (const ColumnSpec& column : spec.columns) columns.emplace_back(column);
  const auto reader = source.read(selection_of(table, spec));
  for (event::Columns in, out; reader->next(in);) {
    out = {in.first_entry, in.entries, {}};
    for (std::size_t c = 0; c < columns.size(); ++c) out.columns.push_back(columns[c].take(in.columns[c]));
    sink.append(number, out);
    if (progress) progress(in.entries);
  }
}

void require_key(const TableSpec& spec, const char* name) {
  const auto found = std::ranges::find(spec.columns, name, &ColumnSpec::name);
  if (found != spec.columns.end() && found->type == Type::uint32 && found->counter.empty()) return;
  throw core::Error(core::ErrorCode::mismatch, std::string("has no unsigned column '") + name + "'")
      .in("table '" + spec.name + "'")
      .remedy("Orbit files and scouting ntuples have it");
}

}  // namespace

void write_ntuple(const Source& source, Sink& sink, const std::function<void(std::uint64_t)>& progress) {
  const TableInfo& events = find_table(source.info(), "Events");
  const TableSpec spec = spec_of(events);
  for (const char* name : {"orbitNumber", "bunchCrossing"}) require_key(spec, name);
  const auto lumis = std::ranges::find(source.info().tables, "LuminosityBlocks", &TableInfo::name);
  const bool has_lumis = lumis != source.info().tables.end();
  const std::size_t number = sink.add_table(spec);
  const TableSpec lumis_spec = has_lumis ? spec_of(*lumis) : TableSpec{};
  const std::size_t lumis_number = has_lumis ? sink.add_table(lumis_spec) : 0;
  copy_table(source, events, spec, sink, number, progress);
  if (has_lumis) copy_table(source, *lumis, lumis_spec, sink, lumis_number, {});
}

}  // namespace trigloop::io::orbits
