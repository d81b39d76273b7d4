// trigloop registry add: artefacts that no command of ours made.
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "app/record.hpp"
#include "app/registry/commands.hpp"
#include "core/json_writer.hpp"
#include "core/progress.hpp"
#include "registry/checksum.hpp"
#include "scout/run/choice.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using registry::Registry;

struct Options {
  RegistryOptions registry;
  registry::NewArtifact artifact;
  std::vector<std::string> files, references, tags, sources;
  std::string list, checksum = "none";
};

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size())
    throw Error(ErrorCode::usage, "'" + core::escaped(text) + "' is no number");
  return number;
}

/// URI,bytes[,checksum[,entries[,lumisections]]] a line; the last may hold commas.
registry::Reference reference_of_line(const std::string& line) {
  std::istringstream fields(line);
  std::string uri, bytes, checksum, entries, lumisections;
  std::getline(fields, uri, ',');
  std::getline(fields, bytes, ',');
  std::getline(fields, checksum, ',');
  std::getline(fields, entries, ',');
  std::getline(fields, lumisections);
  registry::Reference r{.uri = uri, .bytes = number_of(bytes), .checksum = checksum};
  if (!entries.empty()) r.entries = number_of(entries);
  r.lumisections = lumisections;
  return r;
}

std::vector<registry::Reference> references_of_list(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorCode::not_found, "cannot open").file(path);
  std::vector<registry::Reference> references;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    try {
      references.push_back(reference_of_line(line));
    } catch (Error& e) {
      e.in("line " + std::to_string(number)).file(path);
      e.remedy("A line is URI,bytes[,checksum[,entries[,lumisections]]]");
      throw;
    }
  }
  return references;
}

std::vector<registry::Reference> references_of(const Options& options) {
  std::vector<registry::Reference> references;
  if (!options.list.empty()) references = references_of_list(options.list);
  if (options.references.empty()) return references;
  const auto paths = scout::expand(options.references);
  core::Progress progress("references", paths.size(), "files");
  for (const fs::path& path : paths) {
    registry::Reference& r = references.emplace_back();
    r.uri = fs::absolute(path).lexically_normal().native();
    std::error_code error;
    r.bytes = fs::file_size(path, error);
    if (error) throw Error(ErrorCode::not_found, error.message()).file(path.native());
    if (options.checksum != "none") r.checksum = registry::checksum_of_file(path, options.checksum);
    progress.advance(1);
  }
  return references;
}

std::vector<registry::StoredFile> stored_files(Registry& store, const std::vector<std::string>& paths) {
  std::vector<registry::StoredFile> files;
  for (const fs::path path : paths) {
    if (fs::is_directory(path)) {
      for (registry::StoredFile& file : put_folder(store, path)) files.push_back(std::move(file));
    } else {
      files.push_back(store.objects().put(path, path.filename()));
    }
  }
  return files;
}

void add(Options& options) {
  registry::NewArtifact artifact = options.artifact;
  for (const std::string& tag : options.tags) artifact.tags.push_back(tag_of(tag));
  artifact.references = references_of(options);
  if (options.files.empty() && artifact.references.empty())
    throw Error(ErrorCode::usage, "no content is given").remedy("Give --file, --reference or --list");
  Registry store(folder_of(options.registry), registry::Access::write);
  artifact.files = stored_files(store, options.files);
  registry::Run run{.command = "registry add", .arguments = command_line()};
  run.started_ns = run.finished_ns = registry::now_ns();
  run.user = registry::user_name();
  run.host = registry::host_name();
  run.code = code_json();
  for (const std::string& source : options.sources) run.links.push_back({false, "source", store.resolve(source)});
  registry::Transaction all(store.database());
  const bool known = store.has(registry::artifact_id(artifact.kind, artifact.files, artifact.references));
  const std::string id = store.add(artifact);
  run.links.push_back({true, artifact.kind, id});
  if (!known || !options.sources.empty()) store.add(run);
  all.commit();
  if (options.registry.json)
    std::cout << core::JsonWriter().begin_object().member("id", std::string_view(id)).end_object().text() << '\n';
  else
    std::cout << id << '\n';
}

}  // namespace

void add_registry_add(CLI::App& registry) {
  auto options = std::make_shared<Options>();
  CLI::App* command = registry.add_subcommand("add", "Record what no command of trigloop made");
  add_registry_options(*command, options->registry);
  command->add_option("-k,--kind", options->artifact.kind, "model, dataset, config, study, report, spectra, ...")
      ->required();
  command->add_option("-n,--name", options->artifact.name, "Its name")->required();
  command->add_option("-f,--file", options->files, "Files and folders to copy in");
  command->add_option("-r,--reference", options->references,
                      "Files that stay where they are: names, patterns in quotes");
  command->add_option("--list", options->list, "References as CSV: URI,bytes[,checksum[,entries[,lumisections]]]");
  command
      ->add_option("--checksum", options->checksum, "Of --reference files: none, adler32 or sha256; reads them whole")
      ->check(CLI::IsMember({"none", "adler32", "sha256"}))
      ->capture_default_str();
  command->add_option("--from", options->sources, "Artefacts that it was made of");
  command->add_option("--tag", options->tags, "KEY=VALUE; may be repeated")->allow_extra_args(false);
  command->footer(
      "Examples:\n  trigloop registry add --kind dataset --name zerobias2024 --list files.csv\n"
      "  trigloop registry add --kind dataset --name zb --reference '/eos/zb/*.root' --checksum adler32\n"
      "  trigloop registry add --kind model --name axol1tl_v5 --file axol1tl_v5.onnx");
  command->callback([options] { add(*options); });
}

}  // namespace trigloop::app
