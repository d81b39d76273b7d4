// trigloop registry lineage, diff: where things come from, and what sets two apart.
#include "registry/lineage.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "app/registry/commands.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "registry/diff.hpp"

namespace trigloop::app {
namespace {

using registry::Registry;

struct LineageOptions {
  RegistryOptions registry;
  std::string which;
  bool down = false, both = false, dot = false;
  std::size_t most = 10'000;
};

void lineage(const LineageOptions& options) {
  Registry store(folder_of(options.registry), registry::Access::read);
  const auto direction = options.both   ? registry::Direction::both
                         : options.down ? registry::Direction::down
                                        : registry::Direction::up;
  const auto traced = registry::trace(store, store.resolve(options.which), direction, options.most);
  if (options.dot)
    std::cout << registry::to_dot(traced);
  else if (options.registry.json)
    std::cout << registry::to_json(traced) << '\n';
  else
    std::cout << registry::to_tree(traced);
}

void add_lineage(CLI::App& registry) {
  auto options = std::make_shared<LineageOptions>();
  CLI::App* command = registry.add_subcommand("lineage", "What an artefact was made of, back to the first inputs");
  add_registry_options(*command, options->registry);
  command->add_option("which", options->which, which_help)->required();
  command->add_flag("--down", options->down, "What was made of it, instead");
  command->add_flag("--both", options->both, "Both ways");
  command->add_flag("--dot", options->dot, "For graphviz: ... --dot | dot -Tsvg -o lineage.svg");
  command->add_option("--limit", options->most, "At most so many runs")->capture_default_str();
  command->callback([options] { lineage(*options); });
}

struct DiffOptions {
  RegistryOptions registry;
  std::string a, b;
  bool all = false;
};

void print(const registry::Difference& d) {
  const auto side = [](const std::optional<std::string>& text) {
    if (!text) return std::string("-");
    const std::string line = core::escaped(*text);
    return line.size() > 60 ? line.substr(0, 57) + "..." : line;
  };
  std::cout << fmt::format("  {}: {} -> {}\n", d.name.empty() ? "text" : d.name, side(d.a), side(d.b));
}

void write(core::JsonWriter& json, const registry::Difference& d) {
  json.begin_object().member("section", std::string_view(d.section)).member("name", std::string_view(d.name));
  for (const auto& [key, side] : {std::pair("a", d.a), std::pair("b", d.b)}) {
    json.key(key);
    if (side)
      json.value(std::string_view(*side));
    else
      json.null();
  }
  json.end_object();
}

void diff(const DiffOptions& options) {
  Registry store(folder_of(options.registry), registry::Access::read);
  const registry::Artifact a = store.get(store.resolve(options.a)), b = store.get(store.resolve(options.b));
  const auto all = registry::differences(store, a.id, b.id);
  if (options.registry.json) {
    core::JsonWriter json;
    json.begin_object().member("a", std::string_view(a.id)).member("b", std::string_view(b.id));
    json.key("differences").begin_array();
    for (const registry::Difference& d : all) write(json, d);
    std::cout << json.end_array().end_object().text() << '\n';
    return;
  }
  std::cout << registry::in_words(a) << " -> " << registry::in_words(b) << '\n';
  std::string section;
  std::size_t lonely = 0;
  for (const registry::Difference& d : all) {
    if (!options.all && d.section == "metric" && !(d.a && d.b)) {
      ++lonely;
      continue;
    }
    if (d.section != section) std::cout << (section = d.section) << '\n';
    print(d);
  }
  if (lonely > 0) std::cout << lonely << " metrics of one alone are not shown; --all shows them\n";
  if (all.empty()) std::cout << "no difference\n";
}

void add_diff(CLI::App& registry) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = registry.add_subcommand("diff", "Two artefacts: configuration, metrics, origin, files");
  add_registry_options(*command, options->registry);
  command->add_option("a", options->a, which_help)->required();
  command->add_option("b", options->b, "The other one")->required();
  command->add_flag("--all", options->all, "Metrics that only one has, too");
  command->footer("Examples:\n  trigloop registry diff axol1tl:1 axol1tl@champion");
  command->callback([options] { diff(*options); });
}

}  // namespace

void add_registry_lineage(CLI::App& registry) {
  add_lineage(registry);
  add_diff(registry);
}

}  // namespace trigloop::app
