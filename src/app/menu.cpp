// trigloop menu: the built-in trigger menus, whether one's own file is one and fits a file of events, and rates.
#include "menu/menu.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/menu_rates.hpp"
#include "event/layout.hpp"
#include "io/any/any.hpp"
#include "menu/bind.hpp"

namespace trigloop::app {
namespace {

void show(const std::string& name) {
  if (!name.empty()) {
    std::cout << menu::builtin_menu_text(name);
    return;
  }
  for (const std::string& one : menu::builtin_menu_names())
    std::cout << one << "  " << menu::find_menu(one).about << '\n';
}

struct CheckOptions {
  std::string menu, events;
  MenuInput input;
  bool seeds = false;
};

void check(const CheckOptions& options) {
  const menu::Menu menu = menu::find_menu(options.menu);
  const auto off = std::ranges::count(menu.seeds, 0u, &menu::Seed::prescale);
  std::cout << menu.name << ": " << menu.seeds.size() << " seeds (" << off << " off), " << menu.combinations.size()
            << " combinations, id " << menu.id() << '\n';
  if (options.seeds) {
    for (const menu::Seed& seed : menu.seeds) std::cout << seed.index << ' ' << seed.name << '\n';
  }
  if (options.events.empty()) return;
  const auto source = io::open(options.events);
  const menu::Binding binding = bind_menu(menu, *source, options.input);
  for (const std::string& warning : binding.warnings) std::cout << "left out: " << warning << '\n';
  std::cout << options.events << ": fits, " << binding.menu.seeds.size() << " seeds by " << binding.columns.size()
            << " columns, id " << binding.menu.id() << '\n';
}

void add_input(CLI::App& command, MenuInput& input) {
  command.add_option("--layout", input.layout, "What jagged columns mean: a built-in layout or a YAML file")
      ->capture_default_str();
  command.add_option("--dense", input.dense.objects, "Name of an array (N, 33, 3) of MET, 12 EG, 8 MU, 12 JET")
      ->capture_default_str();
  command.add_option("--ht", input.dense.ht, "Its HT, in GeV")->capture_default_str();
  command.add_option("--et", input.dense.et, "Its ET, in units of 0.5 GeV")->capture_default_str();
  command.add_option("--table", input.dense.table, "Group of that array");
  command.add_flag("--drop-unfit", input.drop_unfit, "Leave out seeds that the input cannot answer, and say which");
}

constexpr const char* rates_examples = R"(Definitions:
  rate          orbit rate x colliding bunches x share of events in which the seed fired (after its prescale);
                the events must be a random sample of colliding crossings
  pure          the same for events in which no other seed fired
  proportional  each event counts 1 / (number of seeds that fired)
Examples:
  trigloop menu rates --input scouting.root
  trigloop menu rates --input zerobias.h5 --menu pythia-samples --overlap
  trigloop menu rates --input ls*.root --menu mine.yaml --bunches 2448 --csv rates.csv
  trigloop menu rates --input signals.h5 --menu cms-run3 --drop-unfit --dense haa4b --ht haa4b_HT --et haa4b_ET)";

}  // namespace

void add_menu(CLI::App& program) {
  CLI::App* command = program.add_subcommand("menu", "Trigger menus: seeds, and their rates (docs/formats.md, Menus)");
  command->require_subcommand(1);
  command->footer("Examples:\n  trigloop menu show\n  trigloop menu rates --input scouting.root");

  const auto name = std::make_shared<std::string>();
  CLI::App* shown = command->add_subcommand("show", "Print a built-in menu as YAML; without a name, list them");
  shown->add_option("NAME", *name, "Name of a built-in menu");
  shown->callback([name] { show(*name); });
  shown->footer("Examples:\n  trigloop menu show cms-run3 > mine.yaml");

  const auto options = std::make_shared<CheckOptions>();
  CLI::App* checked = command->add_subcommand("check", "Check a menu, and whether a file of events can answer it");
  checked->add_option("MENU", options->menu, "A YAML file, or the name of a built-in menu")->required();
  checked->add_option("EVENTS", options->events, "A file of events");
  checked->add_flag("--seeds", options->seeds, "List the seeds");
  add_input(*checked, options->input);
  checked->callback([options] { check(*options); });
  checked->footer("Examples:\n  trigloop menu check mine.yaml\n  trigloop menu check cms-run3 scouting.root");

  const auto rates = std::make_shared<RatesOptions>();
  CLI::App* rated = command->add_subcommand("rates", "Rates, pure rates, proportional rates and overlaps of seeds");
  rated->add_option("-i,--input", rates->inputs, "Files of events")->required();
  rated->add_option("-m,--menu", rates->menu, "A YAML file, or the name of a built-in menu")->capture_default_str();
  rated->add_option("--bunches", rates->bunches, "Colliding bunches of an orbit")
      ->check(CLI::Range(1, 3564))
      ->capture_default_str();
  rated->add_flag("--overlap", rates->overlap, "Also show which seeds fire together");
  rated->add_option("--csv", rates->csv, "Write the table to this file");
  rated->add_flag("--json", rates->json, "Print JSON");
  rated->add_flag("--all", rates->all, "Also list seeds that never fired");
  rated->add_option("--threads", rates->threads, "Threads (default: all cores)")->check(CLI::Range(1, 1024));
  rated->add_flag("-q,--quiet", rates->quiet, "No progress bar");
  add_input(*rated, rates->input);
  rated->callback([rates] { show_rates(*rates); });
  rated->footer(rates_examples);
}

}  // namespace trigloop::app
