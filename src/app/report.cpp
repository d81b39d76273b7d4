// trigloop report: a trained and evaluated network as one page.
#include <iostream>

#include "app/commands.hpp"
#include "bundle/bundle.hpp"
#include "report/bundle/bundle_page.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string bundle, output = "axo.html";
  bool json = false;
};

constexpr const char* examples = R"(Examples:
  trigloop report bundle/ --output axo.html
  trigloop report lite.h5 --json > report.json
Reads the folder of `trigloop train`, and lite.h5 and complete.h5 of the training package.)";

void run(const Options& options) {
  const report::Page page = report::bundles::bundle_page(bundle::read(options.bundle));
  if (options.json) {
    std::cout << report::as_json(page) << '\n';
    return;
  }
  report::write_page(page, options.output);
  std::cout << options.output << ": " << report::figures_of(page).size() << " figures\n";
  for (const std::string& warning : page.warnings) std::cerr << "trigloop: warning: " << warning << '\n';
}

}  // namespace

void add_report(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("report", "Draw a trained and evaluated network in an HTML page");
  command->add_option("BUNDLE", options->bundle, "A trained network with its tables")->required();
  command->add_option("-o,--output", options->output, "The page; it works without network")->capture_default_str();
  command->add_flag("--json", options->json, "Print what the page shows as JSON");
  command->footer(examples);
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
