// What is made from the table of keys: a JSON schema and the table of the documentation.
#include "config/config.hpp"
#include "config/schema.hpp"
#include "core/json_writer.hpp"

namespace trigloop::config {
namespace {

using enum Type;

/// The keyword `type`, with null where that is allowed.
void write_type(core::JsonWriter& json, const Key& key, const char* name) {
  json.key("type");
  if (key.nullable) {
    json.begin_array().value(name).value("null").end_array();
  } else {
    json.value(name);
  }
}

void write_limits(core::JsonWriter& json, const Key& key) {
  if (key.low > std::numeric_limits<double>::lowest()) json.member("minimum", key.low);
  if (key.high < std::numeric_limits<double>::max()) json.member("maximum", key.high);
}

void write_list(core::JsonWriter& json, const Key& key) {
  write_type(json, key, "array");
  json.key("items").begin_object();
  json.member("type", key.type == flags ? "boolean" : key.type == numbers ? "number" : "integer");
  if (key.type != flags) write_limits(json, key);
  json.end_object();
  if (key.type == pair) json.member("minItems", 2).member("maxItems", 2);
}

void write_choices(core::JsonWriter& json, const Key& key) {
  json.key("enum").begin_array();
  for (const std::string& name : choices_of(key)) json.value(std::string_view(name));
  if (key.nullable) json.null();
  json.end_array();
}

void write_key(core::JsonWriter& json, const Key& key) {
  json.begin_object();
  json.member("description", key.about);
  switch (key.type) {
    case flag:
      write_type(json, key, "boolean");
      break;
    case integer:
    case number:
      write_type(json, key, key.type == integer ? "integer" : "number");
      write_limits(json, key);
      break;
    case text:
    case path:
      write_type(json, key, "string");
      break;
    case choice:
      write_choices(json, key);
      break;
    case any:
      break;
    default:
      write_list(json, key);
  }
  if (key.origin != Origin::older) json.key("default").raw(to_json(Config::master().at(key.path)));
  json.end_object();
}

void write_section(core::JsonWriter& json, const std::string& path) {
  json.member("type", "object").member("additionalProperties", false).key("properties").begin_object();
  for (const std::string& name : names_below(path)) {
    std::string below = path;
    below.append(path.empty() ? "" : ".").append(name);
    json.key(name);
    if (const Key* key = find_key(below)) {
      write_key(json, *key);
    } else {
      json.begin_object();
      write_section(json, below);
      json.end_object();
    }
  }
  json.end_object();
}

}  // namespace

std::string json_schema() {
  core::JsonWriter json;
  json.begin_object();
  json.member("$schema", "https://json-schema.org/draft/2020-12/schema").member("title", "trigloop configuration");
  write_section(json, "");
  json.end_object();
  return json.text();
}

std::string markdown_table() {
  std::string out = "| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const Key& key : keys()) {
    const std::string standard = key.origin == Origin::older ? "-" : "`" + to_line(Config::master().at(key.path)) + "`";
    for (const std::string& cell : {"`" + std::string(key.path) + "`", describe(key), standard, std::string(key.about)})
      out.append("| ").append(cell).append(" ");
    out += "|\n";
  }
  return out;
}

}  // namespace trigloop::config
