#include "report/scout/tail_file.hpp"

#include <cmath>
#include <cstring>
#include <deque>

#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "io/root/writer.hpp"

namespace trigloop::report::scouting {
namespace {

constexpr std::size_t padding = 64;  // bytes behind the values that may be read

/// Columns of one cluster, and what owns their values.
class Cluster {
 public:
  template <class T>
  void add(const std::string& name, std::vector<T> values, const std::string& counter = "",
           std::span<const std::uint32_t> offsets = {}) {
    event::ColumnView view;
    view.type = event::type_of<T>();
    view.values = values.size();
    view.jagged = !counter.empty();
    view.offsets = offsets;
    auto& bytes = memory_.emplace_back(values.size() * sizeof(T) + padding);
    std::memcpy(bytes.data(), values.data(), values.size() * sizeof(T));
    view.data = bytes.data();
    table.columns.push_back({name, view.type, {}, counter});
    columns.columns.push_back(view);
  }
  std::span<const std::uint32_t> keep(std::vector<std::uint32_t> offsets) {
    return offsets_.emplace_back(std::move(offsets));
  }

  io::TableSpec table{"Tail", "the highest-scoring events", {}};
  event::Columns columns;

 private:
  std::deque<std::vector<std::byte>> memory_;
  std::deque<std::vector<std::uint32_t>> offsets_;
};

template <class T, class F>
std::vector<T> gather(const Tails& tails, F value) {
  std::vector<T> values;
  for (const KeptEvent& kept : tails.events) values.push_back(static_cast<T>(value(kept)));
  return values;
}

void add_keys(Cluster& cluster, const Tails& tails) {
  using Key = std::uint32_t;
  cluster.add("run", gather<Key>(tails, [](const auto& e) { return e.lumi.run; }));
  cluster.add("lumisection", gather<Key>(tails, [](const auto& e) { return e.lumi.lumisection; }));
  cluster.add("orbit", gather<Key>(tails, [](const auto& e) { return e.event.orbit; }));
  cluster.add("crossing", gather<Key>(tails, [](const auto& e) { return e.event.crossing; }));
  cluster.add("code", gather<std::int64_t>(tails, [](const auto& e) { return e.event.code; }));
  const int fraction = tails.identity.fraction;
  cluster.add("score", gather<double>(tails, [fraction](const auto& e) {
                return std::ldexp(static_cast<double>(e.event.code), -fraction);
              }));
  for (std::size_t word = 0; word < (tails.identity.seeds.size() + 63) / 64; ++word) {
    cluster.add("seeds" + std::to_string(word), gather<std::uint64_t>(tails, [word](const auto& e) {
                  return word < e.event.seeds.size() ? e.event.seeds[word] : 0;
                }));
  }
}

void add_collection(Cluster& cluster, const Tails& tails, const ObjectReader& reader, std::size_t number) {
  const auto& collection = reader.tail_layout().collections[number];
  std::vector<std::int32_t> counts;
  std::vector<std::uint32_t> offsets{0};
  for (const KeptEvent& kept : tails.events) {
    counts.push_back(static_cast<std::int32_t>(reader.items(kept.event, number)));
    offsets.push_back(offsets.back() + static_cast<std::uint32_t>(counts.back()));
  }
  const auto places = cluster.keep(std::move(offsets));
  const std::string counter = "n" + collection.name;
  cluster.add(counter, counts);
  for (const std::string& field : collection.fields) {
    std::vector<std::int32_t> values;
    for (std::size_t e = 0; e < tails.events.size(); ++e) {
      for (std::int32_t i = 0; i < counts[e]; ++i) {
        values.push_back(*reader.value(tails.events[e].event, number, static_cast<std::uint32_t>(i), field));
      }
    }
    cluster.add(collection.name + "_" + field, std::move(values), counter, places);
  }
}

std::string joined(const std::vector<std::string>& words, const char* joint) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : joint) + word;
  return text;
}

/// In quotes where needed (RFC 4180).
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

void write_root(const Tails& tails, const ObjectReader& reader, const std::filesystem::path& path) {
  Cluster cluster;
  add_keys(cluster, tails);
  for (std::size_t c = 0; c < reader.tail_layout().collections.size(); ++c) add_collection(cluster, tails, reader, c);
  cluster.columns.entries = tails.events.size();
  io::root::Writer writer(path);
  const std::size_t table = writer.add_table(cluster.table);
  if (cluster.columns.entries > 0) writer.append(table, cluster.columns);
  writer.commit();
}

void write_csv(const Tails& tails, const ObjectReader& reader, const std::filesystem::path& path) {
  std::string text = "rank,run,lumisection,orbit,crossing,code,score,seeds";
  const auto& collections = reader.tail_layout().collections;
  for (const auto& collection : collections) {
    for (const std::string& field : collection.fields) text += "," + quoted(collection.name + "." + field);
  }
  text += "\n";
  for (std::size_t e = 0; e < tails.events.size(); ++e) {
    const KeptEvent& kept = tails.events[e];
    core::JsonWriter score;
    score.value(std::ldexp(static_cast<double>(kept.event.code), -tails.identity.fraction));
    text += std::to_string(e + 1) + "," + std::to_string(kept.lumi.run) + "," + std::to_string(kept.lumi.lumisection) +
            "," + std::to_string(kept.event.orbit) + "," + std::to_string(kept.event.crossing) + "," +
            std::to_string(kept.event.code) + "," + score.text() + "," +
            quoted(joined(seeds_of(tails.identity, kept.event), ";"));
    for (std::size_t c = 0; c < collections.size(); ++c) {
      for (const std::string& field : collections[c].fields) {
        std::vector<std::string> values;
        for (std::uint32_t i = 0; i < reader.items(kept.event, c); ++i) {
          values.push_back(std::to_string(*reader.value(kept.event, c, i, field)));
        }
        text += "," + joined(values, " ");
      }
    }
    text += "\n";
  }
  core::write_file(path, text);
}

}  // namespace trigloop::report::scouting
