#include "registry/lineage.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "core/text.hpp"
#include "registry/json.hpp"

namespace trigloop::registry {
namespace {

/// Breadth first, so that a cut leaves what is near.
class Tracer {
 public:
  Tracer(Registry& registry, Lineage& lineage, std::size_t most)
      : registry_(registry), lineage_(lineage), most_(most) {}

  void run() {
    if (lineage_.direction != Direction::down) walk(true);
    if (lineage_.direction != Direction::up) walk(false);
  }

 private:
  /// `up`: the runs that made an artefact, and what went into them.
  void walk(bool up) {
    std::set<std::string, std::less<>> seen{lineage_.root};
    std::deque<std::string> queue{lineage_.root};
    while (!queue.empty()) {
      const std::string id = std::move(queue.front());
      queue.pop_front();
      meet(id);
      for (Run& run : registry_.runs_of(id, up)) {
        if (lineage_.runs.size() >= most_) {
          lineage_.cut = true;
          return;
        }
        for (const Link& link : run.links) {
          if (link.output == up) continue;
          if (seen.insert(link.artifact).second) queue.push_back(link.artifact);
        }
        for (const Link& link : run.links) meet(link.artifact);
        if (runs_.insert(run.id).second) lineage_.runs.push_back(std::move(run));
      }
    }
  }

  void meet(const std::string& id) {
    if (met_.insert(id).second) lineage_.artifacts.push_back(registry_.get(id));
  }

  Registry& registry_;
  Lineage& lineage_;
  std::size_t most_;
  std::set<std::string, std::less<>> met_, runs_;
};

class Tree {
 public:
  explicit Tree(const Lineage& lineage) : lineage_(lineage) {
    for (const Artifact& a : lineage.artifacts) artifacts_.emplace(a.id, &a);
  }

  std::string text(bool up) {
    shown_.clear();
    artifact(lineage_.root, "", "", "", up);
    return std::move(text_);
  }

 private:
  void artifact(const std::string& id, const std::string& role, const std::string& first, const std::string& rest,
                bool up) {
    text_ += first + (role.empty() ? "" : role + ": ") + in_words(*artifacts_.at(id));
    std::vector<const Run*> runs;
    for (const Run& run : lineage_.runs) {
      const auto is_it = [&](const Link& link) { return link.output == up && link.artifact == id; };
      if (std::ranges::any_of(run.links, is_it)) runs.push_back(&run);
    }
    const bool again = !shown_.insert(id).second;
    text_ += again && !runs.empty() ? " (see above)\n" : "\n";
    if (again) return;
    for (const Run* run : runs) this->run(*run, rest, run == runs.back(), up);
  }

  void run(const Run& run, const std::string& before, bool last, bool up) {
    text_ += before + (last ? "└─ " : "├─ ") + (up ? "made by " : "used by ") + in_words(run) + "\n";
    if (!shown_.insert(run.id).second) return;
    const std::string inside = before + (last ? "   " : "│  ");
    std::vector<const Link*> links;
    for (const Link& link : run.links) {
      if (link.output != up) links.push_back(&link);
    }
    for (const Link* link : links) {
      const bool end = link == links.back();
      artifact(link->artifact, link->role, inside + (end ? "└─ " : "├─ "), inside + (end ? "   " : "│  "), up);
    }
  }

  const Lineage& lineage_;
  std::map<std::string, const Artifact*> artifacts_;
  std::set<std::string> shown_;
  std::string text_;
};

std::string dot_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

void write_links(core::JsonWriter& json, const Run& run, bool output) {
  json.key(output ? "outputs" : "inputs").begin_array();
  for (const Link& link : run.links) {
    if (link.output != output) continue;
    json.begin_object().member("role", std::string_view(link.role)).member("artifact", std::string_view(link.artifact));
    json.end_object();
  }
  json.end_array();
}

}  // namespace

Lineage trace(Registry& registry, std::string_view artifact, Direction direction, std::size_t most) {
  Lineage lineage;
  lineage.root = registry.get(artifact).id;
  lineage.direction = direction;
  Tracer(registry, lineage, most).run();
  return lineage;
}

std::string in_words(const Artifact& a) {
  return a.kind + " " + a.name + ":" + std::to_string(a.version) + " " + a.id.substr(0, 12);
}

std::string in_words(const Run& run) {
  std::string text = run.command + ", " + utc(run.started_ns) + ", by " + run.user + " on " + run.host;
  const std::string version = code_version(run.code);
  return version.empty() ? text : text + ", code " + version;
}

std::string to_tree(const Lineage& lineage) {
  std::string text;
  if (lineage.direction != Direction::down) text += Tree(lineage).text(true);
  if (lineage.direction != Direction::up) text += Tree(lineage).text(false);
  if (lineage.cut) text += "... and more\n";
  return text;
}

std::string to_dot(const Lineage& lineage) {
  std::string text = "digraph lineage {\n  rankdir=LR;\n";
  for (const Artifact& a : lineage.artifacts) {
    text += "  " + dot_text(a.id) + " [shape=box, label=" + dot_text(in_words(a)) +
            (a.id == lineage.root ? ", penwidth=2" : "") + "];\n";
  }
  for (const Run& run : lineage.runs) {
    text += "  " + dot_text(run.id) + " [label=" + dot_text(run.command + " " + utc(run.started_ns)) + "];\n";
    for (const Link& link : run.links) {
      text += "  " + dot_text(link.output ? run.id : link.artifact) + " -> " +
              dot_text(link.output ? link.artifact : run.id) + " [label=" + dot_text(link.role) + "];\n";
    }
  }
  return text + "}\n";
}

std::string to_json(const Lineage& lineage) {
  core::JsonWriter json;
  json.begin_object().member("root", std::string_view(lineage.root)).key("artifacts").begin_array();
  for (const Artifact& a : lineage.artifacts) write(json, a);
  json.end_array().key("runs").begin_array();
  for (const Run& run : lineage.runs) {
    json.begin_object();
    write_members(json, run);
    write_links(json, run, false);
    write_links(json, run, true);
    json.end_object();
  }
  return json.end_array().member("cut", lineage.cut).end_object().text();
}

}  // namespace trigloop::registry
