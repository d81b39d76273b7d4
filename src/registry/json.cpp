#include "registry/json.hpp"

#include <nlohmann/json.hpp>

#include "registry/registry.hpp"

namespace trigloop::registry {

void write(core::JsonWriter& json, const Artifact& a) {
  json.begin_object().member("id", std::string_view(a.id)).member("kind", std::string_view(a.kind));
  json.member("name", std::string_view(a.name)).member("version", a.version);
  json.member("created", utc(a.created_ns)).member("created_ns", a.created_ns);
  json.member("bytes", a.bytes).member("files", a.files).key("properties").raw(a.properties).end_object();
}

void write_members(core::JsonWriter& json, const Run& run) {
  json.member("id", std::string_view(run.id)).member("command", std::string_view(run.command));
  json.key("arguments").raw(to_json(run.arguments));
  json.member("started", utc(run.started_ns)).member("started_ns", run.started_ns);
  json.member("finished_ns", run.finished_ns).member("user", std::string_view(run.user));
  json.member("host", std::string_view(run.host)).key("code").raw(run.code);
}

std::string code_version(const std::string& code) { return member_of_json(code, "version"); }

std::string member_of_json(const std::string& object, const std::string& key) {
  const auto parsed = nlohmann::json::parse(object, nullptr, false);
  if (!parsed.is_object() || !parsed.contains(key) || !parsed[key].is_string()) return "";
  return parsed[key].get<std::string>();
}

}  // namespace trigloop::registry
