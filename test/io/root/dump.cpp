#include "test/io/root/dump.hpp"

#include <fstream>

namespace trigloop::test {
namespace {

void dump_column(const io::Source& source, const io::Selection& selection, const std::filesystem::path& stem,
                 const io::ReadOptions& options) {
  std::ofstream values(stem.native() + ".values", std::ios::binary),
      counts(stem.native() + ".counts", std::ios::binary);
  const auto reader = source.read(selection, options);
  event::Columns cluster;
  while (reader->next(cluster)) {
    const event::ColumnView& view = cluster.columns[0];
    values.write(reinterpret_cast<const char*>(view.data),
                 static_cast<std::streamsize>(view.values * event::size_of(view.type)));
    for (std::size_t i = 1; i < view.offsets.size(); ++i) {
      const std::uint64_t count = view.offsets[i] - view.offsets[i - 1];
      counts.write(reinterpret_cast<const char*>(&count), sizeof count);
    }
  }
}

}  // namespace

std::size_t dump_source(const io::Source& source, const std::filesystem::path& folder, const io::ReadOptions& options) {
  std::ofstream manifest(folder / "manifest.tsv");
  std::size_t number = 0;
  for (const io::TableInfo& table : source.info().tables) {
    for (const io::ColumnInfo& column : table.columns) {
      if (!column.type) continue;
      std::uint64_t inner = 1;
      for (const std::uint64_t extent : column.shape) inner *= extent;
      manifest << number << '\t' << table.name << '\t' << table.cycle << '\t' << column.name << '\t'
               << event::name_of(*column.type) << '\t' << column.jagged << '\t' << inner << '\n';
      dump_column(source, {table.name, table.cycle, {column.name}}, folder / std::to_string(number), options);
      ++number;
    }
  }
  return number;
}

}  // namespace trigloop::test
