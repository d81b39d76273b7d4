#pragma once
// What sets two artefacts apart: their configurations key by key, their metrics, their files, what they were made of.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/registry.hpp"

namespace trigloop::registry {

struct Difference {
  std::string section;  ///< config, metric, file, made of, property
  std::string name;
  std::optional<std::string> a, b;  ///< nothing where one has none
};

/// Sorted by section and name; equal ones are left out.
std::vector<Difference> differences(Registry& registry, std::string_view a, std::string_view b);

/// The configuration that went into the newest run that made an artefact, as path -> value ("train.beta" -> "0.5").
std::map<std::string, std::string> config_of(Registry& registry, std::string_view artifact);

/// The last value of each metric: the artefact's own, and those of the reports that were made of it (newest first).
std::map<std::string, double> last_metrics(Registry& registry, std::string_view artifact);

/// YAML or JSON as path -> value; what is neither gives one entry, the whole text.
std::map<std::string, std::string> flattened(std::string_view yaml);

}  // namespace trigloop::registry
