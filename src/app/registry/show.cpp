// trigloop registry list, show, history: what is there.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "app/registry/commands.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "registry/json.hpp"
#include "registry/labels.hpp"
#include "registry/lineage.hpp"

namespace trigloop::app {
namespace {

using registry::Registry;

std::string labels_of(Registry& store, const std::string& id) {
  std::string text;
  const std::string stage = registry::stage_of(store, id);
  if (stage != "none") text += " " + stage;
  for (const std::string& alias : registry::aliases_of(store, id)) text += " @" + alias;
  return text;
}

void write_labels(core::JsonWriter& json, Registry& store, const std::string& id) {
  json.member("stage", std::string_view(registry::stage_of(store, id))).key("aliases").begin_array();
  for (const std::string& alias : registry::aliases_of(store, id)) json.value(std::string_view(alias));
  json.end_array();
}

// ---- list

struct ListOptions {
  RegistryOptions registry;
  registry::Filter filter;
  std::vector<std::string> tags;
  std::string since;
};

void list_json(Registry& store, const std::vector<registry::Artifact>& artifacts) {
  core::JsonWriter json;
  json.begin_array();
  for (const registry::Artifact& a : artifacts) {
    json.begin_object().key("artifact");
    write(json, a);
    write_labels(json, store, a.id);
    json.end_object();
  }
  std::cout << json.end_array().text() << '\n';
}

void list(ListOptions& options) {
  Registry store(folder_of(options.registry), registry::Access::read);
  for (const std::string& tag : options.tags) options.filter.tags.push_back(tag_of(tag));
  if (!options.since.empty()) options.filter.since_ns = registry::now_ns() - duration_ns(options.since);
  const auto artifacts = store.list(options.filter);
  if (options.registry.json) return list_json(store, artifacts);
  for (const registry::Artifact& a : artifacts) {
    std::cout << fmt::format("{}  {:<10} {:<32} {:>9}  {}{}\n", a.id.substr(0, 12), a.kind,
                             a.name + ":" + std::to_string(a.version), core::human_bytes(a.bytes),
                             registry::utc(a.created_ns), labels_of(store, a.id));
  }
  if (artifacts.empty()) std::cout << "nothing\n";
  const auto most = static_cast<std::size_t>(options.filter.most);
  if (most > 0 && artifacts.size() == most) std::cout << "the newest " << most << "; --limit 0 shows all\n";
}

void add_list(CLI::App& registry) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = registry.add_subcommand("list", "Artefacts, newest first");
  add_registry_options(*command, options->registry);
  command->add_option("-k,--kind", options->filter.kind, "Only these: model, dataset, config, study, report, ...");
  command->add_option("-n,--name", options->filter.name, "Only these");
  command->add_option("--stage", options->filter.stage, "Only these");
  command->add_option("--tag", options->tags, "KEY=VALUE; may be repeated")->allow_extra_args(false);
  command->add_option("--since", options->since, "Not older than 15m, 12h, 30d");
  command->add_option("--limit", options->filter.most, "At most so many; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->footer(
      "Examples:\n  trigloop registry list --kind model --stage candidate\n"
      "  trigloop registry list --tag site=cern --limit 0 --json");
  command->callback([options] { list(*options); });
}

// ---- show

struct ShowOptions {
  RegistryOptions registry;
  std::string which, file;
  std::uint64_t most = 20;
};

void write_contents(core::JsonWriter& json, Registry& store, const std::string& id) {
  json.key("stored").begin_array();
  for (const registry::StoredFile& f : store.files(id)) {
    json.begin_object().member("path", std::string_view(f.path)).member("bytes", f.bytes);
    json.member("sha256", std::string_view(f.sha256)).end_object();
  }
  json.end_array().key("references").begin_array();
  for (const registry::Reference& r : store.references(id)) {
    json.begin_object().member("uri", std::string_view(r.uri)).member("bytes", r.bytes);
    json.member("checksum", std::string_view(r.checksum)).key("entries");
    if (r.entries)
      json.value(*r.entries);
    else
      json.null();
    json.member("lumisections", std::string_view(r.lumisections)).end_object();
  }
  json.end_array().key("metrics").begin_array();
  for (const registry::Metric& m : store.metrics(id)) {
    json.begin_object().member("name", std::string_view(m.name)).member("step", m.step).member("value", m.value);
    json.end_object();
  }
  json.end_array().key("tags").begin_object();
  for (const registry::Tag& t : store.tags(id)) json.member(t.key, std::string_view(t.value));
  json.end_object();
}

void write_runs(core::JsonWriter& json, Registry& store, const std::string& id, bool output) {
  json.key(output ? "made_by" : "used_by").begin_array();
  for (const registry::Run& run : store.runs_of(id, output)) {
    json.begin_object();
    registry::write_members(json, run);
    json.end_object();
  }
  json.end_array();
}

void show_json(Registry& store, const registry::Artifact& a) {
  core::JsonWriter json;
  json.begin_object().key("artifact");
  write(json, a);
  write_labels(json, store, a.id);
  write_contents(json, store, a.id);
  write_runs(json, store, a.id, true);
  write_runs(json, store, a.id, false);
  std::cout << json.end_object().text() << '\n';
}

/// Prints the first lines of a list of any length.
template <class Items, class Line>
void print_some(const char* title, const Items& items, std::uint64_t most, Line line) {
  if (items.empty()) return;
  std::cout << title << '\n';
  for (std::size_t i = 0; i < items.size() && i < most; ++i) std::cout << "  " << line(items[i]) << '\n';
  if (items.size() > most) std::cout << "  ... and " << items.size() - most << " more (--limit)\n";
}

std::string line_of(const registry::Reference& r) {
  std::string text = fmt::format("{}  {}", r.uri, core::human_bytes(r.bytes));
  if (!r.checksum.empty()) text += "  " + r.checksum;
  if (r.entries) text += "  " + core::with_commas(*r.entries) + " entries";
  return r.lumisections.empty() ? text : text + "  " + r.lumisections;
}

/// The last value of each metric, with the number of its steps.
std::vector<std::string> metric_lines(const std::vector<registry::Metric>& metrics) {
  std::vector<std::string> lines;
  for (std::size_t i = 0, begin = 0; i < metrics.size(); ++i) {
    if (i + 1 < metrics.size() && metrics[i + 1].name == metrics[i].name) continue;
    const std::size_t steps = i + 1 - begin;
    begin = i + 1;
    lines.push_back(fmt::format("{} = {:.6g}", metrics[i].name, metrics[i].value) +
                    (steps > 1 ? fmt::format(" (last of {})", steps) : ""));
  }
  return lines;
}

void show_text(Registry& store, const registry::Artifact& a, std::uint64_t most) {
  std::cout << a.kind << ' ' << a.name << ':' << a.version << labels_of(store, a.id) << '\n'
            << "  id " << a.id << '\n'
            << "  recorded " << registry::utc(a.created_ns) << ", " << a.files << " files, "
            << core::human_bytes(a.bytes) << '\n';
  if (a.properties != "{}") std::cout << "  " << a.properties << '\n';
  print_some("tags", store.tags(a.id), most, [](const auto& t) { return t.key + " = " + t.value; });
  print_some("files", store.files(a.id), most, [](const auto& f) {
    return fmt::format("{}  {}  {}", f.sha256.substr(0, 12), f.path, core::human_bytes(f.bytes));
  });
  print_some("references", store.references(a.id), most, line_of);
  print_some("metrics", metric_lines(store.metrics(a.id)), most, [](const std::string& line) { return line; });
  const auto in_words = [](const registry::Run& run) { return registry::in_words(run); };
  print_some("made by", store.runs_of(a.id, true), most, in_words);
  print_some("used by", store.runs_of(a.id, false), most, in_words);
}

void show(const ShowOptions& options) {
  Registry store(folder_of(options.registry), registry::Access::read);
  const registry::Artifact a = store.get(store.resolve(options.which));
  if (!options.file.empty()) {
    for (const registry::StoredFile& f : store.files(a.id)) {
      if (f.path != options.file) continue;
      std::cout << store.objects().read(f, std::uint64_t{1} << 30);
      return;
    }
    throw core::Error(core::ErrorCode::not_found, "has no file '" + core::escaped(options.file) + "'")
        .file(options.which);
  }
  options.registry.json ? show_json(store, a) : show_text(store, a, options.most);
}

void add_show(CLI::App& registry) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = registry.add_subcommand("show", "All that is known of an artefact");
  add_registry_options(*command, options->registry);
  command->add_option("which", options->which, which_help)->required();
  command->add_option("--file", options->file, "Print this file of it, and nothing else");
  command->add_option("--limit", options->most, "Lines of each part")->capture_default_str();
  command->footer(
      "Examples:\n  trigloop registry show Contrastive_VAE@champion\n"
      "  trigloop registry show 3f2a9c --file config.yaml");
  command->callback([options] { show(*options); });
}

// ---- history

void print_history(const ShowOptions& options) {
  Registry store(folder_of(options.registry), registry::Access::read);
  const auto entries = registry::history(store, options.which.empty() ? "" : store.resolve(options.which));
  core::JsonWriter json;
  json.begin_array();
  for (const registry::Entry& e : entries) {
    json.begin_object().member("number", e.number).member("time", registry::utc(e.time_ns));
    json.member("user", std::string_view(e.user)).member("action", std::string_view(e.action));
    json.member("artifact", std::string_view(e.artifact)).member("key", std::string_view(e.key));
    json.member("old", std::string_view(e.old_value)).member("new", std::string_view(e.new_value)).end_object();
    if (!options.registry.json)
      std::cout << fmt::format("{:>5}  {}  {}  {} {} {}: '{}' -> '{}'\n", e.number, registry::utc(e.time_ns), e.user,
                               e.action, e.artifact.substr(0, 12), core::escaped(e.key), core::escaped(e.old_value),
                               core::escaped(e.new_value));
  }
  if (options.registry.json) std::cout << json.end_array().text() << '\n';
}

void add_history(CLI::App& registry) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = registry.add_subcommand("history", "Who changed labels, imported and removed, oldest first");
  add_registry_options(*command, options->registry);
  command->add_option("which", options->which, "Of this artefact alone");
  command->callback([options] { print_history(*options); });
}

}  // namespace

void add_registry_show(CLI::App& registry) {
  add_list(registry);
  add_show(registry);
  add_history(registry);
}

}  // namespace trigloop::app
