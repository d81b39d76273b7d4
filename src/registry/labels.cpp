#include "registry/labels.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "registry/schema.hpp"

namespace trigloop::registry {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::string_view stages_[] = {"none", "candidate", "staging", "production", "archived"};

void check_label(std::string_view what, std::string_view text) {
  const bool plain = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= 32 || c == 127; });
  if (!text.empty() && text.size() <= 250 && plain && text.find_first_of("/@:") == text.npos) return;
  throw Error(ErrorCode::usage, "the " + std::string(what) + " '" + core::escaped(text) +
                                    "' is empty, too long, or has spaces or one of / @ :");
}

}  // namespace

std::span<const std::string_view> stages() noexcept { return stages_; }

void set_tag(Registry& registry, std::string_view artifact, std::string_view key, std::string_view value) {
  Database& db = registry.database();
  if (key.empty() || key.size() > 250) throw Error(ErrorCode::usage, "a tag's key has 1 to 250 bytes");
  Transaction transaction(db);
  const auto old = db.text("SELECT value FROM tag WHERE artifact=? AND key=?", artifact, key);
  if (old == value) return;
  replace_row(db, "tag", {std::string(artifact), std::string(key), std::string(value)});
  note(registry, "tag", artifact, key, old.value_or(""), value);
  transaction.commit();
}

void remove_tag(Registry& registry, std::string_view artifact, std::string_view key) {
  Database& db = registry.database();
  Transaction transaction(db);
  const auto old = db.text("SELECT value FROM tag WHERE artifact=? AND key=?", artifact, key);
  if (!old) throw Error(ErrorCode::not_found, "there is no tag '" + core::escaped(key) + "'");
  db.run("DELETE FROM tag WHERE artifact=? AND key=?", artifact, key);
  note(registry, "untag", artifact, key, *old, "");
  transaction.commit();
}

void set_alias(Registry& registry, std::string_view artifact, std::string_view alias) {
  check_label("alias", alias);
  Database& db = registry.database();
  Transaction transaction(db);
  const Artifact a = registry.get(artifact);
  const auto old = db.text("SELECT artifact FROM alias WHERE kind=? AND name=? AND alias=?", a.kind, a.name, alias);
  if (old == a.id) return;
  replace_row(db, "alias", {a.kind, a.name, std::string(alias), a.id});
  note(registry, "alias", a.id, alias, old.value_or(""), a.id);
  if (old) note(registry, "alias", *old, alias, *old, a.id);
  transaction.commit();
}

void remove_alias(Registry& registry, std::string_view artifact, std::string_view alias) {
  Database& db = registry.database();
  Transaction transaction(db);
  db.run("DELETE FROM alias WHERE artifact=? AND alias=?", artifact, alias);
  if (db.changes() == 0) throw Error(ErrorCode::not_found, "it has no alias '" + core::escaped(alias) + "'");
  note(registry, "unalias", artifact, alias, artifact, "");
  transaction.commit();
}

void set_stage(Registry& registry, std::string_view artifact, std::string_view stage) {
  if (std::ranges::find(stages_, stage) == std::end(stages_))
    throw Error(ErrorCode::usage, "there is no stage '" + core::escaped(stage) + "'")
        .remedy("Stages are none, candidate, staging, production and archived");
  Database& db = registry.database();
  Transaction transaction(db);
  const std::string old = stage_of(registry, artifact);
  if (old == stage) return;
  replace_row(db, "stage", {std::string(artifact), std::string(stage)});
  note(registry, "stage", artifact, "", old, stage);
  transaction.commit();
}

std::vector<std::string> aliases_of(Registry& registry, std::string_view artifact) {
  std::vector<std::string> aliases;
  Query row = registry.database().query("SELECT alias FROM alias WHERE artifact=? ORDER BY alias", artifact);
  while (row.next()) aliases.push_back(row.text(0));
  return aliases;
}

std::string stage_of(Registry& registry, std::string_view artifact) {
  return registry.database().text("SELECT stage FROM stage WHERE artifact=?", artifact).value_or("none");
}

void note(Registry& registry, std::string_view action, std::string_view artifact, std::string_view key,
          std::string_view old_value, std::string_view new_value) {
  Database& db = registry.database();
  Transaction transaction(db);
  const Head last = head_of_history(registry);
  insert_row(db, "history",
             {last.number + 1, now_ns(), user_name(), std::string(action), std::string(artifact), std::string(key),
              std::string(old_value), std::string(new_value), last.seal});
  transaction.commit();
}

std::vector<Entry> history(Registry& registry, std::string_view artifact) {
  std::vector<Entry> entries;
  Query row = registry.database().query(
      "SELECT number, time, user, action, artifact, key, old, new FROM history WHERE ?1 IN ('', artifact) "
      "ORDER BY number",
      artifact);
  while (row.next())
    entries.push_back(
        {row.integer(0), row.integer(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7)});
  return entries;
}

Head head_of_history(Registry& registry) {
  Query last = registry.database().query("SELECT number, seal FROM history ORDER BY number DESC LIMIT 1");
  if (!last.next()) return {};
  return {last.integer(0), last.text(1)};
}

std::int64_t broken_history(Registry& registry) {
  std::string previous;
  std::int64_t number = 0;
  Query row = registry.database().query("SELECT number, previous, seal FROM history ORDER BY number");
  while (row.next()) {
    if (row.integer(0) != ++number || row.text(1) != previous) return number;
    previous = row.text(2);
  }
  return 0;
}

}  // namespace trigloop::registry
