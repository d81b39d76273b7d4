#pragma once
// Operations as lines of Optuna's journal, and back.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tune/storage/storage.hpp"

namespace trigloop::tune {

/// System attribute of a trial with the time of its worker's last sign of life: journals have no table for it.
inline constexpr const char* heartbeat_key = "trigloop:heartbeat";

/// What a line is about besides its operation. Ids are those of the journal: by order, from 0, studies and trials
/// apart.
struct JournalLine {
  enum class Kind : std::uint8_t { create_study, delete_study, study_attribute, create_trial, on_trial, nothing };
  Kind kind = Kind::nothing;
  std::int64_t study = -1, trial = -1;  ///< whichever the kind names
  std::string name;                     ///< of a new study
  std::vector<Direction> directions;
  op::Scope scope = op::Scope::user;  ///< of an attribute of the study
  Attributes attributes;
  Operation operation;  ///< its `number` is the trial's id
};

/// Keeps one copy of each distribution.
class Distributions {
 public:
  /// Errors: those of distribution_from_json.
  DistributionPtr from(const std::string& json);

 private:
  std::map<std::string, DistributionPtr, std::less<>> known_;
};

/// Nothing, if `line` is no JSON object. Errors: damaged, if it is one, but not a journal's.
std::optional<JournalLine> parse_journal_line(std::string_view line, Distributions& distributions);

/// The line of an operation, with its end; `trial` is the id of the trial that it is on, `study` that of the study.
std::string journal_line(const Operation& operation, std::int64_t study, std::int64_t trial, const std::string& worker);
std::string create_study_line(const std::string& name, const std::vector<Direction>& directions,
                              const std::string& worker);
std::string study_attribute_line(std::int64_t study, op::Scope scope, const std::string& key, const std::string& json,
                                 const std::string& worker);

}  // namespace trigloop::tune
