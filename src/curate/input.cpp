#include "curate/input.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "curate/array_input.hpp"
#include "curate/tile_input.hpp"
#include "io/any/any.hpp"

namespace trigloop::curate {
namespace {

using core::Error;
using core::ErrorCode;

bool has(const io::TableInfo& table, const std::string& name) {
  return std::ranges::find(table.columns, name, &io::ColumnInfo::name) != table.columns.end();
}

/// Of the package's zero-bias file, and of stores that name the same things so.
constexpr std::array<const char*, side_count> background_sides = {"ET", "HT", "event_info", "L1bit"};
constexpr std::array<const char*, side_count> signal_sides = {"_ET", "_HT", "_nPV", "_l1bit"};

}  // namespace

std::unique_ptr<EventInput> open_background(const Settings& settings) {
  std::shared_ptr<const io::Source> source = io::open(settings.background);
  // ROOT ntuples, and orbit and raw files, which appear as such.
  const bool is_stream = source->info().format.starts_with("ROOT") || source->info().format.starts_with("RAW");
  if (is_stream) return open_scouting(std::move(source), settings);
  for (const char* objects : {"full_data_cyl", "Data"}) {
    for (const io::TableInfo& table : source->info().tables) {
      if (!has(table, objects)) continue;
      ArrayColumns columns{table.name, objects, {}};
      for (std::size_t side = 0; side < side_count; ++side) {
        if (has(table, background_sides[side])) columns.sides[side] = background_sides[side];
      }
      return open_arrays(std::move(source), columns, settings, false);
    }
  }
  throw Error(ErrorCode::mismatch, "holds no zero-bias events: neither 'full_data_cyl' nor 'Data' is there")
      .file(settings.background.native());
}

std::vector<std::string> signal_names(const io::Source& source) {
  std::vector<std::string> names;
  for (const io::TableInfo& table : source.info().tables) {
    if (!table.name.empty()) continue;
    for (const io::ColumnInfo& column : table.columns) {
      if (column.shape.size() == 2) names.push_back(column.name);
    }
  }
  std::ranges::sort(names);
  if (names.empty()) {
    throw Error(ErrorCode::mismatch, "holds no signal sets: no data set of shape (events, objects, 3) at its root")
        .file(source.info().path.native());
  }
  return names;
}

std::unique_ptr<EventInput> open_signal(std::shared_ptr<const io::Source> source, const std::string& name,
                                        const Settings& settings) {
  ArrayColumns columns{"", name, {}};
  for (std::size_t side = 0; side < side_count; ++side) columns.sides[side] = name + signal_sides[side];
  return open_arrays(std::move(source), columns, settings, true);
}

}  // namespace trigloop::curate
