#include "registry/artifact.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"

namespace trigloop::registry {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::string_view kinds_[] = {"model",   "dataset",   "config", "study",     "report",
                                       "spectra", "reference", "alarm",  "deployment"};
constexpr std::size_t most_name = 250;  ///< what an MLflow server takes

bool is_hexadecimal(std::string_view text, std::size_t digits) noexcept {
  return text.size() == digits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_checksum(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  if (text.empty()) return true;
  if (colon == text.npos) return false;
  const std::string_view kind = text.substr(0, colon), digits = text.substr(colon + 1);
  return (kind == "adler32" && is_hexadecimal(digits, 8)) || (kind == "sha256" && is_sha256(digits));
}

bool has_control(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

void check_word(std::string_view what, const std::string& text) {
  if (!text.empty() && text.size() <= most_name && !has_control(text)) return;
  throw Error(ErrorCode::usage, std::string(what) + " '" + core::escaped(text) + "' is empty, longer than " +
                                    std::to_string(most_name) + " bytes or has control characters");
}

void check_kind(const std::string& kind) {
  if (std::ranges::find(kinds_, kind) != std::end(kinds_)) return;
  const std::vector<std::string> names(std::begin(kinds_), std::end(kinds_));
  const std::string near = core::nearest(kind, names);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw Error(ErrorCode::usage, "there is no kind '" + core::escaped(kind) + "'")
      .remedy(near.empty() ? "Kinds are " + all : "Did you mean '" + near + "'?");
}

/// Text in the list of which an id is the hash: its length says where it ends.
std::string counted(std::string_view text) { return std::to_string(text.size()) + ":" + std::string(text); }

std::string line(const StoredFile& file) {
  return "file " + std::to_string(file.bytes) + " sha256:" + file.sha256 + " " + counted(file.path) + "\n";
}

/// With a SHA-256 the content is known, wherever it is; without, the place is part of what it is.
std::string line(const Reference& r) {
  if (r.checksum.starts_with("sha256:")) return "reference " + std::to_string(r.bytes) + " " + r.checksum + "\n";
  return "reference " + std::to_string(r.bytes) + " " + r.checksum + " " + counted(r.uri) + "\n";
}

}  // namespace

std::span<const std::string_view> kinds() noexcept { return kinds_; }

bool is_sha256(std::string_view text) noexcept { return is_hexadecimal(text, 64); }

bool is_inside(std::string_view path) noexcept {
  if (path.empty() || path.size() > 4096 || path.front() == '/' || has_control(path)) return false;
  if (path.find('\\') != path.npos) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string artifact_id(std::string_view kind, std::span<const StoredFile> files,
                        std::span<const Reference> references) {
  std::vector<std::string> lines;
  lines.reserve(files.size() + references.size());
  for (const StoredFile& file : files) lines.push_back(line(file));
  for (const Reference& r : references) lines.push_back(line(r));
  std::ranges::sort(lines);
  core::Sha256 hash;
  hash.update("trigloop artifact 1\n").update(kind).update("\n");
  for (const std::string& text : lines) hash.update(text);
  return hash.finish();
}

std::string run_id(const Run& run) {
  std::vector<std::string> lines;
  for (const Link& link : run.links)
    lines.push_back((link.output ? "out " : "in ") + link.artifact + " " + counted(link.role) + "\n");
  std::ranges::sort(lines);
  lines.erase(std::ranges::unique(lines).begin(), lines.end());
  core::Sha256 hash;
  hash.update("trigloop run 1\n" + counted(run.command) + "\n" + counted(to_json(run.arguments)) + "\n");
  hash.update(std::to_string(run.started_ns) + " " + std::to_string(run.finished_ns) + "\n");
  hash.update(counted(run.user) + counted(run.host) + counted(run.code) + "\n");
  for (const std::string& text : lines) hash.update(text);
  return hash.finish();
}

void check(const NewArtifact& artifact) {
  check_kind(artifact.kind);
  check_word("the name", artifact.name);
  if (artifact.name.find_first_of("/@:") != std::string::npos)
    throw Error(ErrorCode::usage, "the name '" + artifact.name + "' has one of / @ :")
        .remedy("They mark kind, alias and version: KIND/NAME@ALIAS, NAME:VERSION");
  std::set<std::string_view> paths;
  for (const StoredFile& file : artifact.files) {
    if (!is_inside(file.path) || !is_sha256(file.sha256) || !paths.insert(file.path).second)
      throw Error(ErrorCode::usage, "'" + core::escaped(file.path) + "' cannot be a file of an artefact")
          .remedy("Paths are relative, stay inside, and stand once, each with a SHA-256");
  }
  for (const Reference& r : artifact.references) {
    if (r.uri.empty() || has_control(r.uri) || has_control(r.lumisections) || !is_checksum(r.checksum))
      throw Error(ErrorCode::usage,
                  "'" + core::escaped(r.uri) + "', checksum '" + core::escaped(r.checksum) + "', cannot be a reference")
          .remedy("Checksums are adler32:<8 digits> or sha256:<64 digits>, in small letters");
  }
  for (const Metric& metric : artifact.metrics) check_word("the metric", metric.name);
  for (const Tag& tag : artifact.tags) check_word("the tag", tag.key);
}

std::string to_json(std::span<const std::string> texts) {
  core::JsonWriter json;
  json.begin_array();
  for (const std::string& text : texts) json.value(std::string_view(text));
  return json.end_array().text();
}

std::vector<std::string> texts_of_json(const std::string& json) {
  const auto array = nlohmann::json::parse(json, nullptr, false);
  std::vector<std::string> texts;
  const bool right = array.is_array() && std::ranges::all_of(array, [](const auto& v) { return v.is_string(); });
  if (!right) throw Error(ErrorCode::damaged, "is no list of texts: " + core::escaped(json.substr(0, 80)));
  for (const auto& text : array) texts.push_back(text.get<std::string>());
  return texts;
}

}  // namespace trigloop::registry
