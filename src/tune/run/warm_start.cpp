#include "tune/run/warm_start.hpp"

#include <algorithm>
#include <set>

#include "config/value.hpp"
#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "tune/search/pareto.hpp"
#include "tune/storage/json_scan.hpp"

namespace trigloop::tune {
namespace {

using core::JsonWriter;

/// The order of points, best first.
std::vector<std::size_t> ranked(const std::vector<Losses>& points) {
  std::vector<std::size_t> order;
  if (!points.empty() && points[0].size() == 1) {
    for (std::size_t i = 0; i < points.size(); ++i) order.push_back(i);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return points[i][0]; });
    return order;
  }
  for (const auto& front : fronts(points)) order.insert(order.end(), front.begin(), front.end());
  return order;
}

core::Error no_study() {
  return core::Error(core::ErrorCode::damaged, "is no study as `trigloop tune export --format json` writes it");
}

template <class T>
T need(std::optional<T> value) {
  if (!value) throw no_study();
  return std::move(*value);
}

std::string_view member(const std::vector<JsonMember>& object, std::string_view name) {
  const auto found = std::ranges::find(object, name, &JsonMember::name);
  if (found == object.end()) throw no_study();
  return found->value;
}

/// A complete trial's losses; empty for another one, or where JSON could not hold a value.
Losses losses_of_json(const std::vector<JsonMember>& trial, const std::vector<std::string_view>& directions) {
  if (member(trial, "state") != "\"complete\"") return {};
  Losses losses;
  for (const std::string_view text : need(json_elements(member(trial, "values")))) {
    if (text == "null") return {};
    losses.push_back(need(json_number(text)));
  }
  if (losses.size() != directions.size()) throw no_study();
  for (std::size_t i = 0; i < losses.size(); ++i)
    if (directions[i] == "\"maximize\"") losses[i] = -losses[i];
  return losses;
}

EarlierTrial trial_of_json(const std::vector<JsonMember>& json) {
  EarlierTrial trial{need(json_integer(member(json, "number"))), {}};
  for (const JsonMember& p : need(json_members(member(json, "parameters"))))
    trial.parameters.emplace_back(p.name, std::string(p.value));
  return trial;
}

std::vector<EarlierTrial> best_of(std::vector<EarlierTrial> trials, const std::vector<Losses>& losses,
                                  std::size_t most) {
  std::vector<EarlierTrial> best;
  for (const std::size_t i : ranked(losses)) {
    if (best.size() == most) break;
    best.push_back(std::move(trials[i]));
  }
  return best;
}

/// What of a trial fits into the space, as Optuna's fixed parameters; adds what does not to `left_out`.
std::string fixed_params(const EarlierTrial& trial, const Space& space, std::set<std::string>& left_out) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : trial.parameters) {
    const Dimension* const dimension = space.find(name);
    if (dimension == nullptr)
      left_out.insert("'" + name + "' is no parameter of this study");
    else if (!internal_of_json(*dimension->distribution, value))
      left_out.insert(value + " is no value of '" + name + "' in this study");
    else
      json.key(name).raw(value);
  }
  return json.end_object().text();
}

op::Create waiting_trial(const std::string& fixed, const std::string& origin, std::int64_t number) {
  Trial trial;
  trial.state = TrialState::waiting;
  trial.system_attributes["fixed_params"] = fixed;
  trial.user_attributes[warm_start_key] =
      JsonWriter().begin_object().member("study", origin).member("trial", number).end_object().text();
  return {std::move(trial)};
}

}  // namespace

std::vector<EarlierTrial> earlier_trials(const History& history, std::size_t most) {
  std::vector<EarlierTrial> trials;
  std::vector<Losses> losses;
  for (const std::int64_t number : history.finished()) {
    const Trial& trial = history[number];
    if (trial.state != TrialState::complete) continue;
    losses.push_back(losses_of(history, trial));
    trials.push_back({number, {}});
    for (const Parameter& p : trial.parameters)
      trials.back().parameters.emplace_back(p.name, config::to_json(external_value(*p.distribution, p.value)));
  }
  return best_of(std::move(trials), losses, most);
}

std::vector<EarlierTrial> earlier_trials(std::string_view trials_json, std::size_t most) {
  const auto study = need(json_members(trials_json));
  const auto directions = need(json_elements(member(study, "directions")));
  std::vector<EarlierTrial> trials;
  std::vector<Losses> losses;
  for (const std::string_view text : need(json_elements(member(study, "trials")))) {
    const auto json = need(json_members(text));
    Losses own = losses_of_json(json, directions);
    if (own.empty()) continue;
    losses.push_back(std::move(own));
    trials.push_back(trial_of_json(json));
  }
  return best_of(std::move(trials), losses, most);
}

std::vector<std::string> warm_start(Storage& storage, const Space& space, const std::vector<EarlierStudy>& earlier,
                                    std::int64_t wanted) {
  std::set<std::string> left_out, points{"{}"};
  std::vector<Operation> waiting;
  for (const EarlierStudy& study : earlier) {
    for (const EarlierTrial& trial : study.trials) {
      const std::string fixed = fixed_params(trial, space, left_out);
      if (static_cast<std::int64_t>(waiting.size()) < wanted && points.insert(fixed).second)
        waiting.emplace_back(waiting_trial(fixed, study.origin, trial.number));
    }
  }
  storage.update([&](const History& history) { return history.size() == 0 ? waiting : std::vector<Operation>(); });
  return {left_out.begin(), left_out.end()};
}

std::vector<std::string> warm_origins(const History& history) {
  std::set<std::string> origins;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(history.size()); ++i) {
    const auto found = history[i].user_attributes.find(warm_start_key);
    if (found == history[i].user_attributes.end()) continue;
    for (const JsonMember& one : json_members(found->second).value_or(std::vector<JsonMember>()))
      if (one.name == "study") origins.insert(json_string(one.value).value_or(""));
  }
  return {origins.begin(), origins.end()};
}

std::optional<double> internal_of_json(const Distribution& distribution, std::string_view json) {
  if (const auto* const categorical = std::get_if<CategoricalDistribution>(&distribution)) {
    for (std::size_t i = 0; i < categorical->choices.size(); ++i)
      if (config::to_json(categorical->choices[i]) == json) return static_cast<double>(i);
    return {};
  }
  const auto value = json_number(json);
  return value && contains(distribution, *value) ? value : std::nullopt;
}

}  // namespace trigloop::tune
