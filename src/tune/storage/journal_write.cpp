// Operations to lines of a journal.
#include <algorithm>
#include <type_traits>

#include "core/json_writer.hpp"
#include "tune/storage/journal_lines.hpp"
#include "tune/storage/json_scan.hpp"

namespace trigloop::tune {
namespace {

using core::JsonWriter;

/// JSON that was stored by anybody, on one line.
std::string on_one_line(std::string json) {
  std::ranges::replace_if(
      json, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return is_json(json) ? json : "null";
}

std::string iso(TrialTime time) { return time_text(time, 'T') + "+00:00"; }
std::string iso_now(TrialTime time) { return iso(time == TrialTime{} ? now() : time); }

std::string heartbeat() { return json_text(std::chrono::duration<double>(now().time_since_epoch()).count()); }

JsonWriter& number(JsonWriter& out, std::string_view name, double value) { return out.key(name).raw(json_text(value)); }

JsonWriter& numbers(JsonWriter& out, std::string_view name, const std::vector<double>& values) {
  if (values.empty()) return out.key(name).null();
  out.key(name).begin_array();
  for (const double value : values) out.raw(json_text(value));
  return out.end_array();
}

JsonWriter& attributes(JsonWriter& out, std::string_view name, const Attributes& all) {
  out.key(name).begin_object();
  for (const auto& [key, json] : all) out.key(key).raw(on_one_line(json));
  return out.end_object();
}

JsonWriter begin(int code, const std::string& worker) {
  JsonWriter out;
  out.begin_object().member("op_code", code).member("worker_id", worker);
  return out;
}

struct Line {
  std::int64_t study, trial;
  const std::string& worker;

  JsonWriter on_trial(int code) const {
    JsonWriter out = begin(code, worker);
    out.member("trial_id", trial);
    return out;
  }

  JsonWriter operator()(const op::Create& o) const {
    const Trial& t = o.trial;
    JsonWriter out = begin(4, worker);
    out.member("study_id", study).key("datetime_start");
    t.started ? out.value(iso(*t.started)) : out.null();
    out.member("state", static_cast<int>(t.state));
    const bool single = t.values.size() == 1;
    out.key("value").raw(single ? json_text(t.values[0]) : "null");
    numbers(out, "values", single ? std::vector<double>() : t.values);
    if (t.completed) out.member("datetime_complete", iso(*t.completed));
    out.key("distributions").begin_object();
    for (const Parameter& p : t.parameters) out.member(p.name, to_json(*p.distribution));
    out.end_object().key("params").begin_object();
    for (const Parameter& p : t.parameters) number(out, p.name, p.value);
    out.end_object();
    attributes(out, "user_attrs", t.user_attributes);
    Attributes system = t.system_attributes;
    if (t.state == TrialState::running && is_owned(t)) system[heartbeat_key] = heartbeat();
    attributes(out, "system_attrs", system);
    out.key("intermediate_values").begin_object();
    for (const auto& [step, value] : t.intermediate) number(out, std::to_string(step), value);
    out.end_object();
    return out;
  }
  JsonWriter operator()(const op::SetParameter& o) const {
    JsonWriter out = on_trial(5);
    out.member("param_name", o.parameter.name);
    number(out, "param_value_internal", o.parameter.value).member("distribution", to_json(*o.parameter.distribution));
    return out;
  }
  JsonWriter operator()(const op::State& o) const {
    JsonWriter out = on_trial(6);
    out.member("state", static_cast<int>(o.state));
    numbers(out, "values", o.values);
    if (o.state == TrialState::running) out.member("datetime_start", iso_now(o.when));
    if (is_finished(o.state)) out.member("datetime_complete", iso_now(o.when));
    return out;
  }
  JsonWriter operator()(const op::Report& o) const {
    JsonWriter out = on_trial(7);
    out.member("step", o.step);
    return number(out, "intermediate_value", o.value);
  }
  JsonWriter operator()(const op::SetAttribute& o) const {
    JsonWriter out = on_trial(o.scope == op::Scope::user ? 8 : 9);
    return attributes(out, o.scope == op::Scope::user ? "user_attr" : "system_attr", {{o.key, o.json}});
  }
  JsonWriter operator()(const op::Heartbeat& o) const {
    return (*this)(op::SetAttribute{o.number, op::Scope::system, heartbeat_key, heartbeat()});
  }
};

}  // namespace

std::string journal_line(const Operation& operation, std::int64_t study, std::int64_t trial,
                         const std::string& worker) {
  return std::visit(Line{study, trial, worker}, operation).end_object().text() + "\n";
}

std::string create_study_line(const std::string& name, const std::vector<Direction>& directions,
                              const std::string& worker) {
  JsonWriter out = begin(0, worker);
  out.member("study_name", name).key("directions").begin_array();
  for (const Direction direction : directions) out.value(static_cast<int>(direction));
  return out.end_array().end_object().text() + "\n";
}

std::string study_attribute_line(std::int64_t study, op::Scope scope, const std::string& key, const std::string& json,
                                 const std::string& worker) {
  JsonWriter out = begin(scope == op::Scope::user ? 2 : 3, worker);
  out.member("study_id", study);
  attributes(out, scope == op::Scope::user ? "user_attr" : "system_attr", {{key, json}});
  return out.end_object().text() + "\n";
}

}  // namespace trigloop::tune
