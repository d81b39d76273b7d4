#pragma once
// Where an artefact comes from, and what was made of it: artefacts and the runs between them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "registry/registry.hpp"

namespace trigloop::registry {

enum class Direction : std::uint8_t { up, down, both };

struct Lineage {
  std::string root;
  Direction direction = Direction::up;
  std::vector<Artifact> artifacts;  ///< the root first, then as they are found
  std::vector<Run> runs;            ///< with the links among these artefacts
  bool cut = false;                 ///< there is more than was asked for
};

/// `most`: runs at most. Each artefact and run is looked at once, so loops and diamonds are no trouble.
Lineage trace(Registry& registry, std::string_view artifact, Direction direction, std::size_t most = 10'000);

/// For people: a branch a line. What was shown before is only named.
std::string to_tree(const Lineage& lineage);
/// For graphviz: boxes are artefacts, ellipses are runs.
std::string to_dot(const Lineage& lineage);
/// {"root", "artifacts": [...], "runs": [{..., "inputs": [{role, artifact}], "outputs": [...]}], "cut"}
std::string to_json(const Lineage& lineage);

/// "train, 2026-11-22 04:01:14Z, by alice on vm1, code 0.1.0"
std::string in_words(const Run& run);
/// "model axol1tl:3 1a2b3c4d5e6f"
std::string in_words(const Artifact& artifact);

}  // namespace trigloop::registry
