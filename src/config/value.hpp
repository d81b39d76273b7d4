#pragma once
// A value of a configuration: what YAML and JSON have in common, maps in their order.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trigloop::config {

struct Value {
  enum class Kind : std::uint8_t { null, boolean, integer, number, text, list, map };
  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<std::string> keys;  ///< maps: one an item
  std::vector<Value> items;       ///< of lists and maps
  int line = 0;                   ///< in the user's file, from 1; 0: the master's

  static Value of(bool v);
  static Value of(std::int64_t v);
  static Value of(double v);
  static Value of(std::string v);

  /// The value of a map at `key`, or null.
  const Value* find(std::string_view key) const noexcept;
  Value* find(std::string_view key) noexcept;
  /// The same, made (null) at the end of the map if it is not there. A null value becomes an empty map.
  Value& child(std::string_view key);

  /// Integers equal floats of the same number, as in Python. Lines do not count.
  bool operator==(const Value& other) const;
};

/// JSON exactly as Python's json.dumps writes it: ", " and ": ", ASCII alone, the shortest digits of a float in
/// Python's notation. The training package compares such texts to see whether a file was made from the same
/// configuration.
std::string to_json(const Value& value);

/// YAML: a map in blocks, lists of plain values on one line. Parsing it gives an equal value.
std::string to_yaml(const Value& value);

/// Whether `text` can stand in both as it is.
bool is_utf8(std::string_view text);

/// A value as `config diff` shows it: one line.
std::string to_line(const Value& value);

}  // namespace trigloop::config
