// bench_orbits: orbit files or ntuples as raw files of the scouting network: bench_orbits IN OUT
#include <cstdio>

#include "core/error.hpp"
#include "io/any/any.hpp"
#include "io/raw/writer.hpp"

using namespace trigloop;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    const auto source = io::open(argv[1]);
    io::raw::Writer writer(argv[2]);
    io::TableSpec spec{"Events", "", {}};
    io::Selection selection{"Events", 0, {}};
    for (const io::ColumnInfo& column : io::find_table(source->info(), "Events").columns) {
      spec.columns.push_back({column.name, *column.type, column.shape, column.counter});
      selection.columns.push_back(column.name);
    }
    const std::size_t table = writer.add_table(spec);
    const auto reader = source->read(selection);
    for (event::Columns cluster; reader->next(cluster);) writer.append(table, cluster);
    writer.commit();
  } catch (const core::Error& e) {
    std::fprintf(stderr, "bench_orbits: %s\n", e.what());
    return static_cast<int>(e.code());
  }
}
