#include "registry/manifest.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"

namespace trigloop::registry {
namespace {

using core::Error;
using core::ErrorCode;
using core::JsonWriter;
using nlohmann::json;

constexpr int format_version = 1;
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr bool compares_hashes = false;  // no fuzzer finds a SHA-256
#else
constexpr bool compares_hashes = true;
#endif

// ---- writing

/// The JSON line {"NAME": {...}} that `fill` fills.
template <class Fill>
std::string record(std::string_view name, Fill fill) {
  JsonWriter out;
  out.begin_object().key(name).begin_object();
  fill(out);
  return out.end_object().end_object().text() + "\n";
}

/// JSON has no number for three of them.
std::string number_text(double v) {
  if (std::isnan(v)) return "nan";
  return v > 0 ? "inf" : "-inf";
}

std::string artifact_line(const Manifest::Entry& entry) {
  const NewArtifact& a = entry.artifact;
  return record("artifact", [&](JsonWriter& out) {
    out.member("id", std::string_view(entry.id)).member("kind", std::string_view(a.kind));
    out.member("name", std::string_view(a.name)).member("created_ns", a.created_ns);
    out.member("properties", std::string_view(a.properties));
  });
}

std::string reference_line(const Reference& r) {
  return record("reference", [&](JsonWriter& out) {
    out.member("uri", std::string_view(r.uri)).member("bytes", r.bytes);
    out.member("checksum", std::string_view(r.checksum));
    if (r.entries) out.member("entries", *r.entries);
    out.member("lumisections", std::string_view(r.lumisections));
  });
}

std::string contents_lines(const NewArtifact& a) {
  std::string text;
  for (const StoredFile& f : a.files) {
    text += record("file", [&](JsonWriter& out) {
      out.member("path", std::string_view(f.path)).member("bytes", f.bytes);
      out.member("sha256", std::string_view(f.sha256));
    });
  }
  for (const Reference& r : a.references) text += reference_line(r);
  for (const Metric& m : a.metrics) {
    text += record("metric", [&](JsonWriter& out) {
      out.member("name", std::string_view(m.name)).member("step", m.step);
      if (std::isfinite(m.value))
        out.member("value", m.value);
      else
        out.member("value", std::string_view(number_text(m.value)));
    });
  }
  for (const Tag& t : a.tags) {
    text += record("tag", [&](JsonWriter& out) {
      out.member("key", std::string_view(t.key)).member("value", std::string_view(t.value));
    });
  }
  return text;
}

std::string run_line(const Run& run) {
  return record("run", [&](JsonWriter& out) {
    out.member("id", std::string_view(run.id)).member("command", std::string_view(run.command));
    out.key("arguments").raw(to_json(run.arguments)).member("started_ns", run.started_ns);
    out.member("finished_ns", run.finished_ns).member("user", std::string_view(run.user));
    out.member("host", std::string_view(run.host)).member("code", std::string_view(run.code));
    out.key("links").begin_array();
    for (const Link& link : run.links) {
      out.begin_object().member("output", link.output).member("role", std::string_view(link.role));
      out.member("artifact", std::string_view(link.artifact)).end_object();
    }
    out.end_array();
  });
}

std::string label_line(std::string_view what, const Manifest::Label& label) {
  return record(what, [&](JsonWriter& out) {
    out.member("artifact", std::string_view(label.artifact)).member("label", std::string_view(label.label));
  });
}

std::string first_line() {
  return JsonWriter().begin_object().member("trigloop_export", format_version).end_object().text() + "\n";
}

// ---- reading

Error wrong(const std::string& reason) {
  return Error(ErrorCode::damaged, reason).remedy("Copy the export again from its source, or have it written again");
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) throw wrong(std::string("has no text '") + key + "'");
  return found->get<std::string>();
}

std::int64_t integer_of(const json& object, const char* key) {
  const auto found = object.find(key);
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool fits = found != object.end() && found->is_number_integer() &&
                    (!found->is_number_unsigned() || found->get<std::uint64_t>() <= most);
  if (!fits) throw wrong(std::string("has no integer '") + key + "'");
  return found->get<std::int64_t>();
}

std::uint64_t size_of(const json& object, const char* key) {
  const std::int64_t value = integer_of(object, key);
  if (value < 0) throw wrong(std::string("'") + key + "' is negative");
  return static_cast<std::uint64_t>(value);
}

double real_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number()) return found->get<double>();
  const std::string text = text_of(object, key);
  if (text == "nan") return std::nan("");
  if (text == "inf" || text == "-inf") return text == "inf" ? HUGE_VAL : -HUGE_VAL;
  throw wrong(std::string("has no number '") + key + "'");
}

Reference reference_of(const json& object) {
  Reference r{text_of(object, "uri"),
              size_of(object, "bytes"),
              text_of(object, "checksum"),
              {},
              text_of(object, "lumisections")};
  if (object.contains("entries")) r.entries = size_of(object, "entries");
  return r;
}

Run run_of(const json& object) {
  Run run;
  run.id = text_of(object, "id");
  run.command = text_of(object, "command");
  run.arguments = texts_of_json(object.value("arguments", json()).dump());
  run.started_ns = integer_of(object, "started_ns");
  run.finished_ns = integer_of(object, "finished_ns");
  run.user = text_of(object, "user");
  run.host = text_of(object, "host");
  run.code = text_of(object, "code");
  const json links = object.value("links", json());
  if (!links.is_array()) throw wrong("a run has no links");
  for (const json& link : links) {
    if (!link.is_object() || !link.value("output", json()).is_boolean()) throw wrong("a link has no direction");
    run.links.push_back({link["output"].get<bool>(), text_of(link, "role"), text_of(link, "artifact")});
  }
  return run;
}

bool is_json_object(const std::string& text) { return json::parse(text, nullptr, false).is_object(); }

class Parser {
 public:
  Manifest run(std::string_view text) {
    std::size_t begin = 0;
    while (begin < text.size() && !ended_) {
      const std::size_t end = text.find('\n', begin);
      if (end == text.npos) break;
      ++line_;
      try {
        line(text.substr(begin, end - begin), text.substr(0, begin));
      } catch (Error& e) {
        e.in("line " + std::to_string(line_));
        throw;
      }
      begin = end + 1;
    }
    if (!ended_ || begin != text.size()) throw wrong(ended_ ? "goes on after its end" : "is cut short");
    check_links();
    return std::move(manifest_);
  }

 private:
  void line(std::string_view text, std::string_view before) {
    const json parsed = json::parse(text, nullptr, false);
    if (!parsed.is_object() || parsed.size() != 1) throw wrong("is no record");
    const auto item = parsed.begin();
    if (line_ == 1) return check_version(item.key(), item.value());
    if (!item.value().is_object()) throw wrong("is no record");
    take(item.key(), item.value(), before);
  }

  static void check_version(const std::string& key, const json& value) {
    if (key != "trigloop_export") throw wrong("is no export of a registry");
    if (value != format_version)
      throw Error(ErrorCode::unsupported, "has version " + value.dump() + "; this program reads version 1")
          .remedy("Import it with a newer trigloop");
  }

  void take(const std::string& what, const json& object, std::string_view before) {
    if (what == "file" || what == "reference" || what == "metric" || what == "tag") return take_part(what, object);
    close_artifact();
    if (what == "artifact") {
      Manifest::Entry& entry = manifest_.artifacts.emplace_back();
      entry.id = text_of(object, "id");
      entry.artifact.kind = text_of(object, "kind");
      entry.artifact.name = text_of(object, "name");
      entry.artifact.created_ns = integer_of(object, "created_ns");
      entry.artifact.properties = text_of(object, "properties");
      if (!is_json_object(entry.artifact.properties)) throw wrong("its properties are no JSON object");
      open_ = true;
    } else if (what == "run") {
      manifest_.runs.push_back(run_of(object));
      const Run& run = manifest_.runs.back();
      if (compares_hashes && run_id(run) != run.id) throw wrong("its record is not the one that its id stands for");
      if (!is_json_object(run.code)) throw wrong("its code is no JSON object");
    } else if (what == "alias" || what == "stage") {
      auto& labels = what == "alias" ? manifest_.aliases : manifest_.stages;
      labels.push_back({text_of(object, "artifact"), text_of(object, "label")});
    } else if (what == "end") {
      if (compares_hashes && text_of(object, "sha256") != core::sha256_hex(before))
        throw wrong("what stands before it has changed");
      ended_ = true;
    } else {
      throw wrong("there is no record '" + core::escaped(what) + "'");
    }
  }

  void take_part(const std::string& what, const json& object) {
    if (!open_) throw wrong("belongs to no artefact");
    NewArtifact& a = manifest_.artifacts.back().artifact;
    if (what == "file")
      a.files.push_back({text_of(object, "path"), size_of(object, "bytes"), text_of(object, "sha256")});
    else if (what == "reference")
      a.references.push_back(reference_of(object));
    else if (what == "metric")
      a.metrics.push_back({text_of(object, "name"), integer_of(object, "step"), real_of(object, "value")});
    else
      a.tags.push_back({text_of(object, "key"), text_of(object, "value")});
  }

  void close_artifact() {
    if (!open_) return;
    open_ = false;
    const Manifest::Entry& entry = manifest_.artifacts.back();
    try {
      check(entry.artifact);
    } catch (const Error& e) {
      throw wrong(e.reason());
    }
    const NewArtifact& a = entry.artifact;
    if (compares_hashes && artifact_id(a.kind, a.files, a.references) != entry.id)
      throw wrong("the files of '" + core::escaped(a.name) + "' are not those that its id stands for");
    known_.insert(entry.id);
  }

  void check_links() const {
    const auto need = [&](const std::string& id) {
      if (!known_.contains(id)) throw wrong("names '" + core::escaped(id.substr(0, 64)) + "', which it does not hold");
    };
    for (const Run& run : manifest_.runs) {
      for (const Link& link : run.links) need(link.artifact);
    }
    for (const auto& label : manifest_.aliases) need(label.artifact);
    for (const auto& label : manifest_.stages) need(label.artifact);
  }

  Manifest manifest_;
  std::set<std::string> known_;
  std::size_t line_ = 0;
  bool open_ = false, ended_ = false;
};

}  // namespace

std::string to_text(const Manifest& manifest) {
  std::string text = first_line();
  for (const Manifest::Entry& entry : manifest.artifacts) text += artifact_line(entry) + contents_lines(entry.artifact);
  for (const Run& run : manifest.runs) text += run_line(run);
  for (const auto& label : manifest.aliases) text += label_line("alias", label);
  for (const auto& label : manifest.stages) text += label_line("stage", label);
  return text + record("end", [&](JsonWriter& out) { out.member("sha256", core::sha256_hex(text)); });
}

Manifest parse_manifest(std::string_view text, const std::string& name) {
  try {
    return Parser().run(text);
  } catch (Error& e) {
    e.file(name);
    throw;
  }
}

}  // namespace trigloop::registry
