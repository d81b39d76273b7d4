// trigloop simulate: event files with known distributions, for tests, demonstrations and drift studies.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/events/codec_option.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/root/writer.hpp"
#include "simulate/scouting.hpp"
#include "simulate/training.hpp"

namespace trigloop::app {
namespace {

constexpr const char* drift_help =
    "Drifts (--drift, may be repeated) have a start, a size and, if wanted, a ramp; events before the start stay as\n"
    "they are. Starts are lumisections (LS412) or event numbers (100000).\n"
    "  jet-scale:start=LS412,size=+3%                the energy scale of jets moves\n"
    "  pile-up:start=LS400,size=+20%,ramp=10         the mean pile-up grows\n"
    "  dead-region:start=LS420,eta=-1..0.5,phi=90..120,size=100%   a region loses energy (phi in degrees)\n"
    "  noisy-tower:start=LS415,eta=1.2,phi=45,size=20GeV,rate=10%  a tower adds energy to some events\n"
    "  bunch-fill:start=LS430,size=2448              other bunches collide (scouting only)\n";

struct Common {
  std::filesystem::path output;
  std::uint64_t events = 0, seed = 1;
  unsigned threads = 0;
  bool quiet = false, json = false, force = false;
  std::vector<std::string> drifts;
};

/// "1e6" as "1000000"; what is no number is left for the option's own complaint.
std::string plain_number(const std::string& text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size() && value >= 0 && value < 1e18 &&
                     value == std::floor(value);
  return whole && text.find_first_of("eE.") != text.npos ? std::to_string(static_cast<std::uint64_t>(value)) : text;
}

void add_common(CLI::App& command, Common& c) {
  command.add_option("-o,--output", c.output, "The file to write")->required();
  command.add_option("-n,--events", c.events, "Number of events (1e6 and 1000000 are the same)")
      ->transform(plain_number);
  command.add_option("-s,--seed", c.seed, "Seed: equal seeds give equal bytes")->capture_default_str();
  command.add_option("-t,--threads", c.threads, "Threads (0: all cores); the bytes do not depend on it");
  command.add_option("--drift", c.drifts, "Something that goes wrong, see below")->allow_extra_args(false);
  command.add_flag("--force", c.force, "Replace the output if it exists");
  command.add_flag("-q,--quiet", c.quiet, "No progress bar, no summary");
  command.add_flag("--json", c.json, "Print the summary as JSON");
}

std::vector<simulate::Drift> drifts_of(const Common& c) {
  std::vector<simulate::Drift> drifts;
  for (const std::string& text : c.drifts) drifts.push_back(simulate::parse_drift(text));
  return drifts;
}

void refuse_to_overwrite(const Common& c) {
  if (c.force || !std::filesystem::exists(c.output)) return;
  throw core::Error(core::ErrorCode::output, "exists already")
      .file(c.output.native())
      .remedy("Give --force to replace it");
}

core::ProgressMode progress_mode(const Common& c) {
  return c.quiet || c.json ? core::ProgressMode::quiet : core::ProgressMode::automatic;
}

// ---- scouting

struct ScoutingCommand {
  Common common;
  simulate::ScoutingOptions options;
  std::string codec = "zstd:5";
};

void print(const ScoutingCommand& c, const simulate::ScoutingSummary& s) {
  if (c.common.json) {
    std::cout << nlohmann::ordered_json{{"output", c.common.output.string()},
                                        {"events", s.events},
                                        {"lumisections", s.lumisections},
                                        {"orbits", s.orbits},
                                        {"l1_fired", s.fired},
                                        {"run", c.options.run},
                                        {"first_lumisection", c.options.first_lumisection},
                                        {"seed", c.options.seed},
                                        {"bytes", std::filesystem::file_size(c.common.output)}}
                     .dump(2)
              << '\n';
  } else if (!c.common.quiet) {
    std::cout << c.common.output.native() << ": " << s.events << " events in " << s.lumisections << " lumisections, "
              << std::filesystem::file_size(c.common.output) / std::max<std::uint64_t>(s.events, 1)
              << " bytes an event; " << s.fired << " with an L1 bit\n";
  }
}

void run_scouting(ScoutingCommand& c) {
  refuse_to_overwrite(c.common);
  c.options.events = c.common.events;
  c.options.seed = c.common.seed;
  c.options.threads = c.common.threads;
  c.options.drifts = drifts_of(c.common);
  io::root::WriterOptions file;
  file.threads = c.common.threads;
  read_codec(c.codec, file);
  const double expected =
      c.options.lumisections * static_cast<double>(c.options.orbits) * c.options.bunches * c.options.kept;
  io::root::Writer writer(c.common.output, file);
  simulate::ScoutingSummary summary;
  {
    core::Progress progress("simulate", c.options.events != 0 ? c.options.events : static_cast<std::uint64_t>(expected),
                            "events", progress_mode(c.common));
    summary = simulate::write_scouting(c.options, writer, [&](std::uint64_t n) { progress.advance(n); });
    writer.commit();
  }
  print(c, summary);
}

void add_scouting(CLI::App& simulate) {
  const auto c = std::make_shared<ScoutingCommand>();
  CLI::App* command = simulate.add_subcommand("scouting", "A scouting ROOT file: Events and LuminosityBlocks");
  add_common(*command, c->common);
  command->add_option("-l,--lumisections", c->options.lumisections, "Number of lumisections");
  command->add_option("--codec", c->codec, codec_help)->capture_default_str();
  command->add_option("--run", c->options.run, "Run number")->capture_default_str();
  command->add_option("--first-lumisection", c->options.first_lumisection, "Its number")->capture_default_str();
  command->add_option("--orbits", c->options.orbits, "Recorded orbits of a lumisection (262144 is all of it)")
      ->capture_default_str();
  command->add_option("--bunches", c->options.bunches, "Colliding bunches of an orbit")->capture_default_str();
  command->add_option("--kept", c->options.kept, "Share of the colliding crossings that are kept")
      ->capture_default_str();
  command->footer(std::string("Examples:\n"
                              "  trigloop simulate scouting --output s.root --events 1e6\n"
                              "  trigloop simulate scouting -o d.root --lumisections 30 --first-lumisection 400 \\\n"
                              "      --drift jet-scale:start=LS412,size=+3%\n\n") +
                  drift_help);
  command->callback([c] { run_scouting(*c); });
}

// ---- HDF5 files of the training package

struct TrainingCommand {
  Common common;
  simulate::TrainingOptions options;
  int deflate = 4;
  bool signals = false;
};

void print(const TrainingCommand& c, const std::vector<simulate::TrainingSummary>& summaries) {
  if (c.common.json) {
    nlohmann::ordered_json processes = nlohmann::ordered_json::array();
    for (const auto& s : summaries)
      processes.push_back({{"name", s.process}, {"events", s.events}, {"l1_fired", s.fired}});
    std::cout << nlohmann::ordered_json{{"output", c.common.output.string()},
                                        {"seed", c.common.seed},
                                        {"processes", processes},
                                        {"bytes", std::filesystem::file_size(c.common.output)}}
                     .dump(2)
              << '\n';
  } else if (!c.common.quiet) {
    for (const auto& s : summaries)
      std::cout << s.process << ": " << s.events << " events, " << s.fired << " with an L1 bit\n";
  }
}

void run_training(TrainingCommand& c) {
  refuse_to_overwrite(c.common);
  c.options.events = c.common.events;
  c.options.seed = c.common.seed;
  c.options.threads = c.common.threads;
  c.options.drifts = drifts_of(c.common);
  const std::size_t processes = c.signals ? simulate::find_signals(c.options.signals).size() : 1;
  io::hdf5::Writer writer(c.common.output, {.deflate = c.deflate, .threads = c.common.threads});
  std::vector<simulate::TrainingSummary> summaries;
  {
    core::Progress progress("simulate", processes * c.options.events, "events", progress_mode(c.common));
    const auto advance = [&](std::uint64_t n) { progress.advance(n); };
    summaries = c.signals ? simulate::write_signals(c.options, writer, advance)
                          : simulate::write_zerobias(c.options, writer, advance);
    writer.commit();
  }
  print(c, summaries);
}

CLI::App* add_training(CLI::App& simulate, bool signals, const char* name, const char* about) {
  const auto c = std::make_shared<TrainingCommand>();
  c->signals = signals;
  CLI::App* command = simulate.add_subcommand(name, about);
  add_common(*command, c->common);
  command->add_option("--deflate", c->deflate, "gzip level, 0 to 9")->capture_default_str()->check(CLI::Range(0, 9));
  if (signals)
    command->add_option("--signal", c->options.signals, "Only this one (may be repeated)")->allow_extra_args(false);
  command->callback([c] { run_training(*c); });
  return command;
}

}  // namespace

void add_simulate(CLI::App& program) {
  CLI::App* command = program.add_subcommand("simulate", "Write events with known distributions (docs/simulation.md)");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n  trigloop simulate scouting --output s.root --events 1e6\n  trigloop simulate zerobias --output "
      "z.h5 --events 1e5");
  add_scouting(*command);
  add_training(*command, false, "zerobias", "Zero-bias events as the HDF5 file of the training package")
      ->footer(std::string("Examples:\n  trigloop simulate zerobias --output z.h5 --events 2e6 --seed 7\n\n") +
               drift_help);
  add_training(*command, true, "signals", "Ten signal processes as the HDF5 file of the training package")
      ->footer(
          "Examples:\n  trigloop simulate signals --output s.h5 --events 12000\n"
          "  trigloop simulate signals -o tt.h5 -n 1e5 --signal TT --signal ttHto2B");
}

}  // namespace trigloop::app
