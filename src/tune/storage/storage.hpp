#pragma once
// Where the trials of a study live, shared by all who work on it: Optuna's SQLite tables, or Optuna's journal file.
//
// All writing is `update`: under the storage's lock the history is brought up to date, the caller decides on it what to
// do, and all that appears at once and durably. So a decision ("this waiting trial is mine", "this one still is")
// cannot be overtaken by another process, whether it is trigloop or Optuna. Reading is incremental: `refresh` costs
// what was written since, not the length of the study.
//
// A Storage belongs to one thread.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tune/search/history.hpp"

namespace trigloop::tune {

/// System attribute of a trial: the worker of trigloop that runs it, as JSON text; null, if none does. Whoever runs
/// trials with heartbeats sets it, so that trials of others (who may have none) are never taken for dead.
inline constexpr const char* owner_key = "trigloop:worker";

/// What can be done to a study. Operations on a trial that is finished do nothing, as in Optuna's journal; likewise
/// `State` running of a trial that runs.
namespace op {
/// A new trial with everything but number and id; its number is the size of the history when it is applied. One that
/// runs and has an owner gives its first sign of life.
struct Create {
  Trial trial;
};
struct SetParameter {
  std::int64_t number;
  Parameter parameter;
};
/// Sets the time of start (running) or end (finished), too; now, unless it is given.
struct State {
  std::int64_t number;
  TrialState state;
  std::vector<double> values{};  ///< of a complete trial, none NaN
  TrialTime when{};
};
struct Report {
  std::int64_t number, step;
  double value;
};
enum class Scope : std::uint8_t { user, system };
struct SetAttribute {
  std::int64_t number;
  Scope scope;
  std::string key, json;
};
/// The worker of this running trial is alive.
struct Heartbeat {
  std::int64_t number;
};
}  // namespace op

using Operation = std::variant<op::Create, op::SetParameter, op::State, op::Report, op::SetAttribute, op::Heartbeat>;

/// A list of one. Lists in braces are copies, of which GCC 12 says that they may be used uninitialised.
inline std::vector<Operation> just(Operation operation) {
  std::vector<Operation> list;
  list.push_back(std::move(operation));
  return list;
}

/// What a storage says of a study without reading its trials.
struct StudySummary {
  std::int64_t id = 0;
  std::string name;
  std::vector<Direction> directions;
  Attributes user_attributes, system_attributes;
};

class Storage {
 public:
  using Decide = std::function<std::vector<Operation>(const History&)>;
  virtual ~Storage() = default;

  virtual const StudySummary& study() const = 0;
  /// As of the last refresh or update.
  virtual const History& history() const = 0;

  /// Reads what others have done since. Errors: damaged, not_found, limit; mismatch, if the study was deleted.
  virtual void refresh() = 0;
  /// See above. Errors: those of refresh; output (disk full, locked for too long...): nothing was done.
  virtual void update(const Decide& decide) = 0;
  void update(std::vector<Operation> operations) {
    update([&](const History&) { return operations; });
  }
  virtual void set_study_attribute(op::Scope scope, const std::string& key, const std::string& json) = 0;

  /// The running trials that have an owner (owner_key), once had a heartbeat, and have had none for `grace` seconds.
  virtual std::vector<std::int64_t> stale(double grace) = 0;

  /// What was found damaged and read over, in words; grows.
  virtual const std::vector<std::string>& warnings() const = 0;
};

struct OpenStorage {
  std::string study;                  ///< its name
  std::vector<Direction> directions;  ///< of a new study; empty: it must exist
};

/// Opens a study in `location`: "sqlite:///FILE", "journal:FILE", or a file, which is SQLite's if it begins as such or
/// (a new one) ends in .db, .sqlite or .sqlite3, and else a journal. Makes file and study where they are missing and
/// directions are given. Errors: not_found (no such file or study); mismatch (other directions); unsupported (SQLite on
/// a network file system, another schema); damaged; output.
std::unique_ptr<Storage> open_storage(const std::string& location, const OpenStorage& open);

/// The studies in a location that exists. Errors: as above.
std::vector<StudySummary> list_studies(const std::string& location);

/// Whether a trial has an owner.
bool is_owned(const Trial& trial);

/// Whether the operation changes anything; and what it does to a history. Used by both storages.
bool applies(const History& history, const Operation& operation);
/// `id` is that of a trial that is created.
void apply(History& history, const Operation& operation, std::int64_t id);

/// Optuna's names and times: "COMPLETE", "MINIMIZE"; "2026-11-22T07:14:09.373610" with `separator` for the T.
std::string_view name_of(TrialState state);
std::string_view name_of(Direction direction);
std::optional<TrialState> state_of(std::string_view name);
std::optional<Direction> direction_of(std::string_view name);
std::string time_text(TrialTime time, char separator);
/// Reads it, with an offset from universal time ("+00:00") or without: then `local` says which time it is.
std::optional<TrialTime> parse_time(std::string_view text, bool local);
TrialTime now();

}  // namespace trigloop::tune
