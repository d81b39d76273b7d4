#include "curate/signal_sets.hpp"

#include <algorithm>

#include "config/merge.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/yaml.hpp"
#include "io/hdf5/hdf5.hpp"

namespace trigloop::curate {
namespace {

using config::Value;
using core::Error;
using core::ErrorCode;
using Kind = Value::Kind;

const std::vector<std::string>& role_names() {
  static const std::vector<std::string> names = {"tune", "validate", "blind"};
  return names;
}

Error at(const Value& value, const std::string& where, const std::string& reason) {
  Error e(ErrorCode::usage, reason);
  return e.in(value.line > 0 ? "line " + std::to_string(value.line) + ", " + where : where);
}

Role parse_role(const Value& value, const std::string& where) {
  const auto found = std::ranges::find(role_names(), value.text);
  if (found != role_names().end()) return static_cast<Role>(found - role_names().begin());
  Error e = at(value, where, "must be tune, validate or blind");
  if (const std::string near = core::nearest(value.text, role_names()); !near.empty())
    e.remedy("Did you mean '" + near + "'?");
  throw e;
}

bool is_hash(const std::string& text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

SignalSet parse_set(const std::string& name, const Value& map, const std::string& where) {
  SignalSet set{name, Role::validate, {}, ""};
  set.conditions.kind = Kind::map;
  if (map.kind != Kind::map && map.kind != Kind::null) throw at(map, where, "is no map of role, conditions, hash");
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const Value& value = map.items[i];
    const std::string place = where + "." + map.keys[i];
    if (map.keys[i] == "role") {
      set.role = parse_role(value, place);
    } else if (map.keys[i] == "conditions") {
      if (value.kind != Kind::map) throw at(value, place, "is no map");
      set.conditions = value;
    } else if (map.keys[i] == "hash") {
      // Sixteen decimal digits in a row look like an integer.
      set.hash = value.kind == Kind::integer ? std::to_string(value.integer) : value.text;
      if (!is_hash(set.hash))
        throw at(value, place, "is no hash of 16 hexadecimal digits").remedy("Write it in quotes");
    } else {
      throw at(value, place, "is not a known key").remedy("A signal set has role, conditions and hash");
    }
  }
  return set;
}

/// The name of a group below Signal_data that holds a set, else "".
std::string set_name(const std::string& table) {
  constexpr std::string_view folder = "Signal_data/";
  return table.starts_with(folder) && table.find('/', folder.size()) == table.npos ? table.substr(folder.size()) : "";
}

}  // namespace

std::string_view name_of(Role role) noexcept { return role_names()[static_cast<std::size_t>(role)]; }

SignalTable parse_signal_sets(const Value& map, const std::string& where) {
  if (map.kind == Kind::null) return {};
  if (map.kind != Kind::map) throw at(map, where, "is no map from names of signal sets");
  SignalTable table;
  for (std::size_t i = 0; i < map.keys.size(); ++i)
    table.push_back(parse_set(map.keys[i], map.items[i], where + "." + map.keys[i]));
  return table;
}

SignalTable load_signal_sets(const std::filesystem::path& path) {
  const std::string text = core::read_text(path, core::YamlLimits{}.bytes);
  try {
    return parse_signal_sets(config::convert(core::parse_yaml(text, path.native())), "signal sets");
  } catch (Error& e) {
    e.file(path.native());
    throw;
  }
}

SignalSet describe_set(const SignalTable& table, const std::string& name) {
  const auto found = std::ranges::find(table, name, &SignalSet::name);
  return found != table.end() ? *found : parse_set(name, {}, name);
}

std::vector<SignalSet> read_signal_sets(const std::filesystem::path& packed) {
  const auto source = io::hdf5::open(packed);
  std::vector<SignalSet> sets;
  for (const io::TableInfo& table : source->info().tables) {
    const std::string name = set_name(table.name);
    if (name.empty()) continue;
    Value map;
    map.kind = Kind::map;
    for (const char* key : {"role", "conditions", "hash"}) {
      const auto text = io::hdf5::read_attribute(packed, table.name, key);
      if (!text) continue;
      map.child(key) = key == std::string_view("conditions") ? config::convert(core::parse_yaml(*text, packed.native()))
                                                             : Value::of(*text);
    }
    sets.push_back(parse_set(name, map, "group '" + table.name + "'"));
  }
  return sets;
}

void check_trainable(const SignalSet& set, const std::vector<std::string>& declared) {
  if (set.role == Role::blind) {
    throw Error(ErrorCode::usage, "signal set '" + set.name + "' is blind: nothing may be trained on it");
  }
  if (std::ranges::find(declared, set.name) != declared.end()) return;
  throw Error(ErrorCode::usage, "signal set '" + set.name + "' has the role " + std::string(name_of(set.role)) +
                                    ", and the recipe does not declare that it trains on it")
      .remedy("A supervised recipe names the sets that it trains on");
}

}  // namespace trigloop::curate
