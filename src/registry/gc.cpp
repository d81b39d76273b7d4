#include "registry/gc.hpp"

#include <system_error>
#include <unordered_set>

#include "core/error.hpp"
#include "registry/closure.hpp"
#include "registry/labels.hpp"

namespace trigloop::registry {
namespace {

constexpr std::string_view roots_sql = R"sql(
SELECT id FROM artifact WHERE kind='deployment' OR created>?1
UNION SELECT artifact FROM alias
UNION SELECT artifact FROM stage WHERE stage IN ('candidate', 'staging', 'production')
UNION SELECT artifact FROM tag WHERE key='keep'
)sql";

std::vector<Artifact> not_needed(Registry& registry, const GcOptions& options, std::uint64_t& kept) {
  const auto ids = needed(registry, now_ns() - options.older_than_ns);
  const std::unordered_set<std::string> stay(ids.begin(), ids.end());
  std::vector<Artifact> gone;
  for (Artifact& a : registry.list({.most = 0})) {
    if (stay.contains(a.id))
      ++kept;
    else
      gone.push_back(std::move(a));
  }
  return gone;
}

/// A run goes with its outputs; their rows take files, references, metrics and tags along.
void forget(Registry& registry, const std::vector<Artifact>& artifacts) {
  Database& db = registry.database();
  Transaction transaction(db);
  for (const Artifact& a : artifacts) {
    db.run("DELETE FROM run WHERE id IN (SELECT run FROM link WHERE artifact=?)", a.id);
    db.run("DELETE FROM artifact WHERE id=?", a.id);
    note(registry, "gc", a.id, a.kind + "/" + a.name, std::to_string(a.version), "");
  }
  transaction.commit();
}

std::unordered_set<std::string> named_files(Registry& registry, const std::vector<Artifact>& gone) {
  std::unordered_set<std::string> without, named;
  for (const Artifact& a : gone) without.insert(a.id);
  Query row = registry.database().query("SELECT artifact, sha256 FROM file");
  while (row.next()) {
    if (!without.contains(row.text(0))) named.insert(row.text(1));
  }
  return named;
}

}  // namespace

std::vector<std::string> needed(Registry& registry, std::int64_t newer_than_ns) {
  std::vector<std::string> roots;
  Query row = registry.database().query(roots_sql, newer_than_ns);
  while (row.next()) roots.push_back(row.text(0));
  return closure(registry, roots);
}

GcReport collect(Registry& registry, const GcOptions& options) {
  GcReport report;
  if (options.artifacts) report.artifacts = not_needed(registry, options, report.kept);
  const auto named = named_files(registry, report.artifacts);
  for (const Objects::Entry& entry : registry.objects().list()) {
    if (named.contains(entry.sha256)) continue;
    report.files.push_back(entry.path);
    report.bytes += entry.bytes;
  }
  if (options.dry_run) return report;
  // Rows first: a death in between leaves files that nothing names, which the next one finds.
  forget(registry, report.artifacts);
  for (const auto& path : report.files) {
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) throw core::Error(core::ErrorCode::output, "cannot remove: " + error.message()).file(path.native());
  }
  return report;
}

}  // namespace trigloop::registry
