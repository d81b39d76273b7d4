#include "registry/mlflow/api.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/sha256.hpp"

namespace trigloop::registry::mlflow {
namespace {

using core::Error;
using core::ErrorCode;
using nlohmann::json;
using Texts = std::map<std::string, std::string>;

const std::string api = "/api/2.0/mlflow/";
const std::string proxy = "/api/2.0/mlflow-artifacts/artifacts";
constexpr int deepest_folder = 16;
constexpr std::size_t most_files = 100'000;
constexpr std::size_t most_batch_bytes = 900'000;  ///< of the 1 MB that a batch may have

std::string error_code(const Answer& answer) {
  const json parsed = json::parse(answer.body, nullptr, false);
  return parsed.is_object() ? parsed.value("error_code", "") : "";
}

/// The JSON object of an answer. Error: mismatch.
json checked(const Answer& answer, const std::string& what) {
  json parsed = json::parse(answer.body, nullptr, false);
  if (answer.ok() && parsed.is_object()) return parsed;
  const bool told = parsed.is_object() && parsed.contains("message") && parsed["message"].is_string();
  throw Error(ErrorCode::mismatch, "MLflow: " + what + ": HTTP " + std::to_string(answer.status) + ": " +
                                       core::escaped(told ? parsed["message"].get<std::string>().substr(0, 500)
                                                          : answer.body.substr(0, 200)));
}

bool is_missing(const Answer& answer) {
  return answer.status == 404 || error_code(answer) == "RESOURCE_DOES_NOT_EXIST";
}

std::string text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Texts pairs(const json& object, const char* key) {
  Texts texts;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return texts;
  for (const json& item : *found) texts[text(item, "key")] = text(item, "value");
  return texts;
}

json pairs_of(const Texts& texts) {
  json array = json::array();
  for (const auto& [key, value] : texts) array.push_back({{"key", key}, {"value", value}});
  return array;
}

std::int64_t integer(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return 0;
  if (found->is_number_integer()) return found->get<std::int64_t>();
  return found->is_string() ? std::atoll(found->get<std::string>().c_str()) : 0;  // protobuf writes int64 as text
}

double real(const json& value) {
  if (value.is_number()) {
    const double v = value.get<double>();  // MLflow's SQL store keeps an infinity as the largest double
    return std::abs(v) == std::numeric_limits<double>::max() ? std::copysign(HUGE_VAL, v) : v;
  }
  const std::string word = value.is_string() ? value.get<std::string>() : "";
  if (word == "Infinity") return HUGE_VAL;
  return word == "-Infinity" ? -HUGE_VAL : std::nan("");
}

RemoteRun run_of(const json& object) {
  const json info = object.value("info", json::object()), data = object.value("data", json::object());
  RemoteRun run{
      text(info, "run_id"),        text(info, "experiment_id"), text(info, "run_name"), text(info, "artifact_uri"),
      integer(info, "start_time"), pairs(data, "params"),       pairs(data, "tags"),    {}};
  for (const json& metric : data.value("metrics", json::array())) run.metric_names.push_back(text(metric, "key"));
  return run;
}

RemoteVersion version_of(const json& object) {
  RemoteVersion v{text(object, "name"),   text(object, "version"), text(object, "run_id"),
                  text(object, "source"), pairs(object, "tags"),   {}};
  for (const json& alias : object.value("aliases", json::array())) {
    if (alias.is_string()) v.aliases.push_back(alias.get<std::string>());
  }
  return v;
}

/// 'a''b' is not taken in filters, so texts with quotes cannot be looked for.
std::string quoted(const std::string& value) {
  if (value.find('\'') != value.npos) throw Error(ErrorCode::usage, "MLflow cannot look for names with a quote");
  return "'" + value + "'";
}

json metric_json(const Metric& m, std::int64_t time_ms) {
  json value = m.value;
  // As protobuf writes them in JSON.
  if (std::isnan(m.value)) value = "NaN";
  if (std::isinf(m.value)) value = m.value > 0 ? "Infinity" : "-Infinity";
  return {{"key", remote_key(m.name)}, {"value", value}, {"timestamp", time_ms}, {"step", m.step}};
}

}  // namespace

std::string remote_key(std::string_view key) {
  std::string result;
  for (const char c : key) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("_-./ ").find(c) != std::string_view::npos;
    result += plain ? c : '_';
  }
  // MLflow takes keys for paths: none that a path would be shortened from.
  while (result.find("//") != result.npos) result.replace(result.find("//"), 2, "/_/");
  if (result.empty() || result.front() == '/' || result.front() == '.') result.insert(0, "_");
  if (result.back() == '/') result += '_';
  if (result.size() <= most_key) return result;
  return result.substr(0, most_key - 17) + "_" + core::sha256_hex(key).substr(0, 16);
}

std::string remote_value(std::string_view value, std::size_t most) {
  if (value.size() <= most) return std::string(value);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80) --end;
  return std::string(value.substr(0, end));
}

std::string Api::experiment(const std::string& name) {
  const Answer found = server_.get(api + "experiments/get-by-name", {{"experiment_name", name}});
  if (!is_missing(found))
    return text(checked(found, "experiment").value("experiment", json::object()), "experiment_id");
  const Answer made = server_.send("POST", api + "experiments/create", json{{"name", name}}.dump(), Repeat::no);
  if (error_code(made) == "RESOURCE_ALREADY_EXISTS") return experiment(name);  // somebody was faster
  return text(checked(made, "new experiment"), "experiment_id");
}

std::optional<RemoteRun> Api::find_run(const std::string& experiment, const std::string& key,
                                       const std::string& value) {
  const json body{{"experiment_ids", {experiment}},
                  {"filter", "tags.`" + key + "` = " + quoted(value)},
                  {"order_by", {"attributes.start_time ASC"}},
                  {"max_results", 1}};
  const json answer = checked(server_.send("POST", api + "runs/search", body.dump(), Repeat::yes), "search of runs");
  const json runs = answer.value("runs", json::array());
  return runs.empty() ? std::nullopt : std::optional(run_of(runs.front()));
}

std::optional<RemoteRun> Api::run(const std::string& id) {
  const Answer answer = server_.get(api + "runs/get", {{"run_id", id}});
  if (is_missing(answer)) return std::nullopt;
  return run_of(checked(answer, "run").value("run", json::object()));
}

RemoteRun Api::create_run(const std::string& experiment, const std::string& name, std::int64_t started_ms,
                          const Texts& tags) {
  const json body{
      {"experiment_id", experiment}, {"run_name", name}, {"start_time", started_ms}, {"tags", pairs_of(tags)}};
  const Answer answer = server_.send("POST", api + "runs/create", body.dump(), Repeat::no);
  return run_of(checked(answer, "new run").value("run", json::object()));
}

void Api::finish_run(const std::string& id, std::int64_t ended_ms) {
  const json body{{"run_id", id}, {"status", "FINISHED"}, {"end_time", ended_ms}};
  checked(server_.send("POST", api + "runs/update", body.dump(), Repeat::yes), "end of a run");
}

void Api::log_parameters(const std::string& run, const Texts& parameters) {
  auto at = parameters.begin();
  while (at != parameters.end()) {
    Texts batch;
    for (std::size_t bytes = 0;
         at != parameters.end() && batch.size() < most_parameters && bytes < most_batch_bytes / 4; ++at) {
      bytes += at->first.size() + at->second.size() + 32;
      batch[remote_key(at->first)] = remote_value(at->second, most_parameter_value);
    }
    const json body{{"run_id", run}, {"params", pairs_of(batch)}};
    checked(server_.send("POST", api + "runs/log-batch", body.dump(), Repeat::yes), "parameters");
  }
}

void Api::log_metrics(const std::string& run, std::span<const Metric> metrics, std::int64_t time_ms) {
  while (!metrics.empty()) {
    json batch = json::array();
    std::size_t bytes = 0;
    while (batch.size() < std::min(most_metrics, metrics.size()) && bytes < most_batch_bytes / 2) {
      const Metric& m = metrics[batch.size()];
      bytes += m.name.size() + 120;
      batch.push_back(metric_json(m, time_ms));
    }
    metrics = metrics.subspan(batch.size());
    const json body{{"run_id", run}, {"metrics", std::move(batch)}};
    checked(server_.send("POST", api + "runs/log-batch", body.dump(), Repeat::yes), "metrics");
  }
}

void Api::set_tags(const std::string& run, const Texts& tags) {
  auto at = tags.begin();
  while (at != tags.end()) {
    Texts batch;
    for (; at != tags.end() && batch.size() < most_tags; ++at)
      batch[remote_key(at->first)] = remote_value(at->second, most_tag_value);
    const json body{{"run_id", run}, {"tags", pairs_of(batch)}};
    checked(server_.send("POST", api + "runs/log-batch", body.dump(), Repeat::yes), "tags");
  }
}

std::vector<Metric> Api::metric_history(const std::string& run, const std::string& name) {
  std::vector<Metric> metrics;
  std::string token;
  do {
    Parameters parameters{{"run_id", run}, {"metric_key", name}, {"max_results", "10000"}};
    if (!token.empty()) parameters.emplace_back("page_token", token);
    const json answer = checked(server_.get(api + "metrics/get-history", parameters), "metric");
    for (const json& m : answer.value("metrics", json::array()))
      metrics.push_back({name, integer(m, "step"), real(m.value("value", json()))});
    token = text(answer, "next_page_token");
  } while (!token.empty());
  return metrics;
}

/// Below the proxy: "mlflow-artifacts:/1/<run>/artifacts" is /1/<run>/artifacts there.
std::string Api::folder_of(const RemoteRun& run) const {
  const std::string scheme = "mlflow-artifacts:";
  if (!run.artifact_uri.starts_with(scheme + "/"))
    throw Error(ErrorCode::unsupported, "the run's files are at '" + core::escaped(run.artifact_uri) + "'")
        .file(server_.uri())
        .remedy("The server must serve them (mlflow server --serve-artifacts, --artifacts-destination)");
  std::string path = run.artifact_uri.substr(scheme.size());
  if (path.starts_with("//")) path = path.substr(path.find('/', 2));  // a host
  if (!is_inside(path.substr(1))) throw Error(ErrorCode::damaged, "the run's folder is '" + core::escaped(path) + "'");
  return path;
}

std::vector<RemoteFile> Api::files(const RemoteRun& run) {
  std::vector<RemoteFile> files;
  list(run, "", 0, files);
  return files;
}

void Api::list(const RemoteRun& run, const std::string& folder, int depth, std::vector<RemoteFile>& files) {
  std::string where = folder_of(run).substr(1);
  if (!folder.empty()) where += "/" + folder;
  const Answer answer = server_.get(proxy, {{"path", where}});
  if (is_missing(answer)) return;  // nothing was put there yet
  const json listed = checked(answer, "list of files").value("files", json::array());
  for (const json& file : listed) {
    const std::string path = (folder.empty() ? "" : folder + "/") + text(file, "path");
    if (!is_inside(path) || text(file, "path").find('/') != std::string::npos)
      throw Error(ErrorCode::damaged, "the server names a file '" + core::escaped(path) + "'").file(server_.uri());
    if (depth >= deepest_folder || files.size() >= most_files)
      throw Error(ErrorCode::limit, "the run has too many files or folders").file(server_.uri());
    if (file.value("is_dir", false))
      list(run, path, depth + 1, files);
    else
      files.push_back({path, static_cast<std::uint64_t>(integer(file, "file_size"))});
  }
}

void Api::put_file(const RemoteRun& run, const std::string& path, const std::filesystem::path& file) {
  const Answer answer = server_.put_file(proxy + encoded_path(folder_of(run) + "/" + path), file);
  if (!answer.ok()) checked(answer, "file '" + path + "'");
}

void Api::get_file(const RemoteRun& run, const std::string& path, const std::filesystem::path& to,
                   std::uint64_t most_bytes) {
  const Answer answer = server_.get_file(proxy + encoded_path(folder_of(run) + "/" + path), to, most_bytes);
  if (!answer.ok()) checked(answer, "file '" + path + "'");
}

void Api::register_model(const std::string& name) {
  const Answer answer =
      server_.send("POST", api + "registered-models/create", json{{"name", name}}.dump(), Repeat::yes);
  if (error_code(answer) != "RESOURCE_ALREADY_EXISTS") checked(answer, "registered model");
}

std::vector<RemoteVersion> Api::versions(const std::string& filter) {
  std::vector<RemoteVersion> versions;
  std::string token;
  do {
    Parameters parameters{{"filter", filter}, {"max_results", "1000"}};
    if (!token.empty()) parameters.emplace_back("page_token", token);
    const json answer = checked(server_.get(api + "model-versions/search", parameters), "model versions");
    for (const json& v : answer.value("model_versions", json::array())) versions.push_back(version_of(v));
    token = text(answer, "next_page_token");
  } while (!token.empty());
  return versions;
}

RemoteVersion Api::create_version(const std::string& name, const RemoteRun& run, const std::string& folder,
                                  const Texts& tags) {
  const json body{
      {"name", name}, {"source", run.artifact_uri + "/" + folder}, {"run_id", run.id}, {"tags", pairs_of(tags)}};
  const Answer answer = server_.send("POST", api + "model-versions/create", body.dump(), Repeat::no);
  return version_of(checked(answer, "model version").value("model_version", json::object()));
}

std::optional<RemoteVersion> Api::version_by_alias(const std::string& name, const std::string& alias) {
  const Answer answer = server_.get(api + "registered-models/alias", {{"name", name}, {"alias", alias}});
  if (is_missing(answer) || error_code(answer) == "INVALID_PARAMETER_VALUE") return std::nullopt;
  return version_of(checked(answer, "alias").value("model_version", json::object()));
}

void Api::set_version_tag(const RemoteVersion& version, const std::string& key, const std::string& value) {
  const json body{{"name", version.name},
                  {"version", version.version},
                  {"key", remote_key(key)},
                  {"value", remote_value(value, most_tag_value)}};
  checked(server_.send("POST", api + "model-versions/set-tag", body.dump(), Repeat::yes), "tag");
}

void Api::set_alias(const std::string& name, const std::string& alias, const std::string& version) {
  const json body{{"name", name}, {"alias", alias}, {"version", version}};
  checked(server_.send("POST", api + "registered-models/alias", body.dump(), Repeat::yes), "alias");
}

void Api::delete_alias(const std::string& name, const std::string& alias) {
  const json body{{"name", name}, {"alias", alias}};
  checked(server_.send("DELETE", api + "registered-models/alias", body.dump(), Repeat::yes), "alias");
}

}  // namespace trigloop::registry::mlflow
