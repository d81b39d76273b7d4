// trigloop ntuplise: orbit files as the flat ntuples that CMSSW makes of them.
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>

#include "app/commands.hpp"
#include "app/events/codec_option.hpp"
#include "app/events/crossings_option.hpp"
#include "core/interrupt.hpp"
#include "core/json_writer.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "io/any/any.hpp"
#include "io/choice.hpp"
#include "io/orbits/ntuple.hpp"
#include "io/orbits/orbits.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> inputs;
  fs::path output;
  std::string codec = "zstd:5", crossings;
  event::CrossingChoice choice;
  FillOption fill;
  unsigned streams = 0;
  bool empty_too = false, force = false, quiet = false, json = false;
};

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

/// All 3564 crossings of each orbit.
std::shared_ptr<const io::Source> with_empty(const fs::path& input) {
  auto stored = io::open_stored(input);
  if (io::orbits::holds_orbits(*stored)) return io::orbits::as_crossings(std::move(stored), true);
  throw core::Error(core::ErrorCode::usage, "is no file of orbits, and does not tell empty crossings")
      .file(input.native())
      .remedy("Leave out --empty");
}

/// The events of an input that are chosen.
std::shared_ptr<const io::Source> open(const Options& options, const fs::path& input, io::ChoiceCount& count) {
  std::shared_ptr<const io::Source> source = options.empty_too ? with_empty(input) : io::open(input);
  if (!options.choice.is_all())
    return io::choose(source, {"Events", "orbitNumber", "bunchCrossing", options.choice}, &count);
  count.read = count.chosen = count.kept = io::find_table(source->info(), "Events").entries;
  return source;
}

io::ChoiceCount convert(const Options& options, const fs::path& input, unsigned threads, core::Progress& progress) {
  io::root::WriterOptions file;
  read_codec(options.codec, file);
  file.threads = threads;
  const fs::path output = output_of(options, input);
  try {
    io::ChoiceCount count;
    const auto source = open(options, input, count);
    io::root::Writer writer(output, file);
    io::orbits::write_ntuple(*source, writer, [&](std::uint64_t rows) {
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

void print(const Options& options, const io::ChoiceCount& count) {
  if (options.json) {
    core::JsonWriter json;
    json.begin_object().member("files", options.inputs.size()).member("read", count.read);
    json.member("selected", count.chosen).member("prescale", options.choice.prescale).member("kept", count.kept);
    std::cout << json.end_object().text() << '\n';
  } else if (!options.quiet) {
    std::cout << core::with_commas(count.read) << " crossings read, " << core::with_commas(count.chosen)
              << " of the chosen ones, " << core::with_commas(count.kept) << " kept (prescale "
              << options.choice.prescale << ")\n";
  }
}

void run(Options options) {
  if (!options.crossings.empty()) options.choice.crossings = read_crossings(options.crossings, "--crossings");
  if (options.fill.fill != 0) options.choice.crossings = read_crossings(options.fill);
  const bool many = options.inputs.size() > 1;
  if (many) fs::create_directories(options.output);
  // Streams of network storage are slow one by one, so many files are read at once; one file has all cores.
  const unsigned streams = !many ? 1 : options.streams != 0 ? options.streams : core::available_cores();
  io::ChoiceCount all;
  {
    core::Progress progress("ntuplise", 0, "crossings",
                            options.quiet || options.json ? core::ProgressMode::quiet : core::ProgressMode::automatic);
    std::mutex mutex;
    core::parallel_for(options.inputs.size(), streams, [&](std::size_t i, unsigned) {
      const auto count = convert(options, options.inputs[i], many ? 1 : 0, progress);
      const std::lock_guard lock(mutex);
      all.read += count.read, all.chosen += count.chosen, all.kept += count.kept;
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
  add_fill_options(
      *command, options->fill,
      command->add_option("--crossings", options->crossings, std::string("Keep these alone: ") + crossings_help));
  command
      ->add_option("--prescale", options->choice.prescale,
                   "Keep one crossing in so many, chosen by a hash of orbit and crossing: an unbiased sample")
      ->check(CLI::Range(1u, 1'000'000'000u))
      ->capture_default_str();
  command->add_option("--streams", options->streams, "Files at a time (default: cores); 64 for slow network storage")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--empty", options->empty_too, "Rows for crossings that hold nothing, too: 3564 an orbit");
  command->add_flag("--force", options->force, "Replace outputs that exist");
  command->add_flag("-q,--quiet", options->quiet, "No progress bar, no summary");
  command->add_flag("--json", options->json, "Print the summary as JSON");
  command->footer(
      "A row for each crossing with an object or a sum; columns as in CMSSW's L1ScoutingNano with hardware values.\n"
      "Orbit files need no conversion for trigloop's other commands, which read them as they are.\n"
      "Examples:\n  trigloop ntuplise orbits.root -o ntuple.root\n"
      "  trigloop ntuplise run396102/*.root -o ntuples --prescale 10 --streams 64\n"
      "  trigloop ntuplise run396102_ls0012_index0.raw -o ntuple.root --crossings colliding.txt\n"
      "  trigloop ntuplise orbits.root -o ntuple.root --fill 10732 --fill-scheme conditions.yaml");
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
