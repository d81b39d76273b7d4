#include "curate/packed_input.hpp"

#include <algorithm>

#include "curate/array_input.hpp"
#include "io/numbers.hpp"

namespace trigloop::curate {

std::string packed_root(const io::Source& source) {
  const auto in_complete = [](const io::TableInfo& table) { return table.name.starts_with("data/Background_data/"); };
  return std::ranges::any_of(source.info().tables, in_complete) ? "data/" : "";
}

std::unique_ptr<EventInput> open_packed(std::shared_ptr<const io::Source> source, const std::string& group,
                                        const Settings& settings) {
  const std::string root = packed_root(*source), table = root + group;
  constexpr std::uint64_t max_features = 1u << 16;
  ArrayColumns columns{table, "DATA", {}, Scaling{}};
  columns.scaling->scale = io::read_numbers(*source, root + "Normalisation", "norm_scale", max_features);
  columns.scaling->bias = io::read_numbers(*source, root + "Normalisation", "norm_bias", max_features);
  const io::TableInfo& info = io::find_table(source->info(), table);
  for (std::size_t side = 0; side < side_count; ++side) {
    if (std::ranges::find(info.columns, side_names[side], &io::ColumnInfo::name) != info.columns.end())
      columns.sides[side] = side_names[side];
  }
  return open_arrays(std::move(source), columns, settings, false);
}

std::vector<std::string> packed_signals(const io::Source& source) {
  const std::string prefix = packed_root(source) + "Signal_data/";
  std::vector<std::string> names;
  for (const io::TableInfo& table : source.info().tables) {
    if (table.name.starts_with(prefix)) names.push_back(table.name.substr(prefix.size()));
  }
  return names;
}

}  // namespace trigloop::curate
