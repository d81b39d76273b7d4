#include "registry/schema.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/sha256.hpp"

namespace trigloop::registry {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::int64_t application_id = 0x74726c70;  ///< "trlp", in the file's header

// Times are nanoseconds since 1970 UTC. Ids and hashes are 64 hexadecimal digits. STRICT: no value changes its type.
constexpr std::string_view version_1 = R"sql(
CREATE TABLE artifact(
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, created INTEGER NOT NULL,
  bytes INTEGER NOT NULL, files INTEGER NOT NULL, properties TEXT NOT NULL, seal TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX artifact_by_name ON artifact(kind, name, version);
CREATE INDEX artifact_by_time ON artifact(created);
CREATE INDEX artifact_by_kind ON artifact(kind, created);

CREATE TABLE file(
  artifact TEXT NOT NULL REFERENCES artifact ON DELETE CASCADE, path TEXT NOT NULL, bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL, seal TEXT NOT NULL, PRIMARY KEY(artifact, path)) STRICT;
CREATE INDEX file_by_sha256 ON file(sha256);

CREATE TABLE reference(
  artifact TEXT NOT NULL REFERENCES artifact ON DELETE CASCADE, number INTEGER NOT NULL, uri TEXT NOT NULL,
  bytes INTEGER NOT NULL, checksum TEXT NOT NULL, entries INTEGER, lumisections TEXT NOT NULL, seal TEXT NOT NULL,
  PRIMARY KEY(artifact, number)) STRICT;
CREATE INDEX reference_by_checksum ON reference(checksum);

CREATE TABLE run(
  id TEXT PRIMARY KEY, command TEXT NOT NULL, arguments TEXT NOT NULL, started INTEGER NOT NULL,
  finished INTEGER NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL, code TEXT NOT NULL, seal TEXT NOT NULL) STRICT;
CREATE INDEX run_by_time ON run(started);

CREATE TABLE link(
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE, output INTEGER NOT NULL, role TEXT NOT NULL,
  artifact TEXT NOT NULL REFERENCES artifact, seal TEXT NOT NULL,
  PRIMARY KEY(run, output, role, artifact)) STRICT;
CREATE INDEX link_by_artifact ON link(artifact, output);

CREATE TABLE metric(
  artifact TEXT NOT NULL REFERENCES artifact ON DELETE CASCADE, name TEXT NOT NULL, step INTEGER NOT NULL,
  value REAL, seal TEXT NOT NULL, PRIMARY KEY(artifact, name, step)) STRICT;

CREATE TABLE tag(
  artifact TEXT NOT NULL REFERENCES artifact ON DELETE CASCADE, key TEXT NOT NULL, value TEXT NOT NULL,
  seal TEXT NOT NULL, PRIMARY KEY(artifact, key)) STRICT;
CREATE INDEX tag_by_key ON tag(key, value);

CREATE TABLE alias(
  kind TEXT NOT NULL, name TEXT NOT NULL, alias TEXT NOT NULL, artifact TEXT NOT NULL REFERENCES artifact,
  seal TEXT NOT NULL, PRIMARY KEY(kind, name, alias)) STRICT;
CREATE INDEX alias_by_artifact ON alias(artifact);

CREATE TABLE stage(
  artifact TEXT PRIMARY KEY REFERENCES artifact ON DELETE CASCADE, stage TEXT NOT NULL, seal TEXT NOT NULL) STRICT;

-- Who did what, each entry sealed over the one before: none can be changed or taken away in between.
CREATE TABLE history(
  number INTEGER PRIMARY KEY, time INTEGER NOT NULL, user TEXT NOT NULL, action TEXT NOT NULL, artifact TEXT NOT NULL,
  key TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL, previous TEXT NOT NULL, seal TEXT NOT NULL) STRICT;
CREATE INDEX history_by_artifact ON history(artifact);
)sql";

constexpr std::string_view steps_[] = {version_1};
constexpr std::string_view tables_[] = {"artifact", "file", "reference", "run",   "link",
                                        "metric",   "tag",  "alias",     "stage", "history"};

std::string hexadecimal(double v) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, v, std::chars_format::hex).ptr;
  return {text, end};
}

/// A letter for the type, and the length: no two lists of values have the same text.
std::string encoded(const Value& value) {
  if (const auto* v = std::get_if<std::int64_t>(&value)) return "i" + std::to_string(*v) + ";";
  if (const auto* t = std::get_if<std::string>(&value)) return "t" + std::to_string(t->size()) + ":" + *t + ";";
  const auto* const d = std::get_if<double>(&value);
  // SQLite knows no NaN and stores NULL.
  return d == nullptr || std::isnan(*d) ? "n;" : "r" + hexadecimal(*d) + ";";
}

void put_row(Database& database, std::string_view verb, std::string_view table, std::vector<Value> values) {
  values.emplace_back(seal(table, values));
  std::string sql = std::string(verb) + " INTO " + std::string(table) + " VALUES(?";
  for (std::size_t i = 1; i < values.size(); ++i) sql += ",?";
  database.bound(sql + ")", values).next();
}

std::int64_t version_of(Database& database) { return database.integer("PRAGMA user_version").value_or(0); }

void refuse_others(Database& database, std::int64_t newest) {
  const std::int64_t version = version_of(database);
  if (version > newest) {
    throw Error(ErrorCode::unsupported,
                "has schema version " + std::to_string(version) + "; this program knows " + std::to_string(newest))
        .file(database.path().native())
        .remedy("Use the trigloop that wrote it, or a newer one");
  }
  const bool empty = database.integer("SELECT count(*) FROM sqlite_schema") == 0;
  if (!empty && database.integer("PRAGMA application_id") != application_id) {
    throw Error(ErrorCode::damaged, "is a database, but no registry")
        .file(database.path().native())
        .remedy("Name the folder of a registry, or a new one");
  }
}

}  // namespace

int schema_version() noexcept { return static_cast<int>(std::size(steps_)); }
std::span<const std::string_view> migrations() noexcept { return steps_; }
std::span<const std::string_view> sealed_tables() noexcept { return tables_; }

void migrate(Database& database, std::span<const std::string_view> steps) {
  const auto newest = static_cast<std::int64_t>(steps.size());
  refuse_others(database, newest);
  if (version_of(database) == newest) return;
  Transaction transaction(database);
  for (std::int64_t version = version_of(database); version < newest; ++version)
    database.script(std::string(steps[static_cast<std::size_t>(version)]));
  database.script("PRAGMA application_id=" + std::to_string(application_id) +
                  "; PRAGMA user_version=" + std::to_string(newest));
  transaction.commit();
}

void check_version(Database& database) {
  refuse_others(database, schema_version());
  if (version_of(database) == schema_version()) return;
  throw Error(ErrorCode::unsupported, "has an older schema than this program")
      .file(database.path().native())
      .remedy("Any command that writes brings it up to date");
}

std::string seal(std::string_view table, std::span<const Value> values) {
  std::string text(table);
  text += ';';
  for (const Value& value : values) text += encoded(value);
  return core::sha256_hex(text).substr(0, 32);
}

void insert_row(Database& database, std::string_view table, std::vector<Value> values) {
  put_row(database, "INSERT", table, std::move(values));
}

void replace_row(Database& database, std::string_view table, std::vector<Value> values) {
  put_row(database, "INSERT OR REPLACE", table, std::move(values));
}

}  // namespace trigloop::registry
