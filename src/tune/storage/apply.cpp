// What operations do to a history.
#include "tune/storage/storage.hpp"

namespace trigloop::tune {
namespace {

bool is_open(const History& history, std::int64_t number) {
  return number >= 0 && number < static_cast<std::int64_t>(history.size()) && !is_finished(history[number].state);
}

TrialTime when(const op::State& state) { return state.when == TrialTime{} ? now() : state.when; }

void put_parameter(Trial& trial, const Parameter& parameter) {
  for (Parameter& known : trial.parameters) {
    if (known.name != parameter.name) continue;
    known = parameter;
    return;
  }
  trial.parameters.push_back(parameter);
}

void change(Trial& trial, const op::SetParameter& o) { put_parameter(trial, o.parameter); }

void change(Trial& trial, const op::State& o) {
  trial.state = o.state;
  if (!o.values.empty()) trial.values = o.values;
  if (o.state == TrialState::running) trial.started = when(o);
  if (is_finished(o.state)) trial.completed = when(o);
}

void change(Trial& trial, const op::SetAttribute& o) {
  (o.scope == op::Scope::user ? trial.user_attributes : trial.system_attributes).insert_or_assign(o.key, o.json);
}

struct Apply {
  History& history;
  std::int64_t id;

  void operator()(const op::Create& o) const {
    Trial trial = o.trial;
    trial.number = static_cast<std::int64_t>(history.size());
    trial.id = id;
    history.put(std::move(trial));
  }
  void operator()(const op::Report& o) const { history.report(o.number, o.step, o.value); }
  void operator()(const op::Heartbeat&) const {}
  template <class Op>
  void operator()(const Op& o) const {
    Trial trial = history[o.number];
    change(trial, o);
    history.put(std::move(trial));
  }
};

struct Applies {
  const History& history;

  bool operator()(const op::Create&) const { return true; }
  bool operator()(const op::State& o) const {
    return is_open(history, o.number) &&
           (o.state != TrialState::running || history[o.number].state == TrialState::waiting);
  }
  template <class Op>
  bool operator()(const Op& o) const {
    return is_open(history, o.number);
  }
};

}  // namespace

bool is_owned(const Trial& trial) {
  const auto owner = trial.system_attributes.find(owner_key);
  return owner != trial.system_attributes.end() && owner->second != "null";
}

bool applies(const History& history, const Operation& operation) { return std::visit(Applies{history}, operation); }

void apply(History& history, const Operation& operation, std::int64_t id) { std::visit(Apply{history, id}, operation); }

}  // namespace trigloop::tune
