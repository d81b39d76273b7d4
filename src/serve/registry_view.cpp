#include "serve/registry_view.hpp"

#include <set>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "registry/diff.hpp"
#include "registry/labels.hpp"
#include "registry/lineage.hpp"
#include "registry/registry.hpp"

namespace trigloop::serve {
namespace {

using registry::Access;
using registry::Registry;

constexpr std::int64_t most_models = 100;
constexpr std::size_t most_runs = 40, most_rows = 200;

std::string absent(const std::string& why) {
  core::JsonWriter json;
  json.begin_object().key("models").null().member("why", why).end_object();
  return json.text();
}

std::string with_version(const registry::Artifact& artifact) {
  return artifact.name + ":" + std::to_string(artifact.version);
}

void write_model(core::JsonWriter& json, Registry& registry, const registry::Artifact& model) {
  json.begin_object().member("id", model.id).member("name", with_version(model));
  json.member("made", registry::utc(model.created_ns)).member("stage", registry::stage_of(registry, model.id));
  json.key("aliases").begin_array();
  for (const std::string& alias : registry::aliases_of(registry, model.id)) json.value(alias);
  json.end_array().end_object();
}

std::string models_json(Registry& registry) {
  registry::Filter filter;
  filter.kind = "model";
  filter.most = most_models;
  core::JsonWriter json;
  json.begin_object().key("models").begin_array();
  for (const registry::Artifact& model : registry.list(filter)) write_model(json, registry, model);
  json.end_array().end_object();
  return json.text();
}

/// A run is drawn as the edges from each of its inputs to each of its outputs.
std::string lineage_json(Registry& registry, const std::string& word) {
  const registry::Lineage lineage =
      registry::trace(registry, registry.resolve(word), registry::Direction::both, most_runs);
  std::set<std::pair<std::string, std::string>> edges;
  for (const registry::Run& run : lineage.runs)
    for (const registry::Link& from : run.links)
      for (const registry::Link& to : run.links)
        if (!from.output && to.output && from.artifact != to.artifact) edges.emplace(from.artifact, to.artifact);
  core::JsonWriter json;
  json.begin_object().key("nodes").begin_array();
  std::set<std::string> shown;
  for (const registry::Artifact& artifact : lineage.artifacts) {
    shown.insert(artifact.id);
    json.begin_object().member("id", artifact.id).member("kind", artifact.kind).member("name", with_version(artifact));
    json.end_object();
  }
  json.end_array().key("edges").begin_array();
  for (const auto& [from, to] : edges)
    if (shown.contains(from) && shown.contains(to)) json.begin_array().value(from).value(to).end_array();
  json.end_array().member("cut", lineage.cut).end_object();
  return json.text();
}

std::string diff_json(Registry& registry, const std::string& a, const std::string& b) {
  core::JsonWriter json;
  json.begin_object().key("rows").begin_array();
  std::size_t rows = 0;
  for (const registry::Difference& one : registry::differences(registry, registry.resolve(a), registry.resolve(b))) {
    if (++rows > most_rows) break;
    json.begin_object().member("what", one.section + " " + one.name);
    json.member("a", one.a.value_or("-")).member("b", one.b.value_or("-")).end_object();
  }
  json.end_array().end_object();
  return json.text();
}

}  // namespace

void add_registry(HttpServer& server, const std::filesystem::path& path) {
  const auto answer = [&server, path](const char* url, auto make) {
    server.get(url, [path, make](const Request& request) {
      Registry registry(path, Access::read);
      return Response{make(registry, request)};
    });
  };
  server.get("/api/registry", [path](const Request&) {
    if (path.empty()) return Response{absent("no registry was named (--registry)")};
    try {
      Registry registry(path, Access::read);
      return Response{models_json(registry)};
    } catch (const core::Error& e) {
      return Response{absent(e.what())};
    }
  });
  answer("/api/registry/lineage",
         [](Registry& registry, const Request& request) { return lineage_json(registry, request.get("id")); });
  answer("/api/registry/diff", [](Registry& registry, const Request& request) {
    return diff_json(registry, request.get("a"), request.get("b"));
  });
}

}  // namespace trigloop::serve
