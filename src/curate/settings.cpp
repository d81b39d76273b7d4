#include "curate/settings.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace trigloop::curate {
namespace {

using config::Config;
using config::Value;

constexpr const char* read_configs = "data_config.Read_configs.";

struct KindNames {
  const char *constituents, *range;
};
constexpr std::array<KindNames, object_kinds> kind_names = {
    {{"MET", "met"}, {"EGAMMA", "egs"}, {"MUON", "muons"}, {"JET", "jets"}}};
constexpr std::array<int, object_kinds> saturations = {4095, 511, 511, 2047};

/// The package reads Read_configs.object_ranges and overlooks those of the parts; we do not let them contradict.
void refuse_other_ranges(const Config& c) {
  const std::string path = std::string(read_configs) + "object_ranges";
  for (const char* part : {"BACKGROUND", "SIGNAL"}) {
    const std::string other = std::string(read_configs) + part + ".object_ranges";
    if (c.at(other) == c.at(path)) continue;
    throw c.error(other, "differs from " + path + ", by which rows are read").remedy("Make them equal");
  }
}

/// Rows [first, last) of a kind.
std::pair<std::int64_t, std::int64_t> rows_of(const Config& c, const KindNames& names) {
  const std::string path = std::string(read_configs) + "object_ranges." + names.range;
  if (c.at(path).kind == Value::Kind::integer) return {c.integer(path), c.integer(path) + 1};
  const auto range = c.integers(path);
  if (range[0] > range[1]) throw c.error(path, "ends before it begins");
  return {range[0], range[1]};
}

void read_objects(const Config& c, Settings& settings) {
  refuse_other_ranges(c);
  for (std::size_t kind = 0; kind < object_kinds; ++kind) {
    const auto [first, last] = rows_of(c, kind_names[kind]);
    const std::string path = std::string(read_configs) + "constituents." + kind_names[kind].constituents;
    const std::vector<bool> kept = c.flags(path);
    if (kept.size() != static_cast<std::size_t>(last - first)) {
      throw c.error(path, "has " + std::to_string(kept.size()) + " flags for the " + std::to_string(last - first) +
                              " rows of object_ranges." + kind_names[kind].range);
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (kept[i])
        settings.objects.push_back({static_cast<ObjectKind>(kind), static_cast<std::uint32_t>(i),
                                    static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(i)});
    }
    settings.rows = std::max(settings.rows, static_cast<std::uint32_t>(last));
  }
  if (settings.objects.empty()) throw c.error(std::string(read_configs) + "constituents", "keeps no object");
}

io::EntryRange sector(const Config& c, const char* name) {
  const std::string path = std::string(read_configs) + "BACKGROUND." + name;
  const auto range = c.integers(path);
  if (range[0] >= range[1]) throw c.error(path, "is empty");
  return {static_cast<std::uint64_t>(range[0]), static_cast<std::uint64_t>(range[1])};
}

SignalTable read_signal_table(const Config& c) {
  if (!c.has("curate.signal_sets_file")) {
    try {
      return parse_signal_sets(c.at("curate.signal_sets"), "'curate.signal_sets'");
    } catch (core::Error& e) {
      e.file(c.name());
      throw;
    }
  }
  if (!c.at("curate.signal_sets").items.empty())
    throw c.error("curate.signal_sets", "stands beside curate.signal_sets_file; only one of them can count");
  return load_signal_sets(c.text("curate.signal_sets_file"));
}

/// What of ours decides what a packed file holds, the inputs' content apart.
std::string extras(const Config& c, const SignalTable& table) {
  Value map;
  map.child("compat") = Value::of(c.flag("compat"));
  map.child("drop_saturated_et") = Value::of(c.flag("curate.drop_saturated_et"));
  // Named only where it is on, so that packed files from before the key existed are still the same ones.
  if (c.flag("curate.shared_scales")) map.child("shared_scales") = Value::of(true);
  Value& sets = map.child("signal_sets");
  sets.kind = Value::Kind::map;
  for (const SignalSet& set : table) {
    Value& one = sets.child(set.name);
    one.child("role") = Value::of(std::string(name_of(set.role)));
    one.child("conditions") = set.conditions;
    one.child("hash") = Value::of(set.hash);
  }
  return config::to_json(map);
}

}  // namespace

std::string_view name_of(ObjectKind kind) noexcept { return kind_names[static_cast<std::size_t>(kind)].constituents; }
int saturation_of(ObjectKind kind) noexcept { return saturations[static_cast<std::size_t>(kind)]; }

std::vector<std::size_t> first_of_kind(const std::vector<Object>& objects) {
  std::vector<std::size_t> first;
  for (std::size_t i = 0; i < objects.size(); ++i)
    first.push_back(i > 0 && objects[i].kind == objects[i - 1].kind ? first.back() : i);
  return first;
}

Settings read_settings(const Config& c) {
  Settings s;
  s.background = c.text(std::string(read_configs) + "BACKGROUND.file_path");
  s.signals = c.text(std::string(read_configs) + "SIGNAL.file_path");
  s.train = sector(c, "train_sector");
  s.test = sector(c, "test_sector");
  s.most_signal_events = static_cast<std::uint64_t>(c.integer(std::string(read_configs) + "SIGNAL.MAX_NUM_SIGNALS"));
  read_objects(c, s);
  const bool drop = c.text("data_config.Saturation_configs.saturation_mode") == "drop";
  s.saturation = drop ? Saturation::drop : Saturation::mask;
  s.drop_saturated_et = c.flag("curate.drop_saturated_et");
  s.compat = c.flag("compat");
  try {
    s.scheme = parse_scheme(c.text("data_config.Normalisation_configs.scheme"),
                            c.flag("data_config.Normalisation_configs.norm_ignore_zeros"), s.compat);
  } catch (const core::Error& e) {
    throw c.error("data_config.Normalisation_configs.scheme", e.reason()).remedy(e.advice());
  }
  s.shared_scales = c.flag("curate.shared_scales");
  s.output = c.text("data_config.Processed_data_path");
  const bool packed = c.has("data_config.Write_compression.Compression_mode");
  s.deflate = packed ? static_cast<int>(c.integer("data_config.Write_compression.Compression_opts")) : 0;
  s.signal_table = read_signal_table(c);
  const Value package = c.package_part();
  s.config_json = config::to_json(*package.find("data_config"));
  s.extra_json = extras(c, s.signal_table);
  return s;
}

}  // namespace trigloop::curate
