#pragma once
// How commands record themselves: what went in, what came out.
//
//     Recorder record(options.record, "train");           // before the work: a registry that cannot be used is told
//     now record.input_text("config", "config", name, "config.yaml", yaml); record.input("data", "dataset", path); //
//     the artefact with this content, or a new reference to it
//     ... the work ...
//     record.output_folder("model", "model", name, path);
//     record.commit();                                     // one transaction
//
// Without a registry (neither --registry nor $TRIGLOOP_REGISTRY, or with --no-registry) nothing of this does anything.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "registry/registry.hpp"

namespace trigloop::app {

struct RecordOptions {
  std::string folder;  ///< from --registry or the environment
  std::string name;    ///< --name: of what comes out
  bool off = false;

  bool on() const { return !off && !folder.empty(); }
};

/// --registry, --no-registry.
void add_registry_options(CLI::App& command, RecordOptions& options);
/// The same, and --name.
void add_record_options(CLI::App& command, RecordOptions& options);

class Recorder {
 public:
  /// Errors: those of Registry.
  Recorder(RecordOptions options, std::string command);

  // What goes in is identified now. A file or folder that an artefact holds already is that artefact; another becomes a
  // new one of the given kind: files of models and configurations as copies, all else by reference.
  void input(std::string role, std::string kind, const std::filesystem::path& path);
  /// A model's folder, known by one of its files; copied, where it is not.
  void input_bundle(std::string role, const std::filesystem::path& folder, const std::string& file);
  /// One that the registry has.
  void input_artifact(std::string role, const std::string& id);
  void input_text(std::string role, std::string kind, std::string name, std::string file, std::string text);
  /// Many large files, by size alone: their content is not read.
  void input_sizes(std::string role, std::string kind, std::string name,
                   const std::vector<std::filesystem::path>& paths);

  /// Copied in.
  void output_folder(std::string role, std::string kind, std::string name, const std::filesystem::path& path,
                     std::vector<registry::Metric> metrics = {});
  void output_text(std::string role, std::string kind, std::string name, std::string file, std::string text,
                   std::vector<registry::Metric> metrics = {});
  /// By reference, with their SHA-256.
  void output_references(std::string role, std::string kind, std::string name,
                         const std::vector<std::filesystem::path>& paths, std::string lumisections = "");

  /// Records it all. `reused`: nothing was made; recorded only if no run is known that made the results. Errors: those
  /// of Registry; what the command made is there nevertheless.
  void commit(bool reused = false);

 private:
  struct Item {
    bool output;
    std::string role;
    registry::NewArtifact artifact;
    std::filesystem::path folder;         ///< to copy in
    std::string file, text;               ///< to copy in
    std::vector<std::string> known_by{};  ///< SHA-256 of content by which an artefact may be known
  };
  std::string resolve(registry::Registry& store, Item& item) const;
  std::string named(std::string name) const;

  RecordOptions options_;
  registry::Run run_;
  std::vector<Item> items_;
};

/// The words of this process's command line, behind the program's name.
std::vector<std::string> command_line();
/// {"version": ..., "program": SHA-256 of the executable}
std::string code_json();
/// Every file below `folder`, copied in, by its path below it.
std::vector<registry::StoredFile> put_folder(registry::Registry& store, const std::filesystem::path& folder);

}  // namespace trigloop::app
