#include "tune/run/summary.hpp"

#include <algorithm>
#include <charconv>

#include "config/value.hpp"
#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "tune/run/release.hpp"
#include "tune/search/pareto.hpp"
#include "tune/storage/json_scan.hpp"

namespace trigloop::tune {
namespace {

using core::JsonWriter;

std::string shown(double value) {
  char text[40];
  return {text, std::to_chars(text, text + sizeof(text), value, std::chars_format::general, 6).ptr};
}

std::string duration(double seconds) {
  if (seconds < 90) return std::to_string(static_cast<int>(seconds)) + " s";
  if (seconds < 5400) return std::to_string(static_cast<int>(seconds / 60)) + " min";
  return std::to_string(static_cast<int>(seconds / 3600)) + " h";
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string lower(std::string_view name) {
  std::string word(name);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}

void write_trial(JsonWriter& out, const Trial& trial) {
  out.begin_object().member("number", trial.number).member("state", lower(name_of(trial.state)));
  out.array("values", trial.values).key("parameters").begin_object();
  for (const Parameter& p : trial.parameters)
    out.key(p.name).raw(config::to_json(external_value(*p.distribution, p.value)));
  out.end_object().key("intermediate").begin_object();
  for (const auto& [step, value] : trial.intermediate) out.key(std::to_string(step)).value(value);
  out.end_object();
  if (trial.started) out.member("started", time_text(*trial.started, 'T') + "Z");
  if (trial.completed) out.member("completed", time_text(*trial.completed, 'T') + "Z");
  if (const std::string error = error_of(trial); !error.empty()) out.member("error", error);
  out.end_object();
}

/// Names of all parameters that any trial has, in the order in which they came.
std::vector<std::string> parameter_names(const History& history) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(history.size()); ++i)
    for (const Parameter& p : history[i].parameters)
      if (std::ranges::find(names, p.name) == names.end()) names.push_back(p.name);
  return names;
}

}  // namespace

std::string progress_line(const Progress& p) {
  std::string line = p.best ? "best " + shown(p.best_value) + " (trial " + std::to_string(*p.best) + "), " : "";
  line += std::to_string(p.complete + p.pruned);
  if (p.wanted > 0) line += " of " + std::to_string(p.wanted);
  line += " done, " + std::to_string(p.pruned) + " pruned, " + std::to_string(p.running) + " running";
  if (p.waiting > 0) line += ", " + std::to_string(p.waiting) + " waiting";
  if (p.failed > 0) line += ", " + std::to_string(p.failed) + " failed";
  if (p.paused) return line + ", paused";
  return p.seconds_left ? line + ", " + duration(*p.seconds_left) + " left" : line;
}

double trial_seconds(const History& history) {
  double sum = 0;
  for (const std::int64_t number : history.finished()) {
    const Trial& trial = history[number];
    if (trial.started && trial.completed)
      sum += std::chrono::duration<double>(*trial.completed - *trial.started).count();
  }
  return sum;
}

std::vector<std::int64_t> best_trials(const History& history) {
  std::vector<std::int64_t> best = pareto_front(history);
  // Of one objective, equal values are all unbeaten: the first to come is enough.
  if (history.directions().size() == 1 && best.size() > 1) best.erase(best.begin() + 1, best.end());
  return best;
}

std::vector<std::string> last_errors(const History& history, std::size_t most) {
  std::vector<std::string> lines;
  for (auto number = static_cast<std::int64_t>(history.size()) - 1; number >= 0 && lines.size() < most; --number) {
    const Trial& trial = history[number];
    const bool good = trial.state == TrialState::complete || trial.state == TrialState::pruned;
    const std::string error = good ? "" : error_of(trial);
    if (!error.empty()) lines.push_back("trial " + std::to_string(number) + " failed: " + core::escaped(error));
  }
  return lines;
}

std::string status_json(const Storage& storage, const Progress& p) {
  JsonWriter out;
  out.begin_object().member("format", 1).member("study", storage.study().name);
  out.member("complete", p.complete).member("pruned", p.pruned).member("failed", p.failed);
  out.member("running", p.running).member("waiting", p.waiting);
  out.key("best").begin_array();
  for (const std::int64_t number : best_trials(storage.history())) write_trial(out, storage.history()[number]);
  out.end_array().array("warnings", storage.warnings());
  return out.end_object().text();
}

std::string trial_json(const Trial& trial) {
  JsonWriter out;
  write_trial(out, trial);
  return out.text();
}

std::string trials_json(const History& history) {
  JsonWriter out;
  out.begin_object().member("format", 1).member("study", history.study()).key("directions").begin_array();
  for (const Direction direction : history.directions()) out.value(lower(name_of(direction)));
  out.end_array().key("trials").begin_array();
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(history.size()); ++i) write_trial(out, history[i]);
  return out.end_array().end_object().text();
}

std::string trials_csv(const History& history, const std::vector<std::string>& metrics) {
  const std::vector<std::string> names = parameter_names(history);
  std::string text = "number,state";
  for (const std::string& metric : metrics) text += "," + csv_cell(metric);
  for (const std::string& name : names) text += "," + csv_cell(name);
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(history.size()); ++i) {
    const Trial& trial = history[i];
    text += "\n" + std::to_string(i) + "," + lower(name_of(trial.state));
    for (std::size_t k = 0; k < metrics.size(); ++k)
      text += "," + (k < trial.values.size() ? json_text(trial.values[k]) : std::string());
    for (const std::string& name : names) {
      const Parameter* p = trial.find(name);
      if (p == nullptr) {
        text += ",";
        continue;
      }
      const config::Value value = external_value(*p->distribution, p->value);
      text += "," + csv_cell(value.kind == config::Value::Kind::text ? value.text : config::to_json(value));
    }
  }
  return text + "\n";
}

}  // namespace trigloop::tune
