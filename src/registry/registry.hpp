#pragma once
// A registry: one folder on a local disk that remembers what was made, of what, by what.
//
//     Registry registry("trigloop-registry", Access::write);
//     const std::string data = registry.add({.kind = "dataset", .name = "zerobias", .references = files});
//     const std::string model = registry.add({.kind = "model", .name = "axol1tl", .files =
//     {registry.objects().put(...)}}); registry.add(Run{.command = "train", .links = {{false, "data", data}, {true,
//     "model", model}}});
//
// Layout: registry.db (SQLite), objects/ (files by content), .lock. Any number of processes may write at a time. Files
// are durable before the rows that name them, so a death at any moment leaves at worst files that nothing names; `gc`
// removes those. Who holds a Registry for writing shares the lock; `gc` takes it alone, so that it never removes what
// is about to be named.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/artifact.hpp"
#include "registry/database.hpp"
#include "registry/objects.hpp"

namespace trigloop::registry {

/// Which artefacts; all that is given must be true of them.
struct Filter {
  std::string kind = {}, name = {}, stage = {};
  std::vector<Tag> tags = {};
  std::int64_t since_ns = 0;
  std::int64_t most = 50;  ///< the newest; 0: all
};

class Registry {
 public:
  /// Opens; with Access::write it is made where it is missing, and an older schema is brought up to date. With
  /// Access::exclusive nobody else has it open for writing (waits two seconds for that). Errors: unsupported (a network
  /// file system, a newer schema); not_found (no registry); usage (others write); those of Database.
  explicit Registry(std::filesystem::path folder, Access access);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  const std::filesystem::path& folder() const noexcept { return folder_; }
  const Objects& objects() const noexcept { return objects_; }
  Database& database() noexcept { return *database_; }

  /// Records content, and returns its id. Content that is known gains only metrics and tags that it does not have.
  /// Errors: those of check(); internal, if a file is not among the objects.
  std::string add(const NewArtifact& artifact);
  /// Records a run whose artefacts are known, and returns its id. The same run again is no news.
  std::string add(const Run& run);

  /// The id that a user means: an id or the first digits of one (at least 4), NAME (its newest version), NAME:VERSION,
  /// NAME@ALIAS, each also as KIND/NAME... A name alone is looked for among models first. Error: not_found, usage if it
  /// means several.
  std::string resolve(std::string_view word);

  /// Error: not_found.
  Artifact get(std::string_view id);
  bool has(std::string_view id);
  std::vector<StoredFile> files(std::string_view id);
  std::vector<Reference> references(std::string_view id);
  std::vector<Metric> metrics(std::string_view id);
  std::vector<Tag> tags(std::string_view id);
  /// Newest first.
  std::vector<Artifact> list(const Filter& filter);
  std::int64_t count(std::string_view kind);

  Run run(std::string_view id);
  /// Of an artefact: the runs that made it (`output`), newest first, or that took it.
  std::vector<Run> runs_of(std::string_view artifact, bool output);

  /// Artefacts with a stored file, or a reference, of this content; newest first.
  std::vector<std::string> find_content(std::string_view sha256);

 private:
  std::string resolve_name(std::string_view word);
  std::string resolve_id(std::string_view word);

  std::filesystem::path folder_;
  Objects objects_;
  int lock_ = -1;
  std::optional<Database> database_;
};

/// Nanoseconds since 1970 UTC; of SOURCE_DATE_EPOCH, where that is set.
std::int64_t now_ns();
/// "2026-11-22 04:01:14Z"
std::string utc(std::int64_t ns);
std::string user_name();
std::string host_name();

}  // namespace trigloop::registry
