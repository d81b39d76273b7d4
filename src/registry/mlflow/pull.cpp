#include <algorithm>
#include <cstdlib>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/scratch.hpp"
#include "registry/labels.hpp"
#include "registry/mlflow/api.hpp"
#include "registry/mlflow/mlflow.hpp"
#include "registry/transfer.hpp"

namespace trigloop::registry::mlflow {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr std::uint64_t most_file = std::uint64_t{8} << 30;

class Puller {
 public:
  Puller(Registry& registry, Server& server) : registry_(registry), server_(server), api_(server) {}

  PullReport pull(const std::string& what) {
    find(what);
    const auto files = api_.files(run_);
    const bool ours = std::ranges::any_of(files, [](const auto& f) { return f.path == "trigloop/manifest.jsonl"; });
    PullReport report = ours ? pull_ours(files) : pull_foreign(files);
    report.ours = ours;
    if (version_) take_labels(report.id);
    return report;
  }

 private:
  /// Fills run_, and version_ for a registered model.
  void find(const std::string& what) {
    const std::size_t at = what.find('@'), colon = what.rfind(':');
    if (at != what.npos) {
      version_ = api_.version_by_alias(what.substr(0, at), what.substr(at + 1));
    } else {
      const std::string name = what.substr(0, colon);
      auto versions = api_.versions("name='" + checked_name(name) + "'");
      std::ranges::sort(versions, {}, [](const RemoteVersion& v) { return std::atoll(v.version.c_str()); });
      if (colon != what.npos)
        std::erase_if(versions, [&](const auto& v) { return v.version != what.substr(colon + 1); });
      if (!versions.empty()) version_ = versions.back();
    }
    auto run = api_.run(version_ ? version_->run : what);
    if (!run)
      throw Error(ErrorCode::not_found, "has no registered model and no run '" + core::escaped(what) + "'")
          .file(server_.uri())
          .remedy("Write NAME, NAME:VERSION or NAME@ALIAS of a registered model, or the id of a run");
    run_ = std::move(*run);
  }

  static const std::string& checked_name(const std::string& name) {
    if (name.find('\'') != name.npos) throw Error(ErrorCode::usage, "MLflow cannot look for names with a quote");
    return name;
  }

  void download(const RemoteFile& file, const fs::path& to) {
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    api_.get_file(run_, file.path, to, most_file);
  }

  PullReport pull_ours(const std::vector<RemoteFile>& files) {
    for (const RemoteFile& file : files) {
      if (file.path.starts_with("trigloop/")) download(file, scratch_.path() / file.path);
    }
    PullReport report;
    report.id = run_.tags["trigloop.id"];
    report.known = registry_.has(report.id);
    import_from(registry_, scratch_.path() / "trigloop");
    if (!registry_.has(report.id))
      throw Error(ErrorCode::damaged, "the run's files are not those of the artefact that its tag names")
          .file(server_.uri());
    return report;
  }

  PullReport pull_foreign(const std::vector<RemoteFile>& files) {
    NewArtifact model{.kind = "model", .name = local_name()};
    for (const RemoteFile& file : files) {
      const fs::path to = scratch_.path() / "file";
      download(file, to);
      model.files.push_back(registry_.objects().put(to, file.path));
    }
    if (model.files.empty()) throw Error(ErrorCode::mismatch, "the run has no files").file(server_.uri());
    for (const std::string& name : run_.metric_names) {
      for (Metric& m : api_.metric_history(run_.id, name)) model.metrics.push_back(std::move(m));
    }
    for (const auto& [key, value] : run_.tags) {
      if (!key.empty() && !key.starts_with("mlflow.")) model.tags.push_back({key, value});
    }
    PullReport report;
    report.known = registry_.has(artifact_id(model.kind, model.files, {}));
    report.id = record(model);
    return report;
  }

  /// The model, and the run that made it: elsewhere, of the parameters.
  std::string record(const NewArtifact& model) {
    core::JsonWriter config;
    config.begin_object();
    for (const auto& [key, value] : run_.parameters) config.member(key, std::string_view(value));
    config.end_object();
    const StoredFile text = registry_.objects().put_text(config.text() + "\n", "config.json");
    Transaction all(registry_.database());
    std::string id = registry_.add(model);
    Run made{.command = "mlflow", .arguments = {server_.uri(), run_.id}};
    made.started_ns = made.finished_ns = run_.started_ms * 1'000'000;
    made.links = {{true, "model", id},
                  {false, "config", registry_.add({.kind = "config", .name = model.name, .files = {text}})}};
    registry_.add(made);
    all.commit();
    return id;
  }

  std::string local_name() const {
    std::string name = version_ ? version_->name : run_.name;
    std::ranges::replace_if(
        name, [](char c) { return c == '/' || c == '@' || c == ':' || c < 32; }, '_');
    return name.empty() ? "mlflow" : name.substr(0, 200);
  }

  void take_labels(const std::string& id) {
    for (const auto& [key, value] : version_->tags) {
      if (!key.empty() && !key.starts_with("trigloop.") && !key.starts_with("mlflow."))
        set_tag(registry_, id, key, value);
    }
    std::vector<std::string> aliases = version_->aliases;
    for (const std::string& alias : aliases) registry::set_alias(registry_, id, alias);
  }

  Registry& registry_;
  Server& server_;
  Api api_;
  core::ScratchFolder scratch_;
  RemoteRun run_;
  std::optional<RemoteVersion> version_;
};

}  // namespace

PullReport pull(Registry& registry, const std::string& what, Server& server) {
  return Puller(registry, server).pull(what);
}

}  // namespace trigloop::registry::mlflow
