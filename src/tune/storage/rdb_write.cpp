#include "tune/storage/rdb_write.hpp"

#include <cmath>
#include <ctime>
#include <limits>

namespace trigloop::tune {
namespace {

using registry::Database;
using registry::Value;

std::string_view type_of(double value) {
  if (std::isnan(value)) return "NAN";
  if (std::isinf(value)) return value > 0 ? "INF_POS" : "INF_NEG";
  return "FINITE";
}

Value stored(double value) { return std::isfinite(value) ? Value(value) : Value(); }

/// The same moment as naive local time, for files that Optuna 4 made.
TrialTime to_local(TrialTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return time + std::chrono::seconds(parts.tm_gmtoff);
}

}  // namespace

double number_of(double value, std::string_view type) {
  if (type == "INF_POS") return std::numeric_limits<double>::infinity();
  if (type == "INF_NEG") return -std::numeric_limits<double>::infinity();
  return type == "NAN" ? std::numeric_limits<double>::quiet_NaN() : value;
}

std::int64_t insert_study(Database& database, const std::string& name, const std::vector<Direction>& directions) {
  database.run("INSERT INTO studies (study_name) VALUES (?)", name);
  const std::int64_t id = database.integer("SELECT last_insert_rowid()").value();
  for (std::size_t i = 0; i < directions.size(); ++i)
    database.run("INSERT INTO study_directions (direction, study_id, objective) VALUES (?,?,?)", name_of(directions[i]),
                 id, i);
  return id;
}

void put_study_attribute(Database& database, std::int64_t study, op::Scope scope, const std::string& key,
                         const std::string& json) {
  const std::string table = scope == op::Scope::user ? "study_user_attributes" : "study_system_attributes";
  database.run("INSERT INTO " + table +
                   " (study_id, \"key\", value_json) VALUES (?,?,?) ON CONFLICT (study_id, \"key\") DO UPDATE SET "
                   "value_json=excluded.value_json",
               study, key, json);
}

Value RdbWriter::time(const std::optional<TrialTime>& time) const {
  if (!time) return {};
  return time_text(local_times_ ? to_local(*time) : *time, ' ');
}

std::int64_t RdbWriter::write(const Operation& operation, const History& history, std::int64_t number) {
  return std::visit(
      [&](const auto& o) {
        if constexpr (requires { o.number; }) {
          const std::int64_t id = history[o.number].id;
          put(o, id);
          return id;
        } else {
          return put(o, number);
        }
      },
      operation);
}

std::int64_t RdbWriter::put(const op::Create& create, std::int64_t number) {
  const Trial& trial = create.trial;
  database_.run("INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete) VALUES (?,?,?,?,?)",
                number, study_, name_of(trial.state), time(trial.started), time(trial.completed));
  const std::int64_t id = database_.integer("SELECT last_insert_rowid()").value();
  for (const Parameter& parameter : trial.parameters) put(op::SetParameter{number, parameter}, id);
  put_values(trial.values, id);
  for (const auto& [step, value] : trial.intermediate) put(op::Report{number, step, value}, id);
  for (const auto& [key, json] : trial.user_attributes) put(op::SetAttribute{number, op::Scope::user, key, json}, id);
  for (const auto& [key, json] : trial.system_attributes)
    put(op::SetAttribute{number, op::Scope::system, key, json}, id);
  if (trial.state == TrialState::running && is_owned(trial)) put(op::Heartbeat{number}, id);
  return id;
}

void RdbWriter::put(const op::SetParameter& o, std::int64_t id) {
  database_.run(
      "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (?,?,?,?) ON CONFLICT "
      "(trial_id, param_name) DO UPDATE SET param_value=excluded.param_value, "
      "distribution_json=excluded.distribution_json",
      id, o.parameter.name, o.parameter.value, to_json(*o.parameter.distribution));
}

void RdbWriter::put_values(const std::vector<double>& values, std::int64_t id) {
  for (std::size_t i = 0; i < values.size(); ++i)
    database_.run(
        "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?,?,?,?) ON CONFLICT (trial_id, "
        "objective) DO UPDATE SET value=excluded.value, value_type=excluded.value_type",
        id, i, stored(values[i]), type_of(values[i]));
}

void RdbWriter::put(const op::State& o, std::int64_t id) {
  const TrialTime when = o.when == TrialTime{} ? now() : o.when;
  put_values(o.values, id);
  database_.run("UPDATE trials SET state=? WHERE trial_id=?", name_of(o.state), id);
  if (o.state == TrialState::running)
    database_.run("UPDATE trials SET datetime_start=? WHERE trial_id=?", time(when), id);
  if (is_finished(o.state)) database_.run("UPDATE trials SET datetime_complete=? WHERE trial_id=?", time(when), id);
}

void RdbWriter::put(const op::Report& o, std::int64_t id) {
  database_.run(
      "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type) VALUES "
      "(?,?,?,?) ON CONFLICT (trial_id, step) DO UPDATE SET intermediate_value=excluded.intermediate_value, "
      "intermediate_value_type=excluded.intermediate_value_type",
      id, o.step, stored(o.value), type_of(o.value));
}

void RdbWriter::put(const op::SetAttribute& o, std::int64_t id) {
  const std::string table = o.scope == op::Scope::user ? "trial_user_attributes" : "trial_system_attributes";
  database_.run("INSERT INTO " + table +
                    " (trial_id, \"key\", value_json) VALUES (?,?,?) ON CONFLICT (trial_id, \"key\") DO UPDATE SET "
                    "value_json=excluded.value_json",
                id, o.key, o.json);
}

void RdbWriter::put(const op::Heartbeat&, std::int64_t id) {
  database_.run(
      "INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?, CURRENT_TIMESTAMP) ON CONFLICT (trial_id) DO "
      "UPDATE SET heartbeat=excluded.heartbeat",
      id);
}

}  // namespace trigloop::tune
