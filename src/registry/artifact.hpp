#pragma once
// What a registry knows: artefacts (content), and runs (how content came to be).
//
// An artefact is its content: its id is the SHA-256 of its kind and of the list of its files, so the same content has
// the same id on every machine, and nothing can change behind an id. A run is one execution of a command: what went in,
// what came out. Lineage is artefact - run - artefact.
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trigloop::registry {

/// model, dataset, config, study, report, spectra, reference, alarm, deployment.
std::span<const std::string_view> kinds() noexcept;

/// A file that the registry holds.
struct StoredFile {
  std::string path;  ///< within the artefact, relative, with '/'
  std::uint64_t bytes = 0;
  std::string sha256;  ///< 64 hexadecimal digits
};

/// A large input that stays where it is.
struct Reference {
  std::string uri;  ///< a path of this machine, file:, root://, https://...
  std::uint64_t bytes = 0;
  std::string checksum = {};  ///< "adler32:<8 digits>", "sha256:<64 digits>", or "" where it is not known
  std::optional<std::uint64_t> entries = {};  ///< events, where it is known
  std::string lumisections = {};              ///< "396102:1-20,30-40", or ""
};

struct Metric {
  std::string name;
  std::int64_t step = 0;
  double value = 0;  ///< NaN is kept
};

struct Tag {
  std::string key, value;
};

/// What is recorded; all but the files and references may differ for one content, and the first record stays.
struct NewArtifact {
  std::string kind, name;
  std::vector<StoredFile> files = {};
  std::vector<Reference> references = {};
  std::vector<Metric> metrics = {};
  std::vector<Tag> tags = {};
  std::string properties = "{}";  ///< a JSON object: what is special to the kind
  std::int64_t created_ns = 0;    ///< 0: now
};

struct Artifact {
  std::string id, kind, name;
  std::int64_t version = 0;            ///< counts those of its kind and name, from 1, at this site
  std::int64_t created_ns = 0;         ///< since 1970 UTC
  std::uint64_t bytes = 0, files = 0;  ///< of files and references
  std::string properties;
};

/// One artefact that went into a run or came out of it.
struct Link {
  bool output = false;
  std::string role;  ///< data, config, parent, model, background, signals, ...
  std::string artifact;
};

struct Run {
  std::string id = {};                      ///< what Registry::run() gives; add() works it out
  std::string command;                      ///< train, curate, ...
  std::vector<std::string> arguments = {};  ///< as typed
  std::int64_t started_ns = 0, finished_ns = 0;
  std::string user = {}, host = {};
  std::string code = "{}";  ///< a JSON object: version and SHA-256 of the program
  std::vector<Link> links = {};
};

/// The SHA-256 of the text that docs/registry.md describes. Files and references in any order.
std::string artifact_id(std::string_view kind, std::span<const StoredFile> files,
                        std::span<const Reference> references);
std::string run_id(const Run& run);

/// Errors (usage): an unknown kind, a path that is absolute, leaves the artefact or stands twice, a hash or checksum
/// that is none, control characters in names.
void check(const NewArtifact& artifact);
bool is_sha256(std::string_view text) noexcept;
/// Whether `path` is relative, in its shortest form, and stays below where it begins.
bool is_inside(std::string_view path) noexcept;

/// A JSON array of texts, and back. Error: damaged.
std::string to_json(std::span<const std::string> texts);
std::vector<std::string> texts_of_json(const std::string& json);

}  // namespace trigloop::registry
