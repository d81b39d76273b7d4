// trigloop plot: the distributions of an event file as a page.
#include <iostream>

#include "app/commands.hpp"
#include "io/any/any.hpp"
#include "report/distributions.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string file, output, layout = event::cms_l1_scouting;
  unsigned threads = 0;
};

constexpr const char* examples = R"(Examples:
  trigloop plot scouting.root --output page.html
  trigloop plot ntuple.root --layout my-layout.yaml --output page.html)";

void plot(const Options& options) {
  const auto source = io::open(options.file);
  const report::Page page = report::distributions(*source, event::find_layout(options.layout), options.threads);
  report::write_page(page, options.output);
  std::cout << options.output << ": " << page.figures.size() << " figures\n";
}

}  // namespace

void add_plot(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("plot", "Draw the distributions of an event file in an HTML page");
  command->add_option("FILE", options->file, "Events, in any format that trigloop reads")->required();
  command->add_option("-o,--output", options->output, "The page; it works without network")->required();
  command->add_option("--layout", options->layout, "What the columns mean: a built-in layout or a YAML file")
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads (default: all cores)")->check(CLI::Range(1, 1024));
  command->footer(examples);
  command->callback([options] { plot(*options); });
}

}  // namespace trigloop::app
