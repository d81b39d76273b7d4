#pragma once
// What the commands below `trigloop registry` share.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace trigloop::app {

struct RegistryOptions {
  std::string folder;  ///< empty: not given, and $TRIGLOOP_REGISTRY is not set
  bool json = false;
};

/// --registry (or $TRIGLOOP_REGISTRY) and --json.
void add_registry_options(CLI::App& command, RegistryOptions& options);
/// Error: usage, if no registry is named.
const std::string& folder_of(const RegistryOptions& options);
/// "90", "90s", "15m", "12h", "30d": nanoseconds. Error: usage.
std::int64_t duration_ns(const std::string& text);
/// "KEY=VALUE". Error: usage.
registry::Tag tag_of(const std::string& text);

constexpr const char* which_help = "An id or its first digits, NAME, NAME:VERSION or NAME@ALIAS, also KIND/NAME...";

// One file each: what is there; what people say; care; where things come from; adding by hand.
void add_registry_show(CLI::App& registry);
void add_registry_labels(CLI::App& registry);
void add_registry_care(CLI::App& registry);
void add_registry_lineage(CLI::App& registry);
void add_registry_add(CLI::App& registry);
void add_registry_reproduce(CLI::App& registry);
void add_registry_mlflow(CLI::App& registry);

}  // namespace trigloop::app
