#include "registry/transfer.hpp"

#include <algorithm>
#include <set>
#include <system_error>

#include "core/error.hpp"
#include "core/file.hpp"
#include "registry/closure.hpp"
#include "registry/labels.hpp"
#include "registry/manifest.hpp"

namespace trigloop::registry {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr const char* manifest_name = "manifest.jsonl";
constexpr std::uint64_t most_manifest = std::uint64_t{4} << 30;

Manifest::Entry entry_of(Registry& registry, const std::string& id) {
  const Artifact a = registry.get(id);
  Manifest::Entry entry{a.id, {}};
  entry.artifact.kind = a.kind;
  entry.artifact.name = a.name;
  entry.artifact.created_ns = a.created_ns;
  entry.artifact.properties = a.properties;
  entry.artifact.files = registry.files(id);
  entry.artifact.references = registry.references(id);
  entry.artifact.metrics = registry.metrics(id);
  entry.artifact.tags = registry.tags(id);
  return entry;
}

Manifest manifest_of(Registry& registry, std::span<const std::string> ids, bool alone) {
  Manifest manifest;
  const std::vector<std::string> all =
      alone ? std::vector<std::string>(ids.begin(), ids.end()) : closure(registry, ids);
  for (const std::string& id : all) manifest.artifacts.push_back(entry_of(registry, id));
  // Versions at the other site follow the order of time.
  std::ranges::sort(manifest.artifacts, {}, [](const auto& e) { return std::pair(e.artifact.created_ns, e.id); });
  for (const std::string& id : runs_within(registry, all)) manifest.runs.push_back(registry.run(id));
  for (const auto& entry : manifest.artifacts) {
    for (const std::string& alias : aliases_of(registry, entry.id)) manifest.aliases.push_back({entry.id, alias});
    const std::string stage = stage_of(registry, entry.id);
    if (stage != "none") manifest.stages.push_back({entry.id, stage});
  }
  return manifest;
}

/// Each content once.
std::vector<StoredFile> contents(const Manifest& manifest) {
  std::vector<StoredFile> files;
  std::set<std::string> seen;
  for (const auto& entry : manifest.artifacts) {
    for (const StoredFile& file : entry.artifact.files) {
      if (seen.insert(file.sha256).second) files.push_back(file);
    }
  }
  return files;
}

TransferReport count(const Manifest& manifest, const std::vector<StoredFile>& files) {
  TransferReport report;
  report.artifacts = manifest.artifacts.size();
  report.runs = manifest.runs.size();
  report.files = files.size();
  for (const StoredFile& file : files) report.bytes += file.bytes;
  return report;
}

}  // namespace

TransferReport export_to(Registry& registry, std::span<const std::string> ids, const fs::path& folder, bool alone) {
  const Manifest manifest = manifest_of(registry, ids, alone);
  const auto files = contents(manifest);
  std::error_code error;
  fs::create_directories(folder / "objects", error);
  if (error) throw Error(ErrorCode::output, "cannot create: " + error.message()).file(folder.native());
  const Objects objects(folder / "objects");
  for (const StoredFile& file : files) {
    if (!objects.has(file)) registry.objects().copy_to(file, objects.path_of(file.sha256));
  }
  core::write_file(folder / manifest_name, to_text(manifest));
  return count(manifest, files);
}

TransferReport import_from(Registry& registry, const fs::path& folder, bool labels) {
  const fs::path path = folder / manifest_name;
  if (!fs::exists(path))
    throw Error(ErrorCode::not_found, "is no export: it has no " + std::string(manifest_name))
        .file(folder.native())
        .remedy("Name a folder that `trigloop registry export` wrote");
  const Manifest manifest = parse_manifest(core::read_text(path, most_manifest), path.native());
  const auto files = contents(manifest);
  const Objects objects(folder / "objects");
  for (const StoredFile& file : files) registry.objects().take(objects.path_of(file.sha256), file);
  TransferReport report = count(manifest, files);
  Transaction transaction(registry.database());
  for (const auto& entry : manifest.artifacts) {
    report.known += registry.has(entry.id) ? 1 : 0;
    registry.add(entry.artifact);
  }
  for (const Run& run : manifest.runs) registry.add(run);
  if (labels) {
    for (const auto& label : manifest.aliases) set_alias(registry, label.artifact, label.label);
    for (const auto& label : manifest.stages) set_stage(registry, label.artifact, label.label);
  }
  if (report.known < report.artifacts)
    note(registry, "import", "", folder.native(), "", std::to_string(report.artifacts - report.known));
  transaction.commit();
  return report;
}

}  // namespace trigloop::registry
