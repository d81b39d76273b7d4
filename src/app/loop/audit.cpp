// trigloop audit: the log of what was done, and whether it is what was written.
#include "loop/audit.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/registry/commands.hpp"
#include "core/json_writer.hpp"

namespace trigloop::app {
namespace {

struct Options {
  RegistryOptions registry;
  std::string site, head;
  std::int64_t last = 50;
};

/// The site's registry, where a site is given.
std::string registry_of(const Options& options, const std::optional<loop::Site>& site) {
  return site && options.registry.folder.empty() ? site->registry.native() : folder_of(options.registry);
}

std::optional<loop::Site> site_of(const Options& options) {
  return options.site.empty() ? std::nullopt : std::optional(loop::load_site(options.site));
}

void show(const Options& options) {
  const auto site = site_of(options);
  registry::Registry registry(registry_of(options, site), registry::Access::read);
  const std::vector<registry::Entry> all = registry::history(registry);
  const auto most = options.last > 0 ? static_cast<std::size_t>(options.last) : all.size();
  core::JsonWriter json;
  json.begin_object().member("version", 1).key("entries").begin_array();
  for (std::size_t i = all.size() > most ? all.size() - most : 0; i < all.size(); ++i) {
    const registry::Entry& e = all[i];
    if (!options.registry.json) {
      std::cout << fmt::format("{:>6}  {}  {:<10} {:<10} {:<12} {}  {} -> {}\n", e.number, registry::utc(e.time_ns),
                               e.user, e.action, e.artifact.substr(0, 12), e.key, e.old_value.substr(0, 40),
                               e.new_value.substr(0, 60));
      continue;
    }
    json.begin_object().member("entry", e.number).member("time_ns", e.time_ns).member("user", e.user);
    json.member("action", e.action).member("artifact", e.artifact).member("key", e.key).member("old", e.old_value);
    json.member("new", e.new_value).end_object();
  }
  const std::string head = loop::text_of(registry::head_of_history(registry));
  if (options.registry.json) {
    std::cout << json.end_array().member("head", head).end_object().text() << '\n';
  } else {
    std::cout << "head " << head << "\n";
  }
}

void verify(const Options& options) {
  const auto site = site_of(options);
  registry::Registry registry(registry_of(options, site), registry::Access::read);
  const auto kept = options.head.empty() ? std::nullopt : std::optional(loop::parse_head(options.head));
  const loop::AuditReport report = loop::verify_log(registry, site ? &*site : nullptr, kept);
  const std::string head = loop::text_of(registry::head_of_history(registry));
  if (options.registry.json) {
    core::JsonWriter json;
    json.begin_object().member("version", 1).member("entries", report.entries).member("signatures", report.signatures);
    std::cout << json.array("broken", report.broken).member("head", head).end_object().text() << '\n';
  } else {
    for (const std::string& broken : report.broken) std::cout << broken << '\n';
    std::cout << report.entries << " entries, " << report.signatures << " signatures, head " << head << '\n';
  }
  if (report.good()) return;
  throw core::Error(core::ErrorCode::damaged, "the audit log is not as it was written: " + report.broken.front())
      .file(registry.folder().native());
}

}  // namespace

void add_audit(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* group = program.add_subcommand("audit", "Who did what, and whether the log is whole");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  trigloop audit show --registry registry\n  trigloop audit verify --config site.yml\n"
      "  trigloop audit verify --registry registry --head 184:9f86d081884c7d659a2feaa0c55ad015");
  CLI::App* shown = group->add_subcommand("show", "Print the log");
  shown->add_option("--last", options->last, "How many entries, the latest (0: all)")->capture_default_str();
  shown->callback([options] { show(*options); });
  CLI::App* verified = group->add_subcommand("verify", "Check every entry, the chain and the signatures");
  verified->add_option("--head", options->head, "A head that was written down before, NUMBER:SEAL");
  verified->callback([options] { verify(*options); });
  for (CLI::App* command : {shown, verified}) {
    add_registry_options(*command, options->registry);
    command->add_option("-c,--config", options->site, "The site: its registry, and its people");
    command->footer("Examples:\n  trigloop audit " + command->get_name() + " --registry registry");
  }
}

}  // namespace trigloop::app
