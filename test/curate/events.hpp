#pragma once
// Small inputs for curation, with every case in them: absent objects, saturated ones, saturated ET.
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "core/random.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/sink.hpp"

namespace trigloop::curate {

struct Events {
  std::vector<std::int16_t> objects;  ///< [n][33][3]
  std::vector<float> et, ht, pileup;
  std::vector<std::uint8_t> l1;
  std::size_t size() const { return et.size(); }
};

/// Random events. The fourth muon (row 16) is never there; of a hundred events some have a saturated jet or ET.
inline Events make_events(std::size_t n, std::uint64_t seed) {
  core::Philox random(seed, 0);
  const auto below = [&](std::uint32_t limit) { return static_cast<int>(random() % limit); };
  Events e;
  for (std::size_t i = 0; i < n; ++i) {
    for (int row = 0; row < 33; ++row) {
      const bool there = row == 0 || (row != 16 && below(20) >= row / 2);
      const int pt = there ? 1 + below(row < 13 ? 300u : 600u) : 0;
      e.objects.push_back(static_cast<std::int16_t>(row > 20 && below(100) == 0 ? 2047 : row < 21 ? pt % 511 : pt));
      e.objects.push_back(static_cast<std::int16_t>(there && row > 0 ? below(230) - 115 : 0));
      e.objects.push_back(static_cast<std::int16_t>(there ? below(144) : 0));
    }
    e.et.push_back(below(50) == 0 ? 4095.f : static_cast<float>(below(4000)));
    e.ht.push_back(static_cast<float>(below(1000)) / 2);
    e.pileup.push_back(static_cast<float>(below(80)));
    e.l1.push_back(below(100) == 0);
  }
  return e;
}

inline void append(io::Sink& sink, std::size_t table, const Events& e) {
  const auto view = [&](event::Type type, std::uint32_t inner, const auto& values) {
    return event::ColumnView{type, false, inner, reinterpret_cast<const std::byte*>(values.data()), values.size(), {}};
  };
  sink.append(table, {0,
                      e.size(),
                      {view(event::Type::int16, 99, e.objects), view(event::Type::float32, 1, e.et),
                       view(event::Type::float32, 1, e.ht), view(event::Type::float32, 1, e.pileup),
                       view(event::Type::boolean, 1, e.l1)}});
}

inline io::TableSpec events_table(const std::array<std::string, 5>& names,
                                  const std::vector<std::uint64_t>& pileup = {}) {
  return {"",
          names[0],
          {{names[0], event::Type::int16, {33, 3}, ""},
           {names[1], event::Type::float32, {}, ""},
           {names[2], event::Type::float32, {}, ""},
           {names[3], event::Type::float32, pileup, ""},
           {names[4], event::Type::boolean, {}, ""}}};
}

inline void write_background(const std::filesystem::path& path, const Events& e, std::uint64_t chunk = 512) {
  io::hdf5::Writer writer(path, {.chunk_entries = chunk});
  append(writer, writer.add_table(events_table({"full_data_cyl", "ET", "HT", "event_info", "L1bit"}, {1})), e);
  writer.commit();
}

inline void write_signals(const std::filesystem::path& path, const std::vector<std::pair<std::string, Events>>& sets) {
  io::hdf5::Writer writer(path, {.chunk_entries = 300});
  std::vector<std::size_t> tables;
  for (const auto& [name, e] : sets)
    tables.push_back(
        writer.add_table(events_table({name, name + "_ET", name + "_HT", name + "_nPV", name + "_l1bit"})));
  for (std::size_t i = 0; i < sets.size(); ++i) append(writer, tables[i], sets[i].second);
  writer.commit();
}

/// A configuration of the files bg.h5 and sig.h5 of a folder, 3000 training and 1000 test events, packed as Data.h5.
inline config::Config config_in(const std::filesystem::path& folder, const std::string& more = "") {
  config::Config c = config::Config::master();
  const auto set_path = [&](const char* key, const char* name) {
    c.set(key, config::to_line(config::Value::of((folder / name).string())));
  };
  set_path("data_config.Read_configs.BACKGROUND.file_path", "bg.h5");
  set_path("data_config.Read_configs.SIGNAL.file_path", "sig.h5");
  set_path("data_config.Processed_data_path", "Data.h5");
  c.set("data_config.Read_configs.BACKGROUND.train_sector", "[0, 3000]");
  c.set("data_config.Read_configs.BACKGROUND.test_sector", "[3000, 4000]");
  if (!more.empty()) c.set_text(more);
  return c;
}

inline void write_inputs(const std::filesystem::path& folder) {
  write_background(folder / "bg.h5", make_events(4000, 1));
  write_signals(folder / "sig.h5", {{"HH", make_events(700, 2)}, {"TT", make_events(900, 3)}});
}

}  // namespace trigloop::curate
