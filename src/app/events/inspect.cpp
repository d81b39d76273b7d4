// trigloop inspect: what files hold.
#include <iostream>

#include "app/commands.hpp"
#include "core/error.hpp"
#include "io/any/any.hpp"
#include "io/summary/json.hpp"
#include "io/summary/summary.hpp"
#include "io/summary/table.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::vector<std::string> files;
  io::SummaryOptions summary;
  bool no_values = false;
  bool json = false;
};

constexpr const char* examples = R"(Examples:
  trigloop inspect scouting.root
  trigloop inspect scouting.root --tree Events --columns 'L1Jet_*,nL1Jet'
  trigloop inspect *.root --no-values            what is there, at once
  trigloop inspect scouting.root --time          decoding against the codec alone, column by column
  trigloop inspect scouting.root --json | jq '.trees[0].entries')";

/// The first trouble decides the exit code; later files are still shown.
class Outcome {
 public:
  void note(const core::Error& error) {
    std::cerr << "trigloop: " << error.what() << '\n';
    if (!first_) first_ = error.code();
  }
  void end() const {
    if (first_) throw ErrorsReported{*first_};
  }

 private:
  std::optional<core::ErrorCode> first_;
};

void note_column_errors(const io::Summary& summary, Outcome& outcome) {
  for (const io::TableSummary& table : summary.tables) {
    for (const io::ColumnSummary& column : table.columns) {
      if (column.error) outcome.note(*column.error);
    }
  }
}

void inspect_file(const std::string& file, const Options& options, core::JsonWriter& json, Outcome& outcome) {
  try {
    const auto source = io::open_stored(file);
    const io::Summary summary = io::summarise(*source, options.summary);
    if (options.json) {
      io::write_json(json, summary, options.summary);
    } else {
      std::cout << io::as_table(summary, options.summary) << std::flush;
    }
    note_column_errors(summary, outcome);
  } catch (core::Error& e) {
    if (e.code() == core::ErrorCode::interrupted) throw;
    e.file(file);
    if (options.json) io::write_json(json, file, e);
    outcome.note(e);
  }
}

void inspect(const Options& options) {
  core::JsonWriter json;
  Outcome outcome;
  const bool list = options.files.size() > 1;
  if (list) json.begin_object().key("files").begin_array();
  for (std::size_t i = 0; i < options.files.size() && std::cout.good(); ++i) {
    if (i > 0 && !options.json) std::cout << '\n';
    inspect_file(options.files[i], options, json, outcome);
  }
  if (list) json.end_array().end_object();
  if (options.json) std::cout << json.text() << '\n';
  outcome.end();
}

}  // namespace

void add_inspect(CLI::App& program) {
  auto options = std::make_shared<Options>();
  options->summary.show_progress = true;
  CLI::App* command =
      program.add_subcommand("inspect", "Show what files hold: trees, data sets, columns, their values");
  io::SummaryOptions& summary = options->summary;
  command->add_option("FILE", options->files, "ROOT, HDF5, Zarr, .npy or .npz; told apart by content")->required();
  command->add_option("--tree", summary.table, "This tree (or group) alone");
  auto* cycle = command->add_option("--cycle", summary.cycle, "This cycle of ROOT trees (default: the highest)");
  command->add_flag("--all-cycles", summary.all_cycles, "Every cycle of ROOT trees")->excludes(cycle);
  command->add_option("--columns", summary.columns, "Columns by name; shell patterns, separated by commas");
  auto* no_values = command->add_flag("--no-values", options->no_values, "Do not read values: metadata alone, at once");
  command->add_flag("--time", summary.time, "Time decoding of each column, and its codec alone, on one thread")
      ->excludes(no_values);
  command->add_option("--threads", summary.threads, "Threads (default: all cores)")->check(CLI::Range(1, 1024));
  command->add_flag("--json", options->json, "Print JSON (docs/formats.md)");
  command->footer(examples);
  command->callback([options] {
    options->summary.values = !options->no_values;
    inspect(*options);
  });
}

}  // namespace trigloop::app
