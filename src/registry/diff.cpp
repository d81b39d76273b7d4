#include "registry/diff.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "core/yaml.hpp"

namespace trigloop::registry {
namespace {

using Texts = std::map<std::string, std::string>;

constexpr core::YamlLimits limits{std::size_t{16} << 20, 1'000'000, 64};

void flatten(const core::YamlNode& node, const std::string& path, Texts& out) {
  const auto below = [&](const std::string& name) { return path.empty() ? name : path + "." + name; };
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const bool map = node.kind == core::YamlNode::Kind::map;
    flatten(node.children[i], below(map ? node.keys[i] : std::to_string(i)), out);
  }
  if (node.children.empty()) out[path] = node.kind == core::YamlNode::Kind::null ? "null" : node.text;
}

Texts texts_of(const std::map<std::string, double>& metrics) {
  Texts texts;
  for (const auto& [name, value] : metrics) texts[name] = core::JsonWriter().value(value).text();
  return texts;
}

Texts files_of(Registry& registry, std::string_view artifact) {
  Texts texts;
  for (const StoredFile& f : registry.files(artifact)) texts[f.path] = f.sha256;
  for (const Reference& r : registry.references(artifact))
    texts[r.uri] = r.checksum.empty() ? std::to_string(r.bytes) + " B" : r.checksum;
  return texts;
}

/// role -> ids that went into the run, and what ran.
Texts origin_of(Registry& registry, std::string_view artifact) {
  Texts texts;
  const auto runs = registry.runs_of(artifact, true);
  if (runs.empty()) return texts;
  texts["command"] = runs.front().command;
  texts["code"] = runs.front().code;
  for (const Link& link : runs.front().links) {
    if (link.output) continue;
    std::string& ids = texts[link.role];
    ids += (ids.empty() ? "" : ", ") + link.artifact;
  }
  return texts;
}

void compare(const char* section, const Texts& a, const Texts& b, std::vector<Difference>& out) {
  Texts all = a;
  all.insert(b.begin(), b.end());
  for (const auto& [name, any] : all) {
    const auto in = [&name = name](const Texts& side) {
      const auto found = side.find(name);
      return found == side.end() ? std::nullopt : std::optional(found->second);
    };
    if (in(a) != in(b)) out.push_back({section, name, in(a), in(b)});
  }
}

}  // namespace

Texts flattened(std::string_view yaml) {
  Texts texts;
  try {
    flatten(core::parse_yaml(yaml, "config", limits), "", texts);
  } catch (const core::Error&) {
    texts = {{"", std::string(yaml)}};
  }
  return texts;
}

Texts config_of(Registry& registry, std::string_view artifact) {
  Texts texts;
  const auto runs = registry.runs_of(artifact, true);
  if (runs.empty()) return texts;
  for (const Link& link : runs.front().links) {
    if (link.output || registry.get(link.artifact).kind != "config") continue;
    for (const StoredFile& file : registry.files(link.artifact)) {
      for (auto& [key, value] : flattened(registry.objects().read(file)))
        texts[link.role == "config" ? key : link.role + "." + key] = value;
    }
  }
  return texts;
}

std::map<std::string, double> last_metrics(Registry& registry, std::string_view artifact) {
  std::map<std::string, double> last;
  for (const Metric& m : registry.metrics(artifact)) last[m.name] = m.value;  // in the order of their steps
  for (const Run& run : registry.runs_of(artifact, false)) {
    for (const Link& link : run.links) {
      if (!link.output || registry.get(link.artifact).kind != "report") continue;
      for (const Metric& m : registry.metrics(link.artifact)) last.try_emplace(run.command + "/" + m.name, m.value);
    }
  }
  return last;
}

std::vector<Difference> differences(Registry& registry, std::string_view a, std::string_view b) {
  std::vector<Difference> all;
  compare("config", config_of(registry, a), config_of(registry, b), all);
  compare("metric", texts_of(last_metrics(registry, a)), texts_of(last_metrics(registry, b)), all);
  compare("made of", origin_of(registry, a), origin_of(registry, b), all);
  compare("property", flattened(registry.get(a).properties), flattened(registry.get(b).properties), all);
  compare("file", files_of(registry, a), files_of(registry, b), all);
  return all;
}

}  // namespace trigloop::registry
