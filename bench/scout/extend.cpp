#include "bench/scout/extend.hpp"

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "core/units.hpp"
#include "io/any/any.hpp"
#include "io/root/writer.hpp"

namespace trigloop::bench {
namespace {

constexpr std::uint32_t lumisections_of_copy = 3;  // of scouting_pythia.root

io::TableSpec spec_of(const io::TableInfo& table) {
  io::TableSpec spec{table.name, "copies", {}};
  for (const io::ColumnInfo& column : table.columns) {
    spec.columns.push_back({column.name, *column.type, column.shape, column.counter});
  }
  return spec;
}

io::Selection all_of(const io::TableInfo& table) {
  io::Selection selection{table.name, table.cycle, {}};
  for (const io::ColumnInfo& column : table.columns) selection.columns.push_back(column.name);
  return selection;
}

/// Adds to a column of keys; its window then shows the copy.
class Shift {
 public:
  Shift(const io::Selection& selection, const std::string& name, std::uint32_t by)
      : column_(std::ranges::find(selection.columns, name) - selection.columns.begin()), by_(by) {}

  void apply(event::Columns& window) {
    if (column_ == static_cast<std::ptrdiff_t>(window.columns.size())) return;
    event::ColumnView& view = window.columns[static_cast<std::size_t>(column_)];
    const auto from = view.as<std::uint32_t>();
    values_.assign(from.begin(), from.end());
    for (std::uint32_t& value : values_) value += by_;
    view.data = reinterpret_cast<const std::byte*>(values_.data());
  }

 private:
  std::ptrdiff_t column_;
  std::uint32_t by_;
  std::vector<std::uint32_t> values_;
};

void append_copy(const io::Source& source, const io::TableInfo& table, std::uint32_t copy, std::uint64_t entries,
                 io::Sink& sink, std::size_t number) {
  const io::Selection selection = all_of(table);
  const std::uint32_t lumisections = copy * lumisections_of_copy;
  Shift lumi(selection, "luminosityBlock", lumisections);
  Shift orbit(selection, "orbitNumber", lumisections * core::orbits_per_lumisection);
  const auto reader = source.read(selection);
  reader->rewind({0, entries});
  event::Columns window;
  while (reader->next(window)) {
    lumi.apply(window);
    orbit.apply(window);
    sink.append(number, window);
  }
}

io::root::WriterOptions options_of(const std::string& codec) {
  io::root::WriterOptions options;
  options.codec = codec.starts_with("zlib") ? io::root::Codec::zlib : io::root::Codec::zstd;
  options.level = codec.back() - '0';
  return options;
}

}  // namespace

std::uint64_t extend(const std::string& from, const std::string& to, const std::string& codec, std::uint64_t events,
                     std::uint32_t first) {
  const auto source = io::open(from);
  const io::TableInfo& table = io::find_table(source->info(), "Events");
  const io::TableInfo& lumis = io::find_table(source->info(), "LuminosityBlocks");
  io::root::Writer writer(to, options_of(codec));
  const std::size_t rows = writer.add_table(spec_of(table)), blocks = writer.add_table(spec_of(lumis));
  std::uint64_t written = 0;
  for (std::uint32_t copy = first; written < events; ++copy) {
    const std::uint64_t n = std::min(table.entries, events - written);
    append_copy(*source, table, copy, n, writer, rows);
    append_copy(*source, lumis, copy, lumis.entries, writer, blocks);
    written += n;
  }
  writer.commit();
  return written;
}

}  // namespace trigloop::bench
