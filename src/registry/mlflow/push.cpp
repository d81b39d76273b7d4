#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/scratch.hpp"
#include "core/sha256.hpp"
#include "registry/diff.hpp"
#include "registry/labels.hpp"
#include "registry/mlflow/api.hpp"
#include "registry/mlflow/mlflow.hpp"
#include "registry/transfer.hpp"

namespace trigloop::registry::mlflow {
namespace {

namespace fs = std::filesystem;
using Texts = std::map<std::string, std::string>;

class Pusher {
 public:
  Pusher(Registry& registry, Server& server, const PushOptions& options)
      : registry_(registry), api_(server), options_(options), experiment_(api_.experiment(options.experiment)) {}

  void push(const std::string& id) {
    const Artifact a = registry_.get(id);
    if (options_.progress) options_.progress(a.kind + " " + a.name + ":" + std::to_string(a.version));
    const core::ScratchFolder scratch;
    export_to(registry_, std::vector{id}, scratch.path());
    const std::string state = core::sha256_of_file(scratch.path() / "manifest.jsonl");
    auto run = api_.find_run(experiment_, "trigloop.id", id);
    const bool known = run && run->tags["trigloop.state"] == state;
    if (!known) {
      if (!run) run = create(a);
      fill(*run, a, scratch.path());
      // The last step: without it, the next push goes on.
      api_.set_tags(run->id, {{"trigloop.state", state}});
    }
    const bool label_news = a.kind == "model" && push_version(a, *run);
    ++(known && !label_news ? report.known : report.pushed);
  }

  PushReport report;

 private:
  RemoteRun create(const Artifact& a) {
    return api_.create_run(experiment_, a.name + "-" + std::to_string(a.version), a.created_ns / 1'000'000,
                           {{"trigloop.id", a.id}, {"trigloop.kind", a.kind}});
  }

  void fill(const RemoteRun& run, const Artifact& a, const fs::path& exported) {
    api_.log_parameters(run.id, new_parameters(run, a.id));
    api_.log_metrics(run.id, registry_.metrics(a.id), a.created_ns / 1'000'000);
    Texts tags{{"trigloop.name", a.name}, {"trigloop.stage", stage_of(registry_, a.id)}};
    for (const Tag& tag : registry_.tags(a.id)) tags[tag.key] = tag.value;
    api_.set_tags(run.id, tags);
    put_files(run, a, exported);
    api_.finish_run(run.id, a.created_ns / 1'000'000);
  }

  /// A parameter cannot be changed once it is set: the first run that made an artefact stays.
  Texts new_parameters(const RemoteRun& run, const std::string& id) {
    Texts all;
    for (const auto& [key, value] : config_of(registry_, id)) all.emplace(remote_key(key), value);
    std::erase_if(all, [&](const auto& item) { return run.parameters.contains(item.first); });
    return all;
  }

  void put_files(const RemoteRun& run, const Artifact& a, const fs::path& exported) {
    std::map<std::string, std::uint64_t> there;
    for (const RemoteFile& file : api_.files(run)) there[file.path] = file.bytes;
    const auto put = [&](const std::string& path, const fs::path& file, bool always) {
      const std::uint64_t bytes = fs::file_size(file);
      const auto found = there.find(path);
      if (!always && found != there.end() && found->second == bytes) return;
      api_.put_file(run, path, file);
      ++report.files;
      report.bytes += bytes;
    };
    for (const StoredFile& file : registry_.files(a.id))
      put("files/" + file.path, registry_.objects().path_of(file.sha256), false);
    for (const Objects::Entry& entry : Objects(exported / "objects").list())
      put("trigloop/objects/" + entry.sha256.substr(0, 2) + "/" + entry.sha256.substr(2), entry.path, false);
    put("trigloop/manifest.jsonl", exported / "manifest.jsonl", true);
  }

  /// True if anything was not there.
  bool push_version(const Artifact& a, const RemoteRun& run) {
    api_.register_model(a.name);
    const auto versions = api_.versions("run_id='" + run.id + "'");
    const bool make = versions.empty();
    RemoteVersion version =
        make ? api_.create_version(a.name, run, "files", {{"trigloop.id", a.id}}) : versions.front();
    bool news = make;
    const auto set = [&](const std::string& key, const std::string& value) {
      if (version.tags[remote_key(key)] == remote_value(value, most_tag_value)) return;
      api_.set_version_tag(version, key, value);
      news = true;
    };
    for (const Tag& tag : registry_.tags(a.id)) set(tag.key, tag.value);
    set("trigloop.stage", stage_of(registry_, a.id));
    for (const std::string& alias : aliases_of(registry_, a.id)) {
      const auto now = api_.version_by_alias(a.name, alias);
      if (now && now->version == version.version) continue;
      api_.set_alias(a.name, alias, version.version);
      news = true;
    }
    return news;
  }

  Registry& registry_;
  Api api_;
  const PushOptions& options_;
  std::string experiment_;
};

}  // namespace

PushReport push(Registry& registry, std::span<const std::string> ids, Server& server, const PushOptions& options) {
  Pusher pusher(registry, server, options);
  for (const std::string& id : ids) pusher.push(id);
  return pusher.report;
}

}  // namespace trigloop::registry::mlflow
