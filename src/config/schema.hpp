#pragma once
// What a configuration may hold: one table of all keys with their types, limits and meanings (schema.cpp). The merge
// checks against it, and the JSON schema and the table of docs/config.md are made from it.
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trigloop::config {

enum class Type : std::uint8_t {
  flag,      ///< true or false
  integer,   ///< in [low, high]
  number,    ///< finite, in [low, high]
  text,      ///< any text
  choice,    ///< one of `choices`
  path,      ///< of a file or folder
  flags,     ///< list of true and false
  integers,  ///< list, each in [low, high]
  numbers,   ///< list, each finite and in [low, high]
  pair,      ///< list of two integers in [low, high]
  any        ///< whatever; its reader checks it
};

/// Where a key comes from.
enum class Origin : std::uint8_t {
  package,   ///< the training package's master configuration has it
  older,     ///< files of older or patched packages have it; read, never written by itself
  trigloop,  ///< ours: the package would refuse it
};

struct Key {
  std::string_view path;  ///< with dots: "data_config.Read_configs.BACKGROUND.file_path"
  Type type;
  std::string_view about;  ///< a phrase for people
  double low = std::numeric_limits<double>::lowest(), high = std::numeric_limits<double>::max();
  std::string_view choices = {};  ///< separated by '|'
  bool nullable = false;
  Origin origin = Origin::package;
};

/// All keys, in the order of the master configuration.
std::span<const Key> keys();
/// The key at `path`, or null.
const Key* find_key(std::string_view path);
/// Whether keys stand below `path` ("" is the root).
bool is_section(std::string_view path);
/// The names that stand directly below `path`, in order.
std::vector<std::string> names_below(std::string_view path);
/// The name meant: `optimiser` is `optmiser`, as the package spells it.
std::string_view canonical(std::string_view name);

std::vector<std::string> choices_of(const Key& key);
/// "integer from 0 to 9", "mask or drop", ...
std::string describe(const Key& key);

/// A JSON schema (draft 2020-12) of a user's file, which need not hold every key.
std::string json_schema();
/// The table of all keys for docs/config.md.
std::string markdown_table();

}  // namespace trigloop::config
