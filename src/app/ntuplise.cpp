// trigloop ntuplise: orbit files as the flat ntuples that CMSSW makes of them.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>

#include "app/codec_option.hpp"
#include "app/commands.hpp"
#include "core/interrupt.hpp"
#include "core/json_writer.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "io/any/any.hpp"
#include "io/orbits/crossings.hpp"
#include "io/orbits/ntuple.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> inputs;
  fs::path output;
  std::string codec = "zstd:5", crossings;
  io::orbits::NtupleOptions ntuple;
  unsigned streams = 0;
  bool force = false, quiet = false, json = false;
};

/// "1-100,500" as a list of crossings.
std::vector<bool> crossings_of(const std::string& text) {
  std::vector<bool> chosen(io::orbits::crossing_slots);
  const auto fail = [&] {
    return core::Error(core::ErrorCode::usage, "'" + core::escaped(text) + "' is no list of crossings")
        .remedy("Give numbers and ranges from 1 to 3564, as 1-100,500");
  };
  const char *at = text.data(), *end = at + text.size();
  for (;;) {
    unsigned first = 0;
    auto read = std::from_chars(at, end, first);
    if (read.ec != std::errc()) throw fail();
    unsigned last = first;
    if (read.ptr != end && *read.ptr == '-') read = std::from_chars(read.ptr + 1, end, last);
    if (read.ec != std::errc() || first < 1 || last < first || last >= chosen.size()) throw fail();
    std::fill(chosen.begin() + first, chosen.begin() + last + 1, true);
    if (read.ptr == end) return chosen;
    if (*read.ptr != ',') throw fail();
    at = read.ptr + 1;
  }
}

/// One input: into the output itself, or into a file of its name where the output is a folder.
fs::path output_of(const Options& options, const fs::path& input) {
  const bool folder = options.inputs.size() > 1 || fs::is_directory(options.output);
  const fs::path path = folder ? options.output / input.filename() : options.output;
  std::error_code ignored;
  if (fs::equivalent(path, input, ignored)) {
    throw core::Error(core::ErrorCode::usage, "would be replaced by itself")
        .file(input.native())
        .remedy("Name another --output");
  }
  if (!options.force && fs::exists(path)) {
    throw core::Error(core::ErrorCode::output, "exists already")
        .file(path.native())
        .remedy("Give --force to replace it");
  }
  return path;
}

io::orbits::NtupleCount convert(const Options& options, const fs::path& input, unsigned threads,
                                core::Progress& progress) {
  io::root::WriterOptions file;
  read_codec(options.codec, file);
  file.threads = threads;
  const fs::path output = output_of(options, input);
  const auto source = io::open(input);
  try {
    io::root::Writer writer(output, file);
    const auto count = io::orbits::write_ntuple(*source, writer, options.ntuple, [&](std::uint64_t rows) {
      core::stop_if_interrupted();
      progress.advance(rows);
    });
    writer.commit();
    return count;
  } catch (core::Error& e) {
    e.file(input.native());
    throw;
  }
}

void print(const Options& options, const io::orbits::NtupleCount& count) {
  if (options.json) {
    core::JsonWriter json;
    json.begin_object().member("files", options.inputs.size()).member("read", count.read);
    json.member("selected", count.selected).member("prescale", options.ntuple.prescale).member("kept", count.kept);
    std::cout << json.end_object().text() << '\n';
  } else if (!options.quiet) {
    std::cout << core::with_commas(count.read) << " crossings read, " << core::with_commas(count.selected)
              << " of the chosen ones, " << core::with_commas(count.kept) << " kept (prescale "
              << options.ntuple.prescale << ")\n";
  }
}

void run(Options options) {
  if (!options.crossings.empty()) options.ntuple.crossings = crossings_of(options.crossings);
  const bool many = options.inputs.size() > 1;
  if (many) fs::create_directories(options.output);
  // Streams of network storage are slow one by one, so many files are read at once; one file has all cores.
  const unsigned streams = !many ? 1 : options.streams != 0 ? options.streams : core::available_cores();
  io::orbits::NtupleCount all;
  {
    core::Progress progress("ntuplise", 0, "crossings",
                            options.quiet || options.json ? core::ProgressMode::quiet : core::ProgressMode::automatic);
    std::mutex mutex;
    core::parallel_for(options.inputs.size(), streams, [&](std::size_t i, unsigned) {
      const auto count = convert(options, options.inputs[i], many ? 1 : 0, progress);
      const std::lock_guard lock(mutex);
      all.read += count.read, all.selected += count.selected, all.kept += count.kept;
    });
  }
  print(options, all);
}

}  // namespace

void add_ntuplise(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("ntuplise", "Write orbit files as flat ntuples");
  command->add_option("FILES", options->inputs, "Orbit files of CMSSW's scouting, or ntuples")->required();
  command
      ->add_option("-o,--output", options->output, "The ntuple; for several files a folder for ntuples of their names")
      ->required();
  command->add_option("--codec", options->codec, codec_help)->capture_default_str();
  command->add_option("--crossings", options->crossings, "Keep these alone, as 1-100,500 (default: all)");
  command
      ->add_option("--prescale", options->ntuple.prescale,
                   "Keep one crossing in so many, chosen by a hash of orbit and crossing: an unbiased sample")
      ->check(CLI::Range(1u, 1'000'000'000u))
      ->capture_default_str();
  command->add_option("--streams", options->streams, "Files at a time (default: cores); 64 for slow network storage")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--force", options->force, "Replace outputs that exist");
  command->add_flag("-q,--quiet", options->quiet, "No progress bar, no summary");
  command->add_flag("--json", options->json, "Print the summary as JSON");
  command->footer(
      "A row for each crossing with an object or a sum; columns as in CMSSW's L1ScoutingNano with hardware values.\n"
      "Orbit files need no conversion for trigloop's other commands, which read them as they are.\n"
      "Examples:\n  trigloop ntuplise orbits.root -o ntuple.root\n"
      "  trigloop ntuplise run396102/*.root -o ntuples --prescale 10 --streams 64");
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
