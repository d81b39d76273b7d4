// trigloop report: a trained and evaluated network as one page, or as a folder of evidence.
#include <iostream>

#include "app/commands.hpp"
#include "app/report/open_bundle.hpp"
#include "app/report/pack.hpp"
#include "core/text.hpp"
#include "report/bundle/bundle_page.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string bundle, output = "axo.html";
  bool json = false;
  PackOptions pack;
};

constexpr const char* examples = R"(Examples:
  trigloop report bundle/ --output axo.html
  trigloop report lite.h5 --json > report.json
  trigloop report bundle/ --pack evidence/ --background zerobias.h5 --signals signals.h5
  trigloop report bundle/ --pack evidence/ --background scouting.root --menu cms-run3
Reads the folder of `trigloop train`, and lite.h5 and complete.h5 of the training package. A pack holds the model, scores and events,
tables, and a check.py that recomputes every number with NumPy and onnxruntime alone.)";

void run(const Options& options) {
  const bundle::Bundle bundle = open_bundle(options.bundle);
  if (!options.pack.folder.empty()) {
    const std::uint64_t bytes = write_pack(bundle, options.pack);
    std::cout << options.pack.folder << ": " << core::human_bytes(bytes) << "; check it by python3 check.py\n";
    return;
  }
  const report::Page page = report::bundles::bundle_page(bundle);
  if (options.json) {
    std::cout << report::as_json(page) << '\n';
    return;
  }
  report::write_page(page, options.output);
  std::cout << options.output << ": " << report::figures_of(page).size() << " figures\n";
  for (const std::string& warning : page.warnings) std::cerr << "trigloop: warning: " << warning << '\n';
}

void add_pack_options(CLI::App& command, PackOptions& pack) {
  auto* folder = command.add_option("--pack", pack.folder, "Write evidence that anybody can check into a folder");
  auto* background =
      command.add_option("-b,--background", pack.background, "Events of the pack: zero bias")->needs(folder);
  command.add_option("-s,--signals", pack.signals, "Events of the pack: the package's signal HDF5")->needs(background);
  command
      .add_option("-c,--config", pack.config,
                  "YAML over the master configuration: files, sectors and rates of the pack")
      ->needs(folder);
  command.add_option("--menu", pack.menu, "What L1 takes, as for `trigloop evaluate`: a menu, or 'bits'")
      ->needs(folder);
  command.add_option("--rate", pack.rates, "Target rates of the pack, kHz (default: those of the configuration)")
      ->needs(folder);
  command.add_option("--bc-khz", pack.bc_khz, "Rate of colliding crossings, kHz (default: the configuration's)")
      ->needs(folder);
  command.add_option("--events", pack.events, "Events of each sample whose objects are packed, to be scored again")
      ->needs(folder)
      ->capture_default_str();
}

}  // namespace

void add_report(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("report", "Draw a trained and evaluated network in an HTML page");
  command->add_option("BUNDLE", options->bundle, "A trained network with its tables")->required();
  command->add_option("-o,--output", options->output, "The page; it works without network")->capture_default_str();
  command->add_flag("--json", options->json, "Print what the page shows as JSON");
  add_pack_options(*command, options->pack);
  command->footer(examples);
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
