// trigloop registry verify, gc, export, import: taking care.
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/registry/commands.hpp"
#include "core/json_writer.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "registry/gc.hpp"
#include "registry/json.hpp"
#include "registry/lineage.hpp"
#include "registry/transfer.hpp"
#include "registry/verify.hpp"

namespace trigloop::app {
namespace {

using registry::Registry;

struct Options {
  RegistryOptions registry;
  registry::VerifyOptions verify;
  std::vector<std::string> which;
  std::string folder, older_than = "0";
  bool no_checksums = false, artifacts = false, yes = false, all = false, alone = false, labels = false;
};

// ---- verify

void print_json(const registry::VerifyReport& report) {
  core::JsonWriter json;
  json.begin_object().key("problems").begin_array();
  for (const registry::Problem& p : report.problems) {
    json.begin_object().member("what", std::string_view(p.what)).member("where", std::string_view(p.where));
    json.member("artifact", std::string_view(p.artifact)).member("text", std::string_view(p.text)).end_object();
  }
  json.end_array().member("files", report.files).member("bytes", report.bytes).member("rows", report.rows);
  json.member("references", report.references).member("unreachable_references", report.unreachable);
  std::cout << json.end_object().text() << '\n';
}

void verify(Options& options) {
  Registry store(folder_of(options.registry), registry::Access::read);
  options.verify.checksums = !options.no_checksums;
  core::Progress progress("verifying", 0, "files",
                          options.registry.json ? core::ProgressMode::quiet : core::ProgressMode::automatic);
  options.verify.progress = [&](std::uint64_t n) { progress.advance(n); };
  const registry::VerifyReport report = registry::verify(store, options.verify);
  if (options.registry.json) {
    print_json(report);
  } else {
    for (const registry::Problem& p : report.problems) {
      std::cout << p.what << ' ' << core::escaped(p.where) << ": " << p.text
                << (p.artifact.empty() ? "" : " (artefact " + p.artifact.substr(0, 12) + ")") << '\n';
    }
    std::cout << report.files << " files (" << core::human_bytes(report.bytes) << "), "
              << core::with_commas(report.rows) << " rows and " << report.references << " references looked at ("
              << report.unreachable << " are not readable from here): " << report.problems.size() << " problems\n";
  }
  if (!report.problems.empty()) throw ErrorsReported{core::ErrorCode::damaged};
}

void add_verify(CLI::App& registry) {
  auto options = std::make_shared<Options>();
  CLI::App* command = registry.add_subcommand("verify", "Is everything still what it was?");
  add_registry_options(*command, options->registry);
  command->add_option("--references", options->verify.references, "References to look at, at most; which is random")
      ->capture_default_str();
  command->add_option("--seed", options->verify.seed, "Of that choice")->capture_default_str();
  command->add_flag("--no-checksums", options->no_checksums, "Of references only look at the size");
  command->footer(
      "Ends with 4 if anything has changed. Files are hashed whole, rows compared with their seals.\n"
      "Examples:\n  trigloop registry verify\n  trigloop registry verify --references 1000 --seed 7");
  command->callback([options] { verify(*options); });
}

// ---- gc

void print_json(const registry::GcReport& report, bool done) {
  core::JsonWriter json;
  json.begin_object().member("removed", done).key("artifacts").begin_array();
  for (const registry::Artifact& a : report.artifacts) write(json, a);
  json.end_array().member("files", report.files.size()).member("bytes", report.bytes);
  std::cout << json.end_object().text() << '\n';
}

void gc(const Options& options) {
  const auto access = options.yes ? registry::Access::exclusive : registry::Access::read;
  Registry store(folder_of(options.registry), access);
  const registry::GcReport report = registry::collect(
      store,
      {.artifacts = options.artifacts, .older_than_ns = duration_ns(options.older_than), .dry_run = !options.yes});
  if (options.registry.json) return print_json(report, options.yes);
  constexpr std::size_t most = 50;
  for (std::size_t i = 0; i < report.artifacts.size() && i < most; ++i)
    std::cout << "  " << registry::in_words(report.artifacts[i]) << '\n';
  if (report.artifacts.size() > most) std::cout << "  ... and " << report.artifacts.size() - most << " more\n";
  std::cout << (options.yes ? "removed " : "would remove ") << report.artifacts.size() << " artefacts and "
            << report.files.size() << " files, " << core::human_bytes(report.bytes)
            << (options.yes ? "\n" : "; --yes does it\n");
}

void add_gc(CLI::App& registry) {
  auto options = std::make_shared<Options>();
  CLI::App* command = registry.add_subcommand("gc", "Clean up: files that nothing names, artefacts that nothing needs");
  add_registry_options(*command, options->registry);
  command->add_flag("--artifacts", options->artifacts,
                    "Artefacts, too, but for: deployments; those with an alias, the tag keep, or the stage candidate, "
                    "staging or production; what these need");
  command->add_option("--older-than", options->older_than, "Of artefacts only those, as 30d")->capture_default_str();
  command->add_flag("-y,--yes", options->yes, "Do it; without, it is only told");
  command->footer(
      "Large inputs that are known by reference are never touched.\nExamples:\n"
      "  trigloop registry gc --artifacts --older-than 90d\n"
      "  trigloop registry gc --artifacts --older-than 90d --yes");
  command->callback([options] { gc(*options); });
}

// ---- export, import

void print(const Options& options, const registry::TransferReport& r, const char* verb) {
  if (options.registry.json) {
    core::JsonWriter json;
    json.begin_object().member("artifacts", r.artifacts).member("runs", r.runs).member("files", r.files);
    std::cout << json.member("bytes", r.bytes).member("known", r.known).end_object().text() << '\n';
    return;
  }
  std::cout << options.folder << ": " << verb << ' ' << r.artifacts << " artefacts, " << r.runs << " runs, " << r.files
            << " files, " << core::human_bytes(r.bytes);
  if (r.known > 0) std::cout << "; " << r.known << " artefacts were known";
  std::cout << '\n';
}

void export_some(const Options& options) {
  if (options.which.empty() != options.all) throw core::Error(core::ErrorCode::usage, "say which artefacts, or --all");
  Registry store(folder_of(options.registry), registry::Access::read);
  std::vector<std::string> ids;
  for (const std::string& word : options.which) ids.push_back(store.resolve(word));
  if (options.all) {
    for (const registry::Artifact& a : store.list({.most = 0})) ids.push_back(a.id);
  }
  print(options, registry::export_to(store, ids, options.folder, options.alone), "exported");
}

void add_export(CLI::App& registry) {
  auto options = std::make_shared<Options>();
  CLI::App* command = registry.add_subcommand("export", "Write artefacts, with what they need, for another site");
  add_registry_options(*command, options->registry);
  command->add_option("-o,--output", options->folder, "A folder; only new files are copied into an old one")
      ->required();
  command->add_option("which", options->which, which_help);
  command->add_flag("--all", options->all, "All there are");
  command->add_flag("--alone", options->alone, "Without what they were made of");
  command->footer("Examples:\n  trigloop registry export axol1tl@champion --output /media/stick/axol1tl");
  command->callback([options] { export_some(*options); });
}

void add_import(CLI::App& registry) {
  auto options = std::make_shared<Options>();
  CLI::App* command = registry.add_subcommand("import", "Take an export of another site; again is no news");
  add_registry_options(*command, options->registry);
  command->add_option("folder", options->folder, "What `registry export` wrote")->required();
  command->add_flag("--labels", options->labels, "Its aliases and stages, too");
  command->callback([options] {
    Registry store(folder_of(options->registry), registry::Access::write);
    print(*options, registry::import_from(store, options->folder, options->labels), "imported");
  });
}

}  // namespace

void add_registry_care(CLI::App& registry) {
  add_verify(registry);
  add_gc(registry);
  add_export(registry);
  add_import(registry);
}

}  // namespace trigloop::app
