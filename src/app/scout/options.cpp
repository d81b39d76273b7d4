#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "app/events/crossings_option.hpp"
#include "app/scout/scout.hpp"
#include "core/error.hpp"
#include "event/crossing_choice.hpp"
#include "event/layout.hpp"
#include "menu/menu.hpp"
#include "scout/record/stream.hpp"

namespace trigloop::app {
namespace {

using core::Error;
using core::ErrorCode;

/// The options as the text of a description: it is checked in one place, as a file is.
std::string stream_text(const ScoutOptions& options) {
  std::string text = "stream:\n  sampling: " + options.sampling + "\n";
  if (options.kept_fraction != 0) text += fmt::format("  kept_fraction: {}\n", options.kept_fraction);
  if (options.bunches != 0) text += fmt::format("  colliding_bunches: {}\n", options.bunches);
  const auto list = [&](const char* key, const char* option, const std::string& given) {
    if (!given.empty())
      text += fmt::format("  {}: [\"{}\"]\n", key, event::format_crossings(read_crossings(given, option)));
  };
  list("filling_scheme", "--filling-scheme", options.filling_scheme);
  list("crossings", "--crossings", options.crossings);
  if (options.fill.fill != 0) {
    const std::string colliding = event::format_crossings(read_crossings(options.fill));
    text += fmt::format("  filling_scheme: [\"{0}\"]\n  crossings: [\"{0}\"]\n", colliding);
  }
  if (options.prescale > 1) text += fmt::format("  prescale: {}\n", options.prescale);
  return text;
}

}  // namespace

scout::StreamDescription stream_of(const ScoutOptions& options) {
  if (options.stream.empty()) return scout::parse_stream(stream_text(options), "options of the command line");
  return scout::load_stream(options.stream);
}

scout::ExaminerOptions examiner_options(const ScoutOptions& options) {
  if (options.model.empty()) throw Error(ErrorCode::usage, "--model is required");
  scout::ExaminerOptions examiner;
  examiner.model = options.model;
  examiner.normalisation = options.normalisation;
  examiner.engine = options.engine;
  examiner.layout = options.layout;
  examiner.menu = options.menu == "none" ? "" : options.menu;
  examiner.stream = stream_of(options);
  examiner.tail.count = options.tail_count;
  examiner.tail_threshold = options.tail_threshold;
  examiner.inputs_every = options.inputs_every;
  examiner.reservoir = options.reservoir;
  for (const std::string& shadow : options.shadows) {
    const std::size_t comma = shadow.find(',');
    examiner.shadows.push_back({shadow.substr(0, comma), comma == shadow.npos ? "" : shadow.substr(comma + 1)});
  }
  return examiner;
}

scout::LedgerOptions ledger_options(const ScoutOptions& options, const scout::Examiner& examiner) {
  return {examiner.reservoir,
          {parse_bytes(options.reservoir_disk, "--reservoir-disk"), options.reservoir_hours},
          !options.conditions.empty(),
          {}};
}

std::uint64_t parse_bytes(const std::string& text, const std::string& option) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  int shift = 0;
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (unit == "K") shift = 10;
  if (unit == "M") shift = 20;
  if (unit == "G") shift = 30;
  if (unit == "T") shift = 40;
  const bool fits = read.ec == std::errc() && number != 0 && (number << shift) >> shift == number;
  if (fits && (unit.empty() || shift != 0)) return number << shift;
  throw Error(ErrorCode::usage, option + " is '" + text + "'; it must be a number of bytes, as 300M or 2G");
}

void add_examiner_options(CLI::App& command, ScoutOptions& options) {
  options.layout = event::cms_l1_scouting;
  options.menu = menu::cms_run3;
  command.add_option("-m,--model", options.model, "QONNX, or a QKeras .h5");
  command.add_option("--normalisation", options.normalisation,
                     "Of a QKeras model's inputs: a packed .h5, or a YAML file");
  command.add_option("--engine", options.engine, "simd or reference (default: $TRIGLOOP_ENGINE, else the fastest)");
  command.add_option("--layout", options.layout, "What the columns mean: a built-in layout or a YAML file")
      ->capture_default_str();
  command.add_option("--menu", options.menu, "Seeds: a built-in menu, a YAML file, or none")->capture_default_str();
  auto* stream = command.add_option("--stream", options.stream, "Description of the stream, a YAML file");
  const auto declared = [&](CLI::Option* option) { return option->excludes(stream); };
  declared(command.add_option("--sampling", options.sampling, "Which crossings are there: all, nonempty or random"))
      ->check(CLI::IsMember({"all", "nonempty", "random"}))
      ->capture_default_str();
  declared(
      command.add_option("--kept-fraction", options.kept_fraction, "Part of the colliding crossings that is there"))
      ->check(CLI::Range(0.0, 1.0));
  declared(command.add_option("--bunches", options.bunches, "Colliding bunches of an orbit (default: measured)"))
      ->check(CLI::Range(1, 3564));
  CLI::Option* scheme = declared(command.add_option("--filling-scheme", options.filling_scheme,
                                                    std::string("Colliding crossings: ") + crossings_help));
  CLI::Option* crossings = declared(command.add_option(
      "--crossings", options.crossings, std::string("Read these alone; rates are theirs: ") + crossings_help));
  add_fill_options(command, options.fill, crossings);
  declared(command.get_option("--fill"))->excludes(scheme);
  declared(command.add_option("--prescale", options.prescale,
                              "Read one crossing in so many, by a hash of orbit and crossing; rates allow for it"))
      ->check(CLI::Range(1u, 1'000'000'000u));
  command.add_option("--tail-count", options.tail_count, "Highest-scoring events of a lumisection to keep whole")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  command.add_option("--tail-threshold", options.tail_threshold, "Keep only those of at least this score");
  command.add_option("--shadow", options.shadows,
                     "Further models that score the same events, for records in OUTPUT/shadow/ (MODEL or "
                     "MODEL.h5,NORMALISATION)");
  auto* conditions = command.add_option("--conditions", options.conditions,
                                        "Model, menu and fill by lumisection (`trigloop conditions`); read again when "
                                        "the file changes; --model is for lumisections that it does not tell of");
  command.add_option("--models", options.models, "Files, or folders of .onnx files, that the conditions may name")
      ->needs(conditions);
  command
      .add_option("--overlap", options.overlap,
                  "Lumisections for which the model before a switch goes on scoring, as a --shadow")
      ->needs(conditions)
      ->capture_default_str();
  command
      .add_option("--reservoir", options.reservoir,
                  "Events of a lumisection to keep at random, whole (`trigloop reservoir`)")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  command.add_option("--reservoir-disk", options.reservoir_disk, "Disk for these; the oldest are dropped first")
      ->capture_default_str();
  command.add_option("--reservoir-hours", options.reservoir_hours, "How long these are kept")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
}

}  // namespace trigloop::app
