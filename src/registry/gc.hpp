#pragma once
// Cleaning up. What a deployed model needs is found by reachability, and is never removed; references never are.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace trigloop::registry {

struct GcOptions {
  /// Besides files that nothing names: artefacts that nothing which must stay needs.
  bool artifacts = false;
  /// Only artefacts that are older.
  std::int64_t older_than_ns = 0;
  bool dry_run = true;
};

struct GcReport {
  std::vector<Artifact> artifacts;           ///< that nothing needs
  std::vector<std::filesystem::path> files;  ///< that then nothing names, and what dead processes left
  std::uint64_t bytes = 0;                   ///< of these files
  std::uint64_t kept = 0;                    ///< artefacts that stay
};

/// Ids of all that must stay: deployments; what has an alias, the tag "keep", or the stage candidate, staging or
/// production; what is newer; and the closure of all these (closure.hpp).
std::vector<std::string> needed(Registry& registry, std::int64_t newer_than_ns);

/// The registry must be open with Access::exclusive, unless it is a dry run. Each artefact's removal is an entry of the
/// history.
GcReport collect(Registry& registry, const GcOptions& options);

}  // namespace trigloop::registry
