#include "curate/packed_input.hpp"

#include <algorithm>

#include "curate/array_input.hpp"
#include "io/numbers.hpp"

namespace trigloop::curate {

std::unique_ptr<EventInput> open_packed(std::shared_ptr<const io::Source> source, const std::string& table,
                                        const Settings& settings) {
  constexpr std::uint64_t max_features = 1u << 16;
  ArrayColumns columns{table, "DATA", {}, Scaling{}};
  columns.scaling->scale = io::read_numbers(*source, "Normalisation", "norm_scale", max_features);
  columns.scaling->bias = io::read_numbers(*source, "Normalisation", "norm_bias", max_features);
  const io::TableInfo& info = io::find_table(source->info(), table);
  for (std::size_t side = 0; side < side_count; ++side) {
    if (std::ranges::find(info.columns, side_names[side], &io::ColumnInfo::name) != info.columns.end())
      columns.sides[side] = side_names[side];
  }
  return open_arrays(std::move(source), columns, settings, false);
}

std::vector<std::string> packed_signals(const io::Source& source) {
  const std::string prefix = "Signal_data/";
  std::vector<std::string> names;
  for (const io::TableInfo& table : source.info().tables) {
    if (table.name.starts_with(prefix)) names.push_back(table.name.substr(prefix.size()));
  }
  return names;
}

}  // namespace trigloop::curate
