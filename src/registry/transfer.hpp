#pragma once
// From one site to another: an export is a folder with manifest.jsonl and objects/, which any registry imports.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "registry/registry.hpp"

namespace trigloop::registry {

struct TransferReport {
  std::uint64_t artifacts = 0, runs = 0, files = 0, bytes = 0;
  std::uint64_t known = 0;  ///< import: artefacts that were there already
};

/// Writes artefacts and what they need (closure.hpp), or they alone, with their stored files; references travel as
/// references. The manifest comes last: a folder without one is no export. Errors: output; damaged, for a stored file
/// that has changed.
TransferReport export_to(Registry& registry, std::span<const std::string> ids, const std::filesystem::path& folder,
                         bool alone = false);

/// Checks the whole manifest first, then copies files (each against its hash), then records everything at once. Again
/// is no news. `labels`: take aliases and stages, too. Errors: not_found; damaged; unsupported; output.
TransferReport import_from(Registry& registry, const std::filesystem::path& folder, bool labels = false);

}  // namespace trigloop::registry
