// trigloop compare: trained and evaluated networks side by side.
#include <iostream>

#include "app/commands.hpp"
#include "bundle/bundle.hpp"
#include "report/bundle/comparison.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::vector<std::string> bundles;
  std::string html;
  double rate_khz = 1;
  bool json = false;
};

constexpr const char* examples = R"(Examples:
  trigloop compare old/lite.h5 new/
  trigloop compare a.h5 b.h5 c.h5 --rate 10 --html compare.html)";

void run(const Options& options) {
  std::vector<bundle::Bundle> bundles;
  for (const std::string& path : options.bundles) bundles.push_back(bundle::read(path));
  const auto comparison = report::bundles::compare(bundles);
  if (!options.html.empty()) report::write_page(report::bundles::comparison_page(comparison, bundles), options.html);
  if (options.json) {
    std::cout << report::bundles::to_json(comparison) << '\n';
  } else {
    std::cout << report::bundles::to_text(comparison, options.rate_khz);
  }
}

}  // namespace

void add_compare(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("compare", "Trained networks side by side: efficiencies, thresholds, cost");
  command->add_option("BUNDLES", options->bundles, "Two or more; all are compared with the first")->required();
  command->add_option("--rate", options->rate_khz, "Target rate of the printed table, kHz")->capture_default_str();
  command->add_option("--html", options->html, "Write a page with all rates");
  command->add_flag("--json", options->json, "Print all numbers as JSON");
  command->footer(examples);
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
