// trigloop plot: the distributions of an event file as a page; or one figure, of events or of a bundle, for a talk.
#include <iostream>

#include "app/commands.hpp"
#include "app/report/open_bundle.hpp"
#include "io/any/any.hpp"
#include "report/bundle/bundle_page.hpp"
#include "report/distributions.hpp"
#include "report/pick.hpp"
#include "report/svg.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string file, output, layout = event::cms_l1_scouting, figure, chosen;
  unsigned threads = 0;
  bool list = false;
  report::SvgStyle style;
};

constexpr const char* examples = R"(Examples:
  trigloop plot scouting.root --output page.html
  trigloop plot ntuple.root --layout my-layout.yaml --output page.html
  trigloop plot bundle/ --list
  trigloop plot lite.h5 --figure roc --of haa4b-ma15 --label CMS --text Preliminary --right "13.6 TeV" -o roc.png)";

/// A folder of `trigloop train` or an HDF5 file with results is a bundle; all else holds events.
bool is_bundle(const std::filesystem::path& path) {
  if (std::filesystem::exists(path / "bundle.json")) return true;
  if (path.extension() != ".h5" && path.extension() != ".hdf5") return false;
  try {
    bundle::read(path);
    return true;
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::mismatch) throw;
    return false;
  }
}

report::Page page_of(const Options& options) {
  if (is_bundle(options.file)) return report::bundles::bundle_page(open_bundle(options.file));
  const auto source = io::open(options.file);
  return report::distributions(*source, event::find_layout(options.layout), options.threads);
}

void plot(const Options& options) {
  if (!options.list && options.output.empty())
    throw core::Error(core::ErrorCode::usage, "no output is named").remedy("Give --output, or --list");
  const report::Page page = page_of(options);
  if (options.list) {
    for (const std::string& name : report::figure_names(page)) std::cout << name << '\n';
  } else if (options.figure.empty()) {
    report::write_page(page, options.output);
    std::cout << options.output << ": " << report::figures_of(page).size() << " figures\n";
  } else {
    const report::Plot picked = report::pick_plot(page, options.figure, options.chosen);
    report::write_picture(report::as_svg(picked, options.style), options.output);
    std::cout << options.output << '\n';
  }
}

}  // namespace

void add_plot(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("plot", "Draw an event file in a page, or one figure for a talk");
  command->add_option("FILE", options->file, "Events, in any format that trigloop reads; or a bundle")->required();
  command->add_option("-o,--output", options->output, "The page; with --figure an .svg or .png");
  command->add_option("--layout", options->layout, "What the columns mean: a built-in layout or a YAML file")
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads (default: all cores)")->check(CLI::Range(1, 1024));
  command->add_flag("--list", options->list, "Print the names of the figures");
  auto* figure = command->add_option("--figure", options->figure, "Draw this figure alone");
  command->add_option("--of", options->chosen, "Which signal, rate or sample, where a figure has several")
      ->needs(figure);
  command->add_option("--label", options->style.label, "The experiment, in bold")->needs(figure);
  command->add_option("--text", options->style.text, "Behind it, in italics")->needs(figure);
  command->add_option("--right", options->style.right, "At the top right")->needs(figure);
  command->add_option("--width", options->style.width, "Points")->check(CLI::Range(200, 4000))->capture_default_str();
  command->add_option("--height", options->style.height, "Points")->check(CLI::Range(200, 4000))->capture_default_str();
  command->footer(examples);
  command->callback([options] { plot(*options); });
}

}  // namespace trigloop::app
