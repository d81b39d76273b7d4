// Writes a small scouting file and reads it back: a counter, the jets that it counts, and an ordinary column.
#include <cstdio>
#include <span>
#include <vector>

#include "io/any/any.hpp"
#include "io/root/writer.hpp"

using trigloop::event::Columns;
using trigloop::event::ColumnView;
using trigloop::event::Type;

template <class T>
ColumnView view(const std::vector<T>& values, std::span<const std::uint32_t> first = {}) {
  const auto bytes = std::as_bytes(std::span(values));
  return {trigloop::event::type_of<T>(), !first.empty(), 1, bytes.data(), values.size(), first};
}

int main(int argc, char** argv) {
  const char* path = argc > 1 ? argv[1] : "scouting.root";

  // Three bunch crossings with two, no and one jet; items of entry i are [first[i], first[i + 1]).
  const std::vector<std::uint32_t> crossing{11, 12, 13}, first{0, 2, 2, 3};
  const std::vector<std::int32_t> jets{2, 0, 1};
  const std::vector<std::int16_t> pt{120, 64, 33};
  const Columns cluster{0, 3, {view(crossing), view(jets), view(pt, first)}};

  trigloop::io::root::Writer writer(path, {.codec = trigloop::io::root::Codec::zstd});
  const std::size_t events = writer.add_table({"Events",
                                               "bunch crossings",
                                               {{"bunchCrossing", Type::uint32, {}, ""},
                                                {"nL1Jet", Type::int32, {}, ""},
                                                {"L1Jet_hwPt", Type::int16, {}, "nL1Jet"}}});
  writer.append(events, cluster);
  writer.commit();  // only now there is a file of that name

  long sum = 0;
  const auto source = trigloop::io::open(path);
  const auto reader = source->read({"Events", 0, {"bunchCrossing", "L1Jet_hwPt"}});
  for (Columns read; reader->next(read);) {
    const auto offsets = read.columns[1].offsets;
    for (std::size_t i = 0; i < read.entries; ++i) {
      std::printf("crossing %u has %u jets\n", read.columns[0].as<std::uint32_t>()[i], offsets[i + 1] - offsets[i]);
    }
    for (const std::int16_t value : read.columns[1].as<std::int16_t>()) sum += value;
  }
  return sum == 120 + 64 + 33 ? 0 : 1;
}
