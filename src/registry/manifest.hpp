#pragma once
// The table of contents of an export: JSON lines, each a record; the last one seals all before it (docs/formats.md).
//
// It comes from elsewhere, so nothing in it is believed: ids are the hashes of what they stand for, paths stay inside,
// places of files follow from their hashes alone.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "registry/artifact.hpp"

namespace trigloop::registry {

struct Manifest {
  struct Entry {
    std::string id;
    NewArtifact artifact;
  };
  struct Label {
    std::string artifact, label;
  };
  std::vector<Entry> artifacts;
  std::vector<Run> runs;
  std::vector<Label> aliases, stages;
};

std::string to_text(const Manifest& manifest);

/// Errors: damaged (with the line), if anything is not as it must be; unsupported, for another version.
Manifest parse_manifest(std::string_view text, const std::string& name);

}  // namespace trigloop::registry
