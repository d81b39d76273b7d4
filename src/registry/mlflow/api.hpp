#pragma once
// The part of MLflow's REST interface (2.0) that a registry needs, typed; MLflow's limits are kept here.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "registry/artifact.hpp"
#include "registry/mlflow/http.hpp"

namespace trigloop::registry::mlflow {

struct RemoteRun {
  std::string id, experiment, name, artifact_uri;
  std::int64_t started_ms = 0;
  std::map<std::string, std::string> parameters, tags;
  std::vector<std::string> metric_names;
};

struct RemoteVersion {
  std::string name, version, run, source;
  std::map<std::string, std::string> tags;
  std::vector<std::string> aliases;
};

struct RemoteFile {
  std::string path;  ///< below the run's artefacts
  std::uint64_t bytes = 0;
};

/// Of a batch: 1000 metrics, 100 parameters, 100 tags, 1 MB. Of keys and values: bytes.
inline constexpr std::size_t most_metrics = 1000, most_parameters = 100, most_tags = 100, most_key = 250,
                             most_parameter_value = 6000, most_tag_value = 5000;

/// What MLflow takes as a key: letters, digits, _ - . / and spaces; others become '_', long ones end with a hash.
std::string remote_key(std::string_view key);
/// Cut at the limit, at the beginning of a character.
std::string remote_value(std::string_view value, std::size_t most);

/// Errors: those of Server; mismatch, if the server answers that it cannot do what is asked (its words are told).
class Api {
 public:
  explicit Api(Server& server) : server_(server) {}

  /// Found by name, or made.
  std::string experiment(const std::string& name);
  /// The run of an experiment that has this tag.
  std::optional<RemoteRun> find_run(const std::string& experiment, const std::string& key, const std::string& value);
  std::optional<RemoteRun> run(const std::string& id);
  RemoteRun create_run(const std::string& experiment, const std::string& name, std::int64_t started_ms,
                       const std::map<std::string, std::string>& tags);
  void finish_run(const std::string& id, std::int64_t ended_ms);

  /// In batches. Sending again what is there already changes nothing.
  void log_parameters(const std::string& run, const std::map<std::string, std::string>& parameters);
  void log_metrics(const std::string& run, std::span<const Metric> metrics, std::int64_t time_ms);
  void set_tags(const std::string& run, const std::map<std::string, std::string>& tags);
  std::vector<Metric> metric_history(const std::string& run, const std::string& name);

  /// All files below the run's artefacts. Names that would leave a folder are refused.
  std::vector<RemoteFile> files(const RemoteRun& run);
  void put_file(const RemoteRun& run, const std::string& path, const std::filesystem::path& file);
  void get_file(const RemoteRun& run, const std::string& path, const std::filesystem::path& to,
                std::uint64_t most_bytes);

  void register_model(const std::string& name);
  std::vector<RemoteVersion> versions(const std::string& filter);
  RemoteVersion create_version(const std::string& name, const RemoteRun& run, const std::string& folder,
                               const std::map<std::string, std::string>& tags);
  std::optional<RemoteVersion> version_by_alias(const std::string& name, const std::string& alias);
  void set_version_tag(const RemoteVersion& version, const std::string& key, const std::string& value);
  void set_alias(const std::string& name, const std::string& alias, const std::string& version);
  void delete_alias(const std::string& name, const std::string& alias);

 private:
  std::string folder_of(const RemoteRun& run) const;
  void list(const RemoteRun& run, const std::string& folder, int depth, std::vector<RemoteFile>& files);

  Server& server_;
};

}  // namespace trigloop::registry::mlflow
