#include "tune/run/command.hpp"

#include <map>

#include "config/value.hpp"
#include "core/shell.hpp"
#include "tune/run/process.hpp"

extern char** environ;

namespace trigloop::tune {
namespace {

/// A value as a word: texts without quotes.
std::string word_of(const Parameter& parameter) {
  const config::Value value = external_value(*parameter.distribution, parameter.value);
  return value.kind == config::Value::Kind::text ? value.text : config::to_json(value);
}

std::string with_values(const std::string& text, const Trial& trial, bool shell) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '{' ? text.find('}', at) : text.npos;
    const Parameter* parameter = end == text.npos ? nullptr : trial.find(text.substr(at + 1, end - at - 1));
    if (parameter == nullptr) {
      out += text[at++];
    } else {
      out += shell ? core::shell_quoted(word_of(*parameter)) : word_of(*parameter);
      at = end + 1;
    }
  }
  return out;
}

}  // namespace

std::string parameters_json(const Trial& trial) {
  config::Value map;
  map.kind = config::Value::Kind::map;
  for (const Parameter& parameter : trial.parameters)
    map.child(parameter.name) = external_value(*parameter.distribution, parameter.value);
  return config::to_json(map);
}

std::vector<std::string> command_words(const StudyFile& study, const Trial& trial) {
  if (study.command.size() == 1) return {"/bin/sh", "-c", with_values(study.command[0], trial, true)};
  std::vector<std::string> words;
  for (const std::string& word : study.command) words.push_back(with_values(word, trial, false));
  return words;
}

std::vector<std::pair<std::string, std::string>> trial_settings(const StudyFile& study, const Trial& trial) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [key, value] : study.settings) {
    const std::string text = with_values(value, trial, false);
    if (text != "{" + key + "}") all.emplace_back(key, text);
  }
  return all;
}

std::vector<std::string> trial_environment(const StudyFile& study, const Trial& trial,
                                           const std::filesystem::path& folder, const std::string& gpus) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != text.npos) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const Parameter& parameter : trial.parameters) all["TUNE_" + parameter.name] = word_of(parameter);
  all["TUNE_TRIAL"] = std::to_string(trial.number);
  all["TUNE_FOLDER"] = folder.native();
  all["TUNE_CPUS"] = all["OMP_NUM_THREADS"] = std::to_string(study.cpus);
  all["PYTHONUNBUFFERED"] = "1";  // what it prints is seen when it prints it
  if (!gpus.empty()) all["CUDA_VISIBLE_DEVICES"] = all["ROCR_VISIBLE_DEVICES"] = gpus;
  std::vector<std::string> environment;
  for (const auto& [name, value] : all) environment.push_back(name + "=" + value);
  return environment;
}

}  // namespace trigloop::tune
