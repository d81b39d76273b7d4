// trigloop layout: the layouts that are built in, and whether one's own file is one, and fits a file of events.
#include "event/layout.hpp"

#include <fstream>
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "io/any/any.hpp"
#include "io/bind.hpp"

namespace trigloop::app {
namespace {

void show(const std::string& name) {
  if (!name.empty()) {
    std::cout << event::builtin_layout_text(name);
    return;
  }
  for (const std::string& one : event::builtin_layout_names()) {
    std::cout << one << "  " << event::find_layout(one).about << '\n';
  }
}

void check(const std::string& name, const std::string& events, bool features) {
  const event::Layout layout = event::find_layout(name);
  std::cout << layout.name << ": " << layout.features() << " features of " << event::name_of(layout.element)
            << ", table '" << layout.table << "'\n";
  if (features) {
    for (const std::string& one : layout.feature_names()) std::cout << one << '\n';
  }
  if (events.empty()) return;
  const auto source = io::open(events);
  const io::Binding binding = io::bind(layout, *source);
  std::cout << events << ": fits, by " << binding.plan.columns.size() << " columns\n";
}

}  // namespace

void add_layout(CLI::App& program) {
  CLI::App* command = program.add_subcommand("layout", "Show or check what columns mean (docs/formats.md, Layouts)");
  command->require_subcommand(1);
  command->footer("Examples:\n  trigloop layout show\n  trigloop layout check mine.yaml scouting.root");

  const auto name = std::make_shared<std::string>();
  CLI::App* shown = command->add_subcommand("show", "Print a built-in layout as YAML; without a name, list them");
  shown->add_option("NAME", *name, "Name of a built-in layout");
  shown->callback([name] { show(*name); });
  shown->footer("Examples:\n  trigloop layout show cms-l1-scouting > mine.yaml");

  const auto layout = std::make_shared<std::string>(), events = std::make_shared<std::string>();
  const auto features = std::make_shared<bool>(false);
  CLI::App* checked = command->add_subcommand("check", "Check a layout, and whether a file of events fits it");
  checked->add_option("LAYOUT", *layout, "A YAML file, or the name of a built-in layout")->required();
  checked->add_option("EVENTS", *events, "A file of events");
  checked->add_flag("--features", *features, "List the features in their order");
  checked->callback([layout, events, features] { check(*layout, *events, *features); });
  checked->footer(
      "Examples:\n  trigloop layout check mine.yaml\n  trigloop layout check cms-l1-scouting scouting.root");
}

}  // namespace trigloop::app
