#pragma once
// Tables in memory for tests of the ROOT writer: made at random or by hand, written in slices, dumped for the peers.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "io/root/writer.hpp"
#include "io/root/writer_schema.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {

/// One column's values, as a ColumnView wants them.
struct SampleColumn {
  std::vector<std::byte> bytes;
  std::vector<std::uint32_t> offsets;  ///< jagged: entries + 1

  template <class T>
  void add(T value) {
    const auto* at = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), at, at + sizeof(T));
  }
};

/// A part of a sample, with item offsets of its own.
struct SampleSlice {
  event::Columns columns;
  std::vector<std::vector<std::uint32_t>> offsets;
};

struct Sample {
  io::TableSpec spec;
  std::size_t entries = 0;
  std::vector<SampleColumn> columns;

  SampleSlice slice(std::size_t first, std::size_t last) const {
    SampleSlice out;
    out.columns.first_entry = first;
    out.columns.entries = last - first;
    out.offsets.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const io::ColumnSpec& column = spec.columns[i];
      event::ColumnView view;
      view.type = column.type;
      view.inner = static_cast<std::uint32_t>(io::root::values_per_item(column));
      view.jagged = !column.counter.empty();
      std::size_t from = first, to = last;
      if (view.jagged) {
        from = columns[i].offsets[first];
        to = columns[i].offsets[last];
        for (std::size_t e = first; e <= last; ++e)
          out.offsets[i].push_back(columns[i].offsets[e] - columns[i].offsets[first]);
        view.offsets = out.offsets[i];
      }
      view.values = (to - from) * view.inner;
      view.data = columns[i].bytes.data() + from * view.inner * event::size_of(view.type);
      out.columns.columns.push_back(view);
    }
    return out;
  }

  /// Appends all entries to a sink in slices of that many.
  void append_to(io::Sink& sink, std::size_t table, std::size_t step = 0) const {
    if (step == 0) step = entries;
    for (std::size_t first = 0; first < entries; first += step) {
      sink.append(table, slice(first, std::min(entries, first + step)).columns);
    }
  }

  /// Writes `folder/TABLE.N` and `folder/TABLE.N.offsets` for column N in native order, and `folder/TABLE.columns`
  /// with a line "name type jagged shape..." for each: what the peers must find.
  void dump(const std::filesystem::path& folder) const {
    std::ofstream list(folder / (spec.name + ".columns"));
    list << "entries " << entries << '\n';
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto put = [&](const std::string& name, const void* data, std::size_t bytes) {
        std::ofstream(folder / name, std::ios::binary)
            .write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
      };
      const std::string name = spec.name + "." + std::to_string(i);
      put(name, columns[i].bytes.data(), columns[i].bytes.size());
      put(name + ".offsets", columns[i].offsets.data(), columns[i].offsets.size() * sizeof(std::uint32_t));
      const io::ColumnSpec& c = spec.columns[i];
      list << c.name << ' ' << event::name_of(c.type) << ' ' << (c.counter.empty() ? 0 : 1);
      for (const auto n : c.shape) list << ' ' << n;
      list << '\n';
    }
  }
};

/// Random values for a table: any bits, the extremes often; counts up to `most_items`, 0 in a third of the entries.
inline Sample random_sample(io::TableSpec spec, std::size_t entries, std::uint64_t seed, std::uint32_t most_items = 7) {
  Sample sample{std::move(spec), entries, {}};
  core::Philox random(seed, 0);
  const auto counters = io::root::check_table(sample.spec);
  sample.columns.resize(sample.spec.columns.size());
  std::map<std::size_t, std::vector<std::uint32_t>> offsets;
  for (const std::size_t counter : counters) {
    if (counter == io::root::not_jagged || offsets.contains(counter)) continue;
    auto& of = offsets[counter];
    of.push_back(0);
    for (std::size_t e = 0; e < entries; ++e) {
      of.push_back(of.back() + (random() % 3 == 0 ? 0 : random() % (most_items + 1)));
      event::visit(sample.spec.columns[counter].type,
                   [&]<class T>(T) { sample.columns[counter].add(static_cast<T>(of[e + 1] - of[e])); });
    }
  }
  for (std::size_t i = 0; i < counters.size(); ++i) {
    if (offsets.contains(i)) continue;
    const io::ColumnSpec& column = sample.spec.columns[i];
    std::size_t items = entries;
    if (counters[i] != io::root::not_jagged) {
      sample.columns[i].offsets = offsets[counters[i]];
      items = offsets[counters[i]].back();
    }
    for (std::uint64_t n = items * io::root::values_per_item(column); n > 0; --n) {
      event::visit(column.type, [&]<class T>(T) {
        using Limits = std::numeric_limits<T>;
        const std::uint64_t bits = std::uint64_t{random()} << 32 | random();
        const std::uint32_t choice = random() % 8;
        T value = choice == 0   ? Limits::lowest()
                  : choice == 1 ? Limits::max()
                  : choice == 2 ? T{}
                                : static_cast<T>(bits);
        if constexpr (std::is_same_v<T, bool>) value = (bits & 1) != 0;
        sample.columns[i].add(value);
      });
    }
  }
  return sample;
}

/// A table with every type of number as a scalar, a fixed array and a jagged column, and counters of several types.
inline io::TableSpec every_type_table(const std::string& name = "Events") {
  io::TableSpec table{name, "every type", {}};
  table.columns.push_back({"nA", event::Type::int32, {}, ""});
  table.columns.push_back({"nB", event::Type::uint16, {}, ""});
  for (int i = 0; i <= static_cast<int>(event::Type::float64); ++i) {
    const auto type = static_cast<event::Type>(i);
    const std::string base(event::name_of(type));
    table.columns.push_back({"s_" + base, type, {}, ""});
    table.columns.push_back({"f_" + base, type, {3, 2}, ""});
    table.columns.push_back({"j_" + base, type, {}, i % 2 == 0 ? "nA" : "nB"});
    if (i % 3 == 0) table.columns.push_back({"jf_" + base, type, {2}, "nA"});
  }
  return table;
}

}  // namespace trigloop::test
