// The questions that a Registry answers from its tables.
#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "registry/registry.hpp"

namespace trigloop::registry {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::string_view artifact_columns = "id, kind, name, version, created, bytes, files, properties";

Artifact artifact_of(const Query& row) {
  Artifact a;
  a.id = row.text(0);
  a.kind = row.text(1);
  a.name = row.text(2);
  a.version = row.integer(3);
  a.created_ns = row.integer(4);
  a.bytes = static_cast<std::uint64_t>(row.integer(5));
  a.files = static_cast<std::uint64_t>(row.integer(6));
  a.properties = row.text(7);
  return a;
}

Error not_known(std::string_view word) {
  return Error(ErrorCode::not_found, "nothing is called '" + core::escaped(word) + "'")
      .remedy("`trigloop registry list` shows names and ids");
}

}  // namespace

Artifact Registry::get(std::string_view id) {
  Query row = database_->query("SELECT " + std::string(artifact_columns) + " FROM artifact WHERE id=?", id);
  if (!row.next()) throw not_known(id).file(folder_.native());
  return artifact_of(row);
}

bool Registry::has(std::string_view id) {
  return database_->integer("SELECT 1 FROM artifact WHERE id=?", id).has_value();
}

std::vector<StoredFile> Registry::files(std::string_view id) {
  std::vector<StoredFile> files;
  Query row = database_->query("SELECT path, bytes, sha256 FROM file WHERE artifact=? ORDER BY path", id);
  while (row.next()) files.push_back({row.text(0), static_cast<std::uint64_t>(row.integer(1)), row.text(2)});
  return files;
}

std::vector<Reference> Registry::references(std::string_view id) {
  std::vector<Reference> references;
  Query row = database_->query(
      "SELECT uri, bytes, checksum, entries, lumisections FROM reference WHERE artifact=? ORDER BY number", id);
  while (row.next()) {
    Reference& r = references.emplace_back();
    r.uri = row.text(0);
    r.bytes = static_cast<std::uint64_t>(row.integer(1));
    r.checksum = row.text(2);
    if (!row.is_null(3)) r.entries = static_cast<std::uint64_t>(row.integer(3));
    r.lumisections = row.text(4);
  }
  return references;
}

std::vector<Metric> Registry::metrics(std::string_view id) {
  std::vector<Metric> metrics;
  Query row = database_->query("SELECT name, step, value FROM metric WHERE artifact=? ORDER BY name, step", id);
  while (row.next()) metrics.push_back({row.text(0), row.integer(1), row.real(2)});
  return metrics;
}

std::vector<Tag> Registry::tags(std::string_view id) {
  std::vector<Tag> tags;
  Query row = database_->query("SELECT key, value FROM tag WHERE artifact=? ORDER BY key", id);
  while (row.next()) tags.push_back({row.text(0), row.text(1)});
  return tags;
}

std::vector<Artifact> Registry::list(const Filter& filter) {
  std::string sql = "SELECT " + std::string(artifact_columns) + " FROM artifact WHERE 1";
  std::vector<Value> values;
  const auto need = [&](const char* condition, std::initializer_list<std::string_view> given) {
    sql += condition;
    for (const std::string_view value : given) values.emplace_back(std::string(value));
  };
  if (!filter.kind.empty()) need(" AND kind=?", {filter.kind});
  if (!filter.name.empty()) need(" AND name=?", {filter.name});
  if (!filter.stage.empty()) need(" AND id IN (SELECT artifact FROM stage WHERE stage=?)", {filter.stage});
  for (const Tag& t : filter.tags)
    need(" AND EXISTS (SELECT 1 FROM tag WHERE artifact=id AND key=? AND value=?)", {t.key, t.value});
  if (filter.since_ns > 0) {
    sql += " AND created>=?";
    values.emplace_back(filter.since_ns);
  }
  sql += " ORDER BY created DESC, rowid DESC";
  if (filter.most > 0) sql += " LIMIT " + std::to_string(filter.most);
  std::vector<Artifact> artifacts;
  Query row = database_->bound(sql, values);
  while (row.next()) artifacts.push_back(artifact_of(row));
  return artifacts;
}

std::int64_t Registry::count(std::string_view kind) {
  return database_->integer("SELECT count(*) FROM artifact WHERE kind=?", kind).value_or(0);
}

Run Registry::run(std::string_view id) {
  Query row =
      database_->query("SELECT id, command, arguments, started, finished, user, host, code FROM run WHERE id=?", id);
  if (!row.next()) throw not_known(id).file(folder_.native());
  Run run;
  run.id = row.text(0);
  run.command = row.text(1);
  run.arguments = texts_of_json(row.text(2));
  run.started_ns = row.integer(3);
  run.finished_ns = row.integer(4);
  run.user = row.text(5);
  run.host = row.text(6);
  run.code = row.text(7);
  Query link =
      database_->query("SELECT output, role, artifact FROM link WHERE run=? ORDER BY output, role, artifact", id);
  while (link.next()) run.links.push_back({link.integer(0) != 0, link.text(1), link.text(2)});
  return run;
}

std::vector<Run> Registry::runs_of(std::string_view artifact, bool output) {
  std::vector<std::string> ids;
  {
    Query row = database_->query(
        "SELECT DISTINCT run.id FROM link JOIN run ON run.id=link.run WHERE artifact=? AND output=? "
        "ORDER BY run.started DESC, run.id",
        artifact, std::int64_t{output});
    while (row.next()) ids.push_back(row.text(0));
  }
  std::vector<Run> runs;
  runs.reserve(ids.size());
  for (const std::string& id : ids) runs.push_back(run(id));
  return runs;
}

std::vector<std::string> Registry::find_content(std::string_view sha256) {
  std::vector<std::string> ids;
  Query row = database_->query(
      "SELECT id FROM artifact WHERE id IN (SELECT artifact FROM file WHERE sha256=?1 UNION "
      "SELECT artifact FROM reference WHERE checksum='sha256:'||?1) ORDER BY created DESC, rowid DESC",
      sha256);
  while (row.next()) ids.push_back(row.text(0));
  return ids;
}

std::string Registry::resolve(std::string_view word) {
  const std::string named = resolve_name(word);
  if (!named.empty()) return named;
  const std::string id = resolve_id(word);
  if (id.empty()) throw not_known(word).file(folder_.native());
  return id;
}

std::string Registry::resolve_name(std::string_view word) {
  std::string kind, name(word), alias;
  std::int64_t version = 0;
  if (const auto slash = name.find('/'); slash != name.npos) {
    kind = name.substr(0, slash);
    name.erase(0, slash + 1);
  }
  if (const auto at = name.find('@'); at != name.npos) {
    alias = name.substr(at + 1);
    name.resize(at);
  } else if (const auto colon = name.find(':'); colon != name.npos) {
    version = std::max(std::int64_t{1}, static_cast<std::int64_t>(std::atoll(name.c_str() + colon + 1)));
    name.resize(colon);
  }
  for (const std::string_view k : kinds()) {  // models first: they are what people name
    if (!kind.empty() && kind != k) continue;
    const auto id =
        alias.empty()
            ? database_->text(
                  "SELECT id FROM artifact WHERE kind=? AND name=?2 AND ?3 IN (0, version) ORDER BY version DESC", k,
                  name, version)
            : database_->text("SELECT artifact FROM alias WHERE kind=? AND name=? AND alias=?", k, name, alias);
    if (id) return *id;
  }
  return "";
}

std::string Registry::resolve_id(std::string_view word) {
  const bool digits = std::ranges::all_of(
      word, [](char c) { return std::string_view("0123456789abcdef").find(c) != std::string_view::npos; });
  if (word.size() < 4 || word.size() > 64 || !digits) return "";
  // A range of the index holds all ids that begin so.
  Query row = database_->query("SELECT id FROM artifact WHERE id>=?1 AND id<?1||'g' LIMIT 2", word);
  if (!row.next()) return "";
  std::string id = row.text(0);
  if (row.next())
    throw Error(ErrorCode::usage, "'" + std::string(word) + "' begins several ids").remedy("Give more digits");
  return id;
}

}  // namespace trigloop::registry
