#pragma once
// YAML configuration: a file becomes a small tree of values, and a Section reads a map of it strictly.
//
// Strict means: each key is asked for by name, type and range; whoever reads a map calls `refuse_unknown` at its end,
// and a key that nobody asked for is an error that names the nearest known one. Duplicate keys are errors. Every error
// names file and line. Bytes, nesting and the number of values after alias expansion are limited, so that no file of a
// few lines can fill the memory ("billion laughs").
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace trigloop::core {

/// A value of a YAML document. Tags (`!!python/tuple`) are read over.
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  bool quoted = false;             ///< a scalar in quotes is text, never a number
  int line = 0;                    ///< counted from 1
  std::string text;                ///< scalars
  std::vector<std::string> keys;   ///< maps: one a child
  std::vector<YamlNode> children;  ///< items of a list, values of a map
};

struct YamlLimits {
  std::size_t bytes = 1u << 20;
  std::size_t values = 100'000;  ///< aliases expanded
  std::size_t depth = 64;
};

/// Parses the one document of `text`; `name` stands in messages as the file. Errors: usage, with the line; limit.
YamlNode parse_yaml(std::string_view text, const std::string& name, const YamlLimits& limits = {});

/// A map read strictly. Copies are cheap and independent views of the node, which must outlive them.
class Section {
 public:
  /// The root of a document. Error: usage, if it is not a map.
  Section(const YamlNode& node, std::string file) : Section(node, std::move(file), "") {}

  bool has(std::string_view key) const;
  /// The keys in their order, for maps from names to things; they count as known.
  std::vector<std::string> names() const;

  // Each of these is an Error(usage) if the key is absent and no fallback is given, or if the value is of another kind.
  std::string text(std::string_view key, std::optional<std::string> fallback = {}) const;
  std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high,
                       std::optional<std::int64_t> fallback = {}) const;
  /// Finite, in [low, high].
  double number(std::string_view key, double low, double high, std::optional<double> fallback = {}) const;
  bool flag(std::string_view key, std::optional<bool> fallback = {}) const;
  /// The text, which must be one of `names`; a mistyped one is an error with the nearest.
  std::string choice(std::string_view key, const std::vector<std::string>& names,
                     std::optional<std::string> fallback = {}) const;
  std::vector<std::string> texts(std::string_view key) const;
  Section section(std::string_view key) const;
  /// A list of maps.
  std::vector<Section> sections(std::string_view key) const;
  bool is_map(std::string_view key) const;

  /// Call at the end of reading a map. Error: usage, for the first key that was never asked for.
  void refuse_unknown() const;

  /// An error at `key` (at the map itself, if ""), ready to be thrown: file, line and path are set.
  Error error(std::string_view key, std::string reason) const;
  const std::string& path() const noexcept { return path_; }

 private:
  Section(const YamlNode& node, std::string file, std::string path);
  const YamlNode* find(std::string_view key) const;
  const YamlNode& need(std::string_view key) const;
  const YamlNode& scalar(std::string_view key) const;
  std::string path_of(std::string_view key) const;

  const YamlNode* node_;
  std::string file_, path_;
  std::shared_ptr<std::vector<std::string>> asked_;
};

}  // namespace trigloop::core
