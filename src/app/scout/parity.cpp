// trigloop scout parity: two output folders, lumisection by lumisection.
#include "scout/stores/parity.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "core/text.hpp"

namespace trigloop::app {
namespace {

using scout::stores::Difference;
using scout::stores::LumiParity;

struct Options {
  std::string old_folder, new_folder;
  bool json = false;
};

void print(const std::vector<LumiParity>& parities) {
  std::size_t equal = 0, unexplained = 0;
  for (const LumiParity& one : parities) {
    equal += one.equal();
    unexplained += !one.explained();
    if (one.equal()) continue;
    std::cout << fmt::format("run {} lumisection {}: {} and {} events\n", one.lumi.run, one.lumi.lumisection,
                             core::with_commas(one.old_rows), core::with_commas(one.new_rows));
    for (const Difference& d : one.differences) {
      std::cout << (d.explained ? "  explained: " : "  NOT EXPLAINED: ") << d.text << '\n';
    }
  }
  std::cout << fmt::format("{} lumisections: {} equal, {} differ and are explained, {} are not\n", parities.size(),
                           equal, parities.size() - equal - unexplained, unexplained);
}

void parity(const Options& options) {
  const auto parities = scout::stores::compare_folders(options.old_folder, options.new_folder);
  if (options.json) {
    std::cout << scout::stores::format_json(parities);
  } else {
    print(parities);
  }
  for (const LumiParity& one : parities) {
    if (!one.explained()) throw ErrorsReported{core::ErrorCode::mismatch};
  }
}

}  // namespace

void add_scout_parity(CLI::App& scout) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = scout.add_subcommand(
      "parity", "Compare two output folders and explain every difference; ends with code 6 if one is not explained");
  command->add_option("OLD", options->old_folder, "Folder of .axo files of the Scouting Analyser, or of records")
      ->required();
  command->add_option("NEW", options->new_folder, "Folder of records or .axo files")->required();
  command->add_flag("--json", options->json, "Print as JSON (docs/formats.md)");
  command->footer("Examples:\n  trigloop scout parity ScoreStream records");
  command->callback([options] { parity(*options); });
}

}  // namespace trigloop::app
