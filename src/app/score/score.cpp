// trigloop score: the scores of a file's events, and their spectrum.
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>

#include "app/commands.hpp"
#include "app/score/events.hpp"
#include "event/layout.hpp"
#include "io/any/any.hpp"
#include "io/npy/npy.hpp"
#include "model/load.hpp"
#include "score/spectrum_file.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string model, input, output, spectrum, engine, layers, normalisation;
  EventsOptions events;
  bool integers = false, quiet = false;
};

constexpr const char* examples = R"(Examples:
  trigloop score --model axol1tl_v5.onnx --input events.npy --output scores.npy
  trigloop score --model axol1tl_v5.onnx --input scouting.root --output scores.npy --threads 8
  trigloop score --model axol1tl_v5.onnx --input scouting.root --spectrum run.spectrum
  trigloop score --model build.h5 --normalisation Data.h5 --input events.npy --output scores.npy
  trigloop score --model axol1tl_v5.onnx --input events.npz --column inputs --output s16.npy --integers
  trigloop score --model axol1tl_v5.onnx --input few.npy --output scores.npy --layers values/ --engine reference)";

io::npy::ArrayView view_of(const std::vector<double>& values, std::size_t width) {
  io::npy::ArrayView view{event::Type::float64, {values.size() / width}, std::as_bytes(std::span(values))};
  if (width > 1) view.shape.push_back(width);
  return view;
}

/// score x 16, the integer that the trigger compares with its threshold.
std::vector<std::uint32_t> sixteenths(const std::vector<double>& scores) {
  std::vector<std::uint32_t> out;
  out.reserve(scores.size());
  for (const double score : scores) {
    const double scaled = score * 16;
    if (scaled != std::floor(scaled) || scaled < 0 || scaled > std::numeric_limits<std::uint32_t>::max()) {
      throw core::Error(core::ErrorCode::mismatch,
                        "a score of " + std::to_string(score) + " x 16 is no unsigned integer")
          .remedy("Leave out --integers");
    }
    out.push_back(static_cast<std::uint32_t>(scaled));
  }
  return out;
}

void write_scores(const Options& options, const std::vector<double>& scores, std::size_t width) {
  io::npy::ArrayView view = view_of(scores, width);
  if (!options.integers) return io::npy::write_npy(options.output, view);
  const std::vector<std::uint32_t> integers = sixteenths(scores);
  view.type = event::Type::uint32;
  view.bytes = std::as_bytes(std::span(integers));
  io::npy::write_npy(options.output, view);
}

/// A bin for each code that the score can take. Scores are codes x 2^-fraction, which doubles hold exactly.
void write_spectrum(const Options& options, const ScoredEvents& events, const model::Graph& graph) {
  const model::Tensor& output = graph.output().output;
  const auto [lowest, highest] = output.ranges.front();
  score::Spectrum spectrum(output.fraction, static_cast<std::int64_t>(lowest), static_cast<std::int64_t>(highest));
  for (const double score : events.scores)
    spectrum.count(static_cast<std::int64_t>(std::ldexp(score, output.fraction)), 1);
  spectrum.lumisections = events.lumisections;
  spectrum.model = graph.name.empty() ? std::filesystem::path(options.model).stem().string() : graph.name;
  score::write_spectrum(options.spectrum, spectrum);
  std::cout << options.spectrum << ": " << spectrum.total() << " events in " << spectrum.bins().size() << " bins\n";
}

void require_spectrum(const model::Graph& graph) {
  const model::Tensor& output = graph.output().output;
  const auto refuse = [](const std::string& reason) {
    throw core::Error(core::ErrorCode::unsupported, "the model gives " + reason + "; a spectrum counts integer scores")
        .remedy("Leave out --spectrum");
  };
  if (!output.exact) refuse("floats");
  if (output.features() != 1) refuse(std::to_string(output.features()) + " scores an event");
  if (output.bits() > 53) refuse("scores of " + std::to_string(output.bits()) + " bits");
}

std::string file_name(std::string name) {
  for (char& c : name) {
    if (c == '/' || c == '\\' || c == ':' || c == '\0') c = '_';
  }
  return name + ".npy";
}

void write_layers(const Options& options, const io::Source& source, const score::Scorer& scorer) {
  std::error_code failed;
  std::filesystem::create_directories(options.layers, failed);
  if (failed)
    throw core::Error(core::ErrorCode::output, "cannot make the folder: " + failed.message()).file(options.layers);
  const auto values = node_values(source, scorer, options.events);
  for (std::size_t n = 0; n < values.size(); ++n) {
    const model::Node& node = scorer.graph()[n];
    io::npy::write_npy(std::filesystem::path(options.layers) / file_name(node.name),
                       view_of(values[n], node.output.features()));
  }
}

void require_outputs(const Options& options) {
  if (options.output.empty() && options.spectrum.empty() && options.layers.empty())
    throw core::Error(core::ErrorCode::usage, "nothing is asked for: give --output, --spectrum or --layers");
}

void score_file(Options options) {
  require_outputs(options);
  const model::Graph graph = model::load(options.model, {options.normalisation});
  if (model::takes_scaled_numbers(graph)) {
    std::cerr << "trigloop: " << options.model << ": takes scaled numbers, as in training; the scores of the trigger's "
              << "integers mean nothing. Put the scaling in front of it by --normalisation\n";
  }
  if (!options.spectrum.empty()) require_spectrum(graph);
  const score::Scorer scorer(graph, options.engine);
  if (options.quiet) options.events.progress = core::ProgressMode::quiet;
  const auto source = io::open(options.input);
  try {
    const ScoredEvents events = score_events(*source, scorer, options.events);
    std::cout << options.input << ": " << events.scores.size() / scorer.outputs() << " events scored by "
              << scorer.engine_name() << '\n';
    if (!options.output.empty()) write_scores(options, events.scores, scorer.outputs());
    if (!options.spectrum.empty()) write_spectrum(options, events, graph);
    if (!options.layers.empty()) write_layers(options, *source, scorer);
  } catch (core::Error& e) {
    e.file(options.input);
    throw;
  }
}

}  // namespace

void add_score(CLI::App& program) {
  auto options = std::make_shared<Options>();
  options->events.layout = event::cms_l1_scouting;
  CLI::App* command =
      program.add_subcommand("score", "Score events by a quantised network, bit for bit as firmware does");
  command->add_option("-m,--model", options->model, "QONNX, or a QKeras .h5")->required();
  command->add_option("-i,--input", options->input, "Events: .npy, .npz, .h5, Zarr (rows of features) or ROOT")
      ->required();
  command->add_option("-o,--output", options->output, "The scores, as .npy");
  command->add_option("--spectrum", options->spectrum,
                      "The histogram of the scores at full resolution (see `trigloop spectrum`)");
  command->add_option("--column", options->events.column, "Which array, where several fit");
  command->add_option("--table", options->events.table, "Which group or tree");
  command->add_option("--layout", options->events.layout, "What ROOT columns mean: a built-in layout or a YAML file")
      ->capture_default_str();
  command->add_option("--normalisation", options->normalisation,
                      "Bias and scale of a QKeras model's inputs: Data.h5, complete.h5 or YAML");
  command->add_flag("--integers", options->integers, "Write score x 16 as uint32, as the trigger compares it");
  command->add_option("--layers", options->layers, "Write the values of every layer to this folder, one .npy each");
  command->add_option("--engine", options->engine, "simd or reference (default: $TRIGLOOP_ENGINE, else the fastest)");
  command->add_option("--threads", options->events.threads, "Threads (default: all cores)")->check(CLI::Range(1, 1024));
  command->add_flag("-q,--quiet", options->quiet, "No progress bar");
  command->footer(examples);
  command->callback([options] { score_file(*options); });
}

}  // namespace trigloop::app
