#include "tune/storage/rdb.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "registry/file_system.hpp"
#include "tune/storage/rdb_schema.hpp"
#include "tune/storage/rdb_write.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using registry::Access;
using registry::Database;
using registry::Query;
using registry::Transaction;

constexpr const char* recover = "Restore a backup, or save what can be read with `sqlite3 FILE .recover`";

std::unique_ptr<Database> open_database(const fs::path& path, bool create) {
  registry::require_local(path.parent_path(), "Use a journal (--storage journal:FILE), whose lock holds there");
  const bool fresh = !fs::exists(path);
  if (fresh && !create) throw Error(ErrorCode::not_found, "there is no such study storage").file(path.native());
  // Only a new file gets a write-ahead log: how others keep theirs is not ours to change.
  auto database = std::make_unique<Database>(path, fresh ? Access::write : Access::shared, recover);
  create_schema(*database);
  check_schema(*database);
  return database;
}

std::vector<Direction> read_directions(Database& database, std::int64_t study) {
  std::vector<Direction> all;
  Query row = database.query("SELECT direction FROM study_directions WHERE study_id=? ORDER BY objective", study);
  while (row.next()) {
    const auto direction = direction_of(row.text(0));
    if (!direction) throw Error(ErrorCode::damaged, "has a study with the direction " + core::escaped(row.text(0)));
    all.push_back(*direction);
  }
  return all;
}

Attributes attributes_of(Database& database, const std::string& sql, std::int64_t id) {
  Attributes all;
  for (Query row = database.query(sql, id); row.next();) all.insert_or_assign(row.text(0), row.text(1));
  return all;
}

StudySummary read_summary(Database& database, std::int64_t id, std::string name) {
  return {id, std::move(name), read_directions(database, id),
          attributes_of(database, "SELECT \"key\", value_json FROM study_user_attributes WHERE study_id=?", id),
          attributes_of(database, "SELECT \"key\", value_json FROM study_system_attributes WHERE study_id=?", id)};
}

}  // namespace

Rdb::Rdb(const fs::path& path, const OpenStorage& open)
    : database_(open_database(fs::absolute(path), !open.directions.empty())) {
  local_times_ = has_local_times(*database_);
  find_study(open);
  refresh();
}

void Rdb::find_study(const OpenStorage& open) {
  Transaction transaction(*database_);
  auto id = database_->integer("SELECT study_id FROM studies WHERE study_name=?", open.study);
  if (!id && open.directions.empty())
    throw Error(ErrorCode::not_found, "has no study '" + open.study + "'").file(database_->path().native());
  if (!id) id = insert_study(*database_, open.study, open.directions);
  study_ = read_summary(*database_, *id, open.study);
  transaction.commit();
  if (!open.directions.empty() && open.directions != study_.directions)
    throw Error(ErrorCode::mismatch, "study '" + open.study + "' has other directions")
        .file(database_->path().native());
  history_ = std::make_unique<History>(study_.name, study_.directions);
}

void Rdb::refresh() {
  const std::int64_t version = database_->integer("PRAGMA data_version").value_or(0);
  if (version == version_) return;
  read_news();
  version_ = version;
}

void Rdb::read_news() {
  if (!database_->integer("SELECT study_id FROM studies WHERE study_id=?", study_.id))
    throw Error(ErrorCode::mismatch, "study '" + study_.name + "' was deleted").file(database_->path().native());
  study_ = read_summary(*database_, study_.id, study_.name);
  const std::set<std::int64_t> running = history_->running(), waiting = history_->waiting();
  for (const std::int64_t number : running) read_if_open(number);
  for (const std::int64_t number : waiting) read_if_open(number);
  Query row = database_->query(
      "SELECT trial_id, state, datetime_start, datetime_complete FROM trials WHERE study_id=? AND trial_id>? "
      "ORDER BY trial_id",
      study_.id, last_id_);
  while (row.next()) {
    Trial trial = read_trial(row);
    trial.number = static_cast<std::int64_t>(history_->size());
    last_id_ = trial.id;
    history_->put(std::move(trial));
  }
}

void Rdb::read_if_open(std::int64_t number) {
  const Trial& known = (*history_)[number];
  Query row = database_->query("SELECT trial_id, state, datetime_start, datetime_complete FROM trials WHERE trial_id=?",
                               known.id);
  if (!row.next()) return;
  // The queue may be long, and what waits does not change.
  if (known.state == TrialState::waiting && row.text(1) == name_of(TrialState::waiting)) return;
  Trial trial = read_trial(row);
  trial.number = number;
  history_->put(std::move(trial));
}

TrialTime Rdb::read_time(const std::string& text) const {
  const auto time = parse_time(text, local_times_);
  if (!time) throw Error(ErrorCode::damaged, "has a time that is none").file(database_->path().native());
  return *time;
}

Trial Rdb::read_trial(Query& row) {
  Trial trial;
  trial.id = row.integer(0);
  const auto state = state_of(row.text(1));
  if (!state)
    throw Error(ErrorCode::damaged, "has a trial in the state " + core::escaped(row.text(1)))
        .file(database_->path().native());
  trial.state = *state;
  if (!row.is_null(2)) trial.started = read_time(row.text(2));
  if (!row.is_null(3)) trial.completed = read_time(row.text(3));
  read_parameters(trial);
  read_numbers(trial);
  trial.user_attributes =
      attributes_of(*database_, "SELECT \"key\", value_json FROM trial_user_attributes WHERE trial_id=?", trial.id);
  trial.system_attributes =
      attributes_of(*database_, "SELECT \"key\", value_json FROM trial_system_attributes WHERE trial_id=?", trial.id);
  return trial;
}

void Rdb::read_parameters(Trial& trial) {
  Query row = database_->query(
      "SELECT param_name, param_value, distribution_json FROM trial_params WHERE trial_id=? ORDER BY param_id",
      trial.id);
  while (row.next()) trial.parameters.push_back({row.text(0), row.real(1), distributions_.from(row.text(2))});
}

void Rdb::read_numbers(Trial& trial) {
  Query values =
      database_->query("SELECT value, value_type FROM trial_values WHERE trial_id=? ORDER BY objective", trial.id);
  while (values.next()) trial.values.push_back(number_of(values.real(0), values.text(1)));
  Query steps = database_->query(
      "SELECT step, intermediate_value, intermediate_value_type FROM trial_intermediate_values WHERE trial_id=?",
      trial.id);
  while (steps.next()) trial.intermediate[steps.integer(0)] = number_of(steps.real(1), steps.text(2));
}

void Rdb::update(const Decide& decide) {
  Transaction transaction(*database_);
  refresh();
  std::vector<Operation> operations = decide(*history_);
  std::vector<std::pair<std::int64_t, Operation*>> done;
  RdbWriter writer(*database_, study_.id, local_times_);
  auto next = static_cast<std::int64_t>(history_->size());
  for (Operation& operation : operations) {
    if (!applies(*history_, operation)) continue;
    done.emplace_back(writer.write(operation, *history_, next), &operation);
    if (std::holds_alternative<op::Create>(operation)) ++next;
  }
  transaction.commit();
  for (const auto& [id, operation] : done) {
    apply(*history_, *operation, id);
    if (std::holds_alternative<op::Create>(*operation)) last_id_ = std::max(last_id_, id);
  }
}

void Rdb::set_study_attribute(op::Scope scope, const std::string& key, const std::string& json) {
  Transaction transaction(*database_);
  put_study_attribute(*database_, study_.id, scope, key, json);
  transaction.commit();
  (scope == op::Scope::user ? study_.user_attributes : study_.system_attributes).insert_or_assign(key, json);
}

std::vector<std::int64_t> Rdb::stale(double grace) {
  refresh();
  std::vector<std::int64_t> found;
  for (const std::int64_t number : history_->running()) {
    const Trial& trial = (*history_)[number];
    if (!is_owned(trial)) continue;
    // One machine, one clock: SQLite is not used over a network.
    const auto age = database_->integer(
        "SELECT (julianday('now') - julianday(heartbeat)) * 86400000 FROM trial_heartbeats WHERE trial_id=?", trial.id);
    if (age && static_cast<double>(*age) > grace * 1000) found.push_back(number);
  }
  return found;
}

std::vector<StudySummary> Rdb::list(const fs::path& path) {
  const auto database = open_database(fs::absolute(path), false);
  std::vector<StudySummary> all;
  std::vector<std::pair<std::int64_t, std::string>> studies;
  for (Query row = database->query("SELECT study_id, study_name FROM studies ORDER BY study_id"); row.next();)
    studies.emplace_back(row.integer(0), row.text(1));
  for (auto& [id, name] : studies) all.push_back(read_summary(*database, id, std::move(name)));
  return all;
}

}  // namespace trigloop::tune
