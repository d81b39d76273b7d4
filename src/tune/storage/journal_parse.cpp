// Lines of a journal to operations.
#include <utility>

#include "core/error.hpp"
#include "tune/storage/journal_lines.hpp"
#include "tune/storage/json_scan.hpp"

namespace trigloop::tune {
namespace {

using core::Error;
using core::ErrorCode;
using Kind = JournalLine::Kind;

/// Optuna's numbers of operations.
enum Code : std::int64_t {
  create_study,
  delete_study,
  study_user_attribute,
  study_system_attribute,
  create_trial,
  trial_param,
  trial_state,
  trial_report,
  trial_user_attribute,
  trial_system_attribute,
  discard_trials
};

[[noreturn]] void refuse(std::string_view what) {
  throw Error(ErrorCode::damaged, "a line of the journal has no valid '" + std::string(what) + "'");
}

/// The members of an object by name. Anything that is not as it should be is an Error.
class Fields {
 public:
  explicit Fields(std::vector<JsonMember> members) : members_(std::move(members)) {}

  std::string_view find(std::string_view name) const {
    for (const JsonMember& member : members_)
      if (member.name == name) return member.value;
    return {};
  }
  bool has(std::string_view name) const { return !find(name).empty() && find(name) != "null"; }
  std::int64_t integer(std::string_view name) const { return need(name, json_integer(find(name))); }
  double number(std::string_view name) const { return need(name, json_number(find(name))); }
  std::string text(std::string_view name) const { return need(name, json_string(find(name))); }
  std::vector<JsonMember> members(std::string_view name) const { return need(name, json_members(find(name))); }
  std::vector<double> numbers(std::string_view name) const {
    std::vector<double> all;
    for (const std::string_view element : need(name, json_elements(find(name))))
      all.push_back(need(name, json_number(element)));
    return all;
  }
  TrialState state() const {
    const std::int64_t code = integer("state");
    if (code < 0 || code > static_cast<std::int64_t>(TrialState::waiting)) refuse("state");
    return static_cast<TrialState>(code);
  }
  /// Times without an offset are of Optuna 4: local.
  TrialTime time(std::string_view name) const { return need(name, parse_time(text(name), true)); }
  Attributes attributes(std::string_view name) const {
    Attributes all;
    for (const JsonMember& member : members(name)) all.insert_or_assign(member.name, std::string(member.value));
    return all;
  }

 private:
  template <class T>
  static T need(std::string_view name, std::optional<T> value) {
    if (!value) refuse(name);
    return *std::move(value);
  }

  std::vector<JsonMember> members_;
};

std::vector<Direction> read_directions(const Fields& fields) {
  std::vector<Direction> all;
  for (const double code : fields.numbers("directions")) {
    if (code != 0 && code != 1 && code != 2) refuse("directions");
    all.push_back(static_cast<Direction>(static_cast<int>(code)));
  }
  return all;
}

std::vector<Parameter> read_parameters(const Fields& fields, Distributions& distributions) {
  std::vector<Parameter> all;
  const Fields texts(fields.members("distributions"));
  for (const JsonMember& member : fields.members("params")) {
    const auto value = json_number(member.value);
    const auto text = json_string(texts.find(member.name));
    if (!value || !text) refuse("params");
    all.push_back({member.name, *value, distributions.from(*text)});
  }
  return all;
}

/// The values of a line: several objectives in `values`; one in either, as versions differ.
std::vector<double> read_values(const Fields& fields) {
  if (fields.has("values")) return fields.numbers("values");
  if (fields.has("value")) return {fields.number("value")};
  return {};
}

Trial read_trial(const Fields& fields, Distributions& distributions) {
  Trial trial;
  trial.state = fields.has("state") ? fields.state() : TrialState::running;
  if (fields.has("datetime_start")) trial.started = fields.time("datetime_start");
  if (fields.has("datetime_complete")) trial.completed = fields.time("datetime_complete");
  trial.values = read_values(fields);
  if (fields.has("params")) trial.parameters = read_parameters(fields, distributions);
  if (fields.has("user_attrs")) trial.user_attributes = fields.attributes("user_attrs");
  if (fields.has("system_attrs")) trial.system_attributes = fields.attributes("system_attrs");
  if (!fields.has("intermediate_values")) return trial;
  for (const JsonMember& member : fields.members("intermediate_values")) {
    const auto step = json_integer(member.name);
    const auto value = json_number(member.value);
    if (!step || !value) refuse("intermediate_values");
    trial.intermediate[*step] = *value;
  }
  return trial;
}

op::State read_state(const Fields& fields, std::int64_t trial) {
  op::State state{trial, fields.state()};
  if (fields.has("values")) state.values = fields.numbers("values");
  const char* const name = state.state == TrialState::running ? "datetime_start" : "datetime_complete";
  if (fields.has(name)) state.when = fields.time(name);
  return state;
}

op::SetAttribute read_attribute(const Fields& fields, std::int64_t trial, op::Scope scope) {
  const Attributes found = fields.attributes(scope == op::Scope::user ? "user_attr" : "system_attr");
  if (found.size() != 1) refuse("user_attr");
  return {trial, scope, found.begin()->first, found.begin()->second};
}

Operation read_on_trial(const Fields& fields, std::int64_t code, std::int64_t trial, Distributions& distributions) {
  switch (code) {
    case trial_param:
      return op::SetParameter{trial,
                              {fields.text("param_name"), fields.number("param_value_internal"),
                               distributions.from(fields.text("distribution"))}};
    case trial_state:
      return read_state(fields, trial);
    case trial_report:
      return op::Report{trial, fields.integer("step"), fields.number("intermediate_value")};
    case trial_user_attribute:
      return read_attribute(fields, trial, op::Scope::user);
    default:
      return read_attribute(fields, trial, op::Scope::system);
  }
}

void read_on_study(const Fields& fields, std::int64_t code, Distributions& distributions, JournalLine& line) {
  line.study = fields.integer("study_id");
  if (code == delete_study) {
    line.kind = Kind::delete_study;
  } else if (code == create_trial) {
    line.kind = Kind::create_trial;
    line.operation = op::Create{read_trial(fields, distributions)};
  } else {
    line.kind = Kind::study_attribute;
    line.scope = code == study_user_attribute ? op::Scope::user : op::Scope::system;
    line.attributes = fields.attributes(line.scope == op::Scope::user ? "user_attr" : "system_attr");
  }
}

}  // namespace

DistributionPtr Distributions::from(const std::string& json) {
  DistributionPtr& known = known_[json];
  if (known == nullptr) known = std::make_shared<const Distribution>(distribution_from_json(json));
  return known;
}

std::optional<JournalLine> parse_journal_line(std::string_view text, Distributions& distributions) {
  auto members = json_members(text);
  if (!members) return {};
  const Fields fields(std::move(*members));
  const std::int64_t code = fields.integer("op_code");
  JournalLine line;
  if (code == create_study) {
    line.kind = Kind::create_study;
    line.name = fields.text("study_name");
    line.directions = read_directions(fields);
  } else if (code >= delete_study && code <= create_trial) {
    read_on_study(fields, code, distributions, line);
  } else if (code >= trial_param && code <= trial_system_attribute) {
    line.kind = Kind::on_trial;
    line.trial = fields.integer("trial_id");
    line.operation = read_on_trial(fields, code, line.trial, distributions);
  } else if (code != discard_trials) {
    throw Error(ErrorCode::damaged, "a line of the journal has the unknown operation " + std::to_string(code));
  }
  return line;
}

}  // namespace trigloop::tune
