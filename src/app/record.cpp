#include "app/record.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

/// What cannot be in a name becomes '_'.
std::string plain(std::string name) {
  if (name.empty()) name = "unnamed";
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < 32 || std::string_view("/@:").find(c) != std::string_view::npos) c = '_';
  }
  return name.substr(0, 250);
}

/// "runs/Data.h5" -> "Data"
std::string plain_name(const fs::path& path) { return plain(path.stem().native()); }

std::string uri_of(const fs::path& path) { return fs::absolute(path).lexically_normal().native(); }

std::vector<fs::path> files_below(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

registry::Reference reference_to(const fs::path& path) {
  return {
      .uri = uri_of(path), .bytes = core::InputFile(path).size(), .checksum = "sha256:" + core::sha256_of_file(path)};
}

}  // namespace

std::vector<std::string> command_line() {
  // Not core::read_text: the file's size is told as 0.
  std::vector<std::string> words;
  std::string text, buffer(4096, '\0');
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/cmdline", "r"), &std::fclose);
  while (file != nullptr) {
    const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (n == 0) break;
    text.append(buffer, 0, n);
  }
  for (std::size_t at = text.find('\0'); at != text.npos && at + 1 < text.size();) {
    const std::size_t end = text.find('\0', at + 1);
    words.push_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return words;
}

std::string code_json() {
  core::JsonWriter json;
  json.begin_object().member("version", TRIGLOOP_VERSION);
  return json.member("program", core::sha256_of_file("/proc/self/exe")).end_object().text();
}

std::vector<registry::StoredFile> put_folder(registry::Registry& store, const fs::path& folder) {
  std::vector<registry::StoredFile> files;
  for (const fs::path& path : files_below(folder))
    files.push_back(store.objects().put(path, path.lexically_relative(folder).generic_string()));
  return files;
}

void add_registry_options(CLI::App& command, RecordOptions& options) {
  command.add_option("--registry", options.folder, "Record the run in this registry (docs/registry.md)")
      ->envname("TRIGLOOP_REGISTRY");
  command.add_flag("--no-registry", options.off, "Record nothing");
}

void add_record_options(CLI::App& command, RecordOptions& options) {
  add_registry_options(command, options);
  command.add_option("--name", options.name, "What the result is called in the registry");
}

Recorder::Recorder(RecordOptions options, std::string command) : options_(std::move(options)) {
  if (!options_.on()) return;
  const registry::Registry usable(options_.folder, registry::Access::write);
  run_.command = std::move(command);
  run_.arguments = command_line();
  run_.started_ns = registry::now_ns();
  run_.user = registry::user_name();
  run_.host = registry::host_name();
  run_.code = code_json();
}

std::string Recorder::named(std::string name) const {
  return options_.name.empty() ? plain_name(name) : plain(options_.name);
}

void Recorder::input(std::string role, std::string kind, const fs::path& path) {
  if (!options_.on()) return;
  Item item{false, std::move(role), {.kind = kind, .name = plain_name(path)}, {}, {}, {}};
  const bool copied = (kind == "model" || kind == "config") && !fs::is_directory(path);
  for (const fs::path& file : files_below(path)) {
    // Of a scouting run's folder, what the scout recorded: the rest follows from the records.
    if (kind != "spectra" || file == path || file.extension() == ".record")
      item.artifact.references.push_back(reference_to(file));
  }
  if (item.artifact.references.empty()) return;
  if (copied) {
    item.known_by.push_back(item.artifact.references.front().checksum.substr(7));
    item.folder = path;
    item.artifact.references.clear();
  }
  items_.push_back(std::move(item));
}

void Recorder::input_bundle(std::string role, const fs::path& folder, const std::string& file) {
  if (!options_.on()) return;
  Item item{false, std::move(role), {.kind = "model", .name = plain_name(folder)}, folder, {}, {}};
  item.known_by.push_back(core::sha256_of_file(folder / file));
  items_.push_back(std::move(item));
}

void Recorder::input_artifact(std::string role, const std::string& id) {
  if (options_.on()) run_.links.push_back({false, std::move(role), id});
}

void Recorder::input_text(std::string role, std::string kind, std::string name, std::string file, std::string text) {
  if (!options_.on()) return;
  items_.push_back({false,
                    std::move(role),
                    {.kind = std::move(kind), .name = plain_name(name)},
                    {},
                    std::move(file),
                    std::move(text)});
}

void Recorder::input_sizes(std::string role, std::string kind, std::string name, const std::vector<fs::path>& paths) {
  if (!options_.on()) return;
  Item item{false, std::move(role), {.kind = std::move(kind), .name = plain_name(name)}, {}, {}, {}};
  for (const fs::path& path : paths) {
    for (const fs::path& file : files_below(path)) {
      std::error_code error;
      const auto bytes = fs::file_size(file, error);
      item.artifact.references.push_back({.uri = uri_of(file), .bytes = error ? 0 : bytes});
    }
  }
  if (!item.artifact.references.empty()) items_.push_back(std::move(item));
}

void Recorder::output_folder(std::string role, std::string kind, std::string name, const fs::path& path,
                             std::vector<registry::Metric> metrics) {
  if (!options_.on()) return;
  Item item{true, std::move(role), {.kind = std::move(kind), .name = named(name)}, path, {}, {}};
  item.artifact.metrics = std::move(metrics);
  items_.push_back(std::move(item));
}

void Recorder::output_text(std::string role, std::string kind, std::string name, std::string file, std::string text,
                           std::vector<registry::Metric> metrics) {
  if (!options_.on()) return;
  Item item{true, std::move(role), {.kind = std::move(kind), .name = named(name)},
            {},   std::move(file), std::move(text)};
  item.artifact.metrics = std::move(metrics);
  items_.push_back(std::move(item));
}

void Recorder::output_references(std::string role, std::string kind, std::string name,
                                 const std::vector<fs::path>& paths, std::string lumisections) {
  if (!options_.on() || paths.empty()) return;
  Item item{true, std::move(role), {.kind = std::move(kind), .name = named(name)}, {}, {}, {}};
  for (const fs::path& path : paths) item.artifact.references.push_back(reference_to(path));
  item.artifact.references.front().lumisections = std::move(lumisections);
  items_.push_back(std::move(item));
}

/// The id of an item's artefact; its files are among the objects then.
std::string Recorder::resolve(registry::Registry& store, Item& item) const {
  for (const std::string& sha256 : item.known_by) {
    const auto known = store.find_content(sha256);
    if (!known.empty()) return known.front();
  }
  if (!item.file.empty()) item.artifact.files = {store.objects().put_text(item.text, item.file)};
  if (!item.folder.empty() && fs::is_directory(item.folder)) item.artifact.files = put_folder(store, item.folder);
  if (!item.folder.empty() && !fs::is_directory(item.folder))
    item.artifact.files = {store.objects().put(item.folder, item.folder.filename())};
  return "";
}

void Recorder::commit(bool reused) {
  if (!options_.on()) return;
  try {
    registry::Registry store(options_.folder, registry::Access::write);
    std::vector<std::string> ids;
    for (Item& item : items_) ids.push_back(resolve(store, item));
    registry::Transaction all(store.database());
    bool news = !reused;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const std::string id = ids[i].empty() ? store.add(items_[i].artifact) : ids[i];
      news |= items_[i].output && store.runs_of(id, true).empty();
      run_.links.push_back({items_[i].output, items_[i].role, id});
    }
    if (!news) return;
    run_.finished_ns = registry::now_ns();
    store.add(run_);
    all.commit();
  } catch (core::Error& e) {
    e.in("the work is done, but could not be recorded");
    throw;
  }
}

}  // namespace trigloop::app
