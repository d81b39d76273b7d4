#pragma once
// A YAML document over a value, by the schema.
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.hpp"
#include "config/value.hpp"
#include "core/error.hpp"
#include "core/yaml.hpp"

namespace trigloop::config {

/// Puts what `node` holds over `into`, which stands at `path` ("" is the root). What does not fit is left out and told
/// in `problems`, each with file and line.
void merge(Value& into, const core::YamlNode& node, const std::string& path, const std::string& file,
           std::vector<core::Error>& problems);

/// The error of a name that does not stand below the section `path`, with the nearest that does; without file and
/// place.
core::Error unknown_key(std::string_view name, std::string_view path);

/// A YAML value as the key's type. Error: usage, without file and place.
Value convert(const core::YamlNode& node, const Key& key);
/// A YAML value by its own look: numbers, booleans and null unless in quotes.
Value convert(const core::YamlNode& node);

}  // namespace trigloop::config
