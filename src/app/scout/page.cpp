// trigloop scout page: an output folder as a page.
#include <iostream>
#include <memory>
#include <optional>

#include "app/commands.hpp"
#include "model/load.hpp"
#include "report/scout/scouting_page.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::vector<std::string> from;
  std::string output, layout, model, engine, normalisation;
  report::scouting::PageOptions page;
};

void write(Options options) {
  std::optional<score::Scorer> scorer;
  if (!options.model.empty()) scorer.emplace(model::load(options.model, {options.normalisation}), options.engine);
  options.page.scorer = scorer ? &*scorer : nullptr;
  if (!options.layout.empty()) options.page.layout = event::find_layout(options.layout);
  const report::Page page = report::scouting::scouting_page({options.from.begin(), options.from.end()}, options.page);
  report::write_page(page, options.output);
  std::cout << options.output << ": " << page.figures.size() << " figures, " << page.tables.size() << " events\n";
}

}  // namespace

void add_scout_page(CLI::App& scout) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = scout.add_subcommand("page", "Draw rates, scores and the strangest events in an HTML page");
  command->add_option("FOLDERS", options->from, "Output folders of `trigloop scout run`, or records")->required();
  command->add_option("-o,--output", options->output, "The page; it works without network")->required();
  command->add_option("--of", options->page.of, "Only records of this model (SHA-256, or its beginning)");
  command->add_option("-m,--model", options->model,
                      "The model that scored the stream: events are shown without each object");
  command->add_option("--normalisation", options->normalisation, "Of a QKeras model's inputs");
  command->add_option("--engine", options->engine, "simd or reference");
  command->add_option("--layout", options->layout, "With which the events were examined, if it is not built in");
  command->add_option("--raw", options->page.raw_hz, "Working point of all events, Hz")->capture_default_str();
  command->add_option("--pure", options->page.pure_hz, "Working point of pure events, Hz")->capture_default_str();
  command->add_option("--events", options->page.strangest, "How many strange events")->capture_default_str();
  command->footer("Examples:\n  trigloop scout page records --model axol1tl_v5.onnx --output page.html");
  command->callback([options] { write(*options); });
}

}  // namespace trigloop::app
