// trigloop scout: the scouting stream in, one exact spectrum a lumisection out.
#include "app/scout/scout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "app/commands.hpp"
#include "app/scout/commands.hpp"
#include "app/scout/record.hpp"
#include "app/scout/stages.hpp"
#include "core/interrupt.hpp"
#include "core/json_writer.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "io/any/any.hpp"
#include "scout/history/history.hpp"
#include "scout/history/places.hpp"
#include "scout/history/rates.hpp"
#include "scout/run/choice.hpp"
#include "scout/run/regimes.hpp"
#include "scout/run/run.hpp"

namespace trigloop::app {
namespace {

using core::Error;
using core::ErrorCode;

constexpr double rows_a_second = 3.0e6;  ///< of the detector's stream

struct Options {
  ScoutOptions examiner;
  FollowCommand follow;
  StageOptions stages;
  std::vector<std::string> inputs;
  std::string output, memory = "2G", part;
  std::vector<double> rates{50, 1000};
  unsigned threads = 0, streams = 1;
  bool quiet = false, json = false;
  RecordOptions record;
};

constexpr const char* examples = R"(Examples:
  trigloop scout run --model axol1tl_v5.onnx --input run396102_ls214.root --output records
  trigloop scout run --model axol1tl_v5.onnx --input '/eos/scouting/*.root' --output records --stream fill.yaml
  trigloop scout run --model axol1tl_v5.onnx --input '*.root' --output part0 --part 0/4
  trigloop scout run --model axol1tl_v5.onnx --follow /fifo --pattern '*.root' --output records --streams 8
  trigloop spectrum show records --rate 50 1000)";

/// What the lumisections of a run hold.
struct Sums {
  score::Spectrum all, pure;  ///< pure: empty without a menu
  std::uint64_t noncolliding = 0;
};

scout::History read_back(const scout::Ledger& ledger, const scout::RunSummary& summary, const Options& options) {
  std::vector<std::filesystem::path> records;
  for (const event::LumiKey lumi : summary.lumisections) records.push_back(ledger.folder() / scout::record_name(lumi));
  // Scores of different networks do not add up: after a switch, those of the last one.
  if (!options.examiner.conditions.empty())
    records =
        scout::find_records(records, scout::read_record(records.back(), scout::RecordPart::spectra).identity.model);
  return scout::read_history(records, scout::few_slices);
}

Sums sum_of(const scout::Ledger& ledger, const scout::RunSummary& summary, const Options& options,
            scout::RunningSum& running) {
  const std::optional<scout::History> known = running.of(summary.lumisections);
  const scout::History history = known ? *known : read_back(ledger, summary, options);
  Sums sums{history.sum(scout::Events::all), history.menu ? history.sum(scout::Events::pure) : score::Spectrum()};
  for (const scout::Slice& slice : history.slices) {
    sums.noncolliding += scout::total(slice.counts(scout::Events::noncolliding));
  }
  return sums;
}

void print_point(const char* name, const score::Spectrum& spectrum, const score::Exposure& exposure, double target) {
  const auto point = scout::working_point(spectrum, exposure, target);
  if (!point) return;
  std::cout << fmt::format("{:>6} {:>12} {:>12} {:>10} {:>14.3f} {:>14.3f}\n", name, target, point->threshold,
                           point->passing, point->exact, point->old);
}

void print_rates(const Sums& sums, const scout::Identity& identity, const std::vector<double>& rates) {
  if (!scout::working_point(sums.all, sums.all.exposure, 1)) {
    std::cout << "rates: not known, as the stream's exposure is not; see --stream\n";
    return;
  }
  std::cout << fmt::format("{:>6} {:>12} {:>12} {:>10} {:>14} {:>14}\n", "events", "target [Hz]", "code >= T",
                           "passing", "exact [Hz]", "share x bc [Hz]");
  for (const double rate : rates) {
    print_point("all", sums.all, sums.all.exposure, rate);
    if (!identity.menu.empty()) print_point("pure", sums.pure, sums.all.exposure, rate);
  }
}

double events_a_second(const scout::RunSummary& summary) {
  return summary.sum.seconds > 0 ? static_cast<double>(summary.sum.rows) / summary.sum.seconds : 0;
}

void print(const scout::RunSummary& summary, const scout::Ledger& ledger, const Options& options,
           scout::RunningSum& running) {
  const scout::Taken& sum = summary.sum;
  std::cout << fmt::format("{}: {} lumisections of {} inputs: {} events added", options.output,
                           summary.lumisections.size(), summary.inputs, core::with_commas(sum.added));
  if (sum.rows > 0) {
    std::cout << fmt::format(" in {:.2f} s, {:.2f} M events/s, {:.2f} x real time", sum.seconds,
                             events_a_second(summary) * 1e-6, events_a_second(summary) / rows_a_second);
  }
  std::cout << '\n';
  if (summary.done_before > 0) std::cout << summary.done_before << " inputs were done before\n";
  if (sum.repeated > 0) std::cout << core::with_commas(sum.repeated) << " rows stood twice in their input\n";
  if (sum.duplicate_orbits > 0) std::cout << core::with_commas(sum.duplicate_orbits) << " orbits were in already\n";
  if (sum.contradictions > 0) std::cout << sum.contradictions << " orbits contradict what is in; the first stays\n";
  if (!summary.incomplete.empty()) {
    std::cout << summary.incomplete.size() << " lumisections are incomplete; `trigloop scout show " << options.output
              << "` tells what is missing\n";
  }
  if (summary.stopped) std::cout << "stopped by a signal; what was complete is committed\n";
  if (!summary.lumisections.empty()) {
    print_rates(sum_of(ledger, summary, options, running), ledger.identity(), options.rates);
  }
}

void write_points(core::JsonWriter& out, std::string_view name, const score::Spectrum& spectrum,
                  const score::Exposure& exposure, const std::vector<double>& rates) {
  out.key(name).begin_array();
  for (const double rate : rates) {
    const auto point = scout::working_point(spectrum, exposure, rate);
    if (!point) continue;
    out.begin_object().member("target_hz", rate).member("threshold", point->threshold);
    out.member("passing", point->passing).member("exact_hz", point->exact).member("old_hz", point->old).end_object();
  }
  out.end_array();
}

void print_json(const scout::RunSummary& summary, const scout::Ledger& ledger, const Options& options,
                scout::RunningSum& running) {
  const scout::Taken& sum = summary.sum;
  core::JsonWriter out;
  out.begin_object().member("inputs", summary.inputs).member("done_before", summary.done_before);
  out.member("failed", summary.failed).member("stopped", summary.stopped).member("rows", sum.rows);
  out.member("added", sum.added).member("repeated_rows", sum.repeated);
  out.member("duplicate_orbits", sum.duplicate_orbits).member("contradictions", sum.contradictions);
  out.member("incomplete", std::uint64_t{summary.incomplete.size()});
  out.member("seconds", sum.seconds).member("events_per_second", events_a_second(summary));
  out.key("lumisections").begin_array();
  for (const event::LumiKey lumi : summary.lumisections) {
    out.begin_array().value(lumi.run).value(lumi.lumisection).end_array();
  }
  out.end_array();
  if (!summary.lumisections.empty()) {
    const Sums sums = sum_of(ledger, summary, options, running);
    out.member("events_all", sums.all.total()).member("noncolliding", sums.noncolliding);
    write_points(out, "all", sums.all, sums.all.exposure, options.rates);
    if (!ledger.identity().menu.empty()) {
      out.member("events_pure", sums.pure.total());
      write_points(out, "pure", sums.pure, sums.all.exposure, options.rates);
    }
  }
  std::cout << out.end_object().text() << '\n';
}

void check_inputs(const Options& options) {
  if (options.inputs.empty() == options.follow.folder.empty())
    throw Error(ErrorCode::usage, "say one of --input and --follow");
  if (options.follow.consume && !options.part.empty())
    throw Error(ErrorCode::usage, "--consume would remove what other parts have not read").remedy("Leave out --part");
  if (!options.examiner.shadows.empty() && !options.stages.to.empty())
    throw Error(ErrorCode::usage, "--shadow makes records, and --to stops before them");
}

std::vector<scout::Identity> shadows_of(const scout::Examiner& examiner) {
  std::vector<scout::Identity> identities;
  for (const scout::Shadow& shadow : examiner.shadows) identities.push_back(shadow.identity);
  return identities;
}

/// Null without conditions.
std::unique_ptr<scout::Regimes> regimes_of(const Options& options) {
  if (options.examiner.conditions.empty()) return nullptr;
  if (!options.stages.empty()) {
    throw Error(ErrorCode::usage, "--conditions do not go with --tap, --from and --to");
  }
  scout::RegimeOptions regimes;
  regimes.usual = examiner_options(options.examiner);
  regimes.conditions = options.examiner.conditions;
  regimes.models = options.examiner.models;
  regimes.overlap = options.examiner.overlap;
  regimes.records = options.output;
  regimes.say = [](const std::string& line) { std::cerr << "trigloop: " + line + "\n"; };
  return std::make_unique<scout::Regimes>(std::move(regimes));
}

scout::ReadingOptions reading_of(const Options& options, const scout::Examiner& examiner, scout::Regimes* regimes) {
  scout::ReadingOptions reading;
  if (regimes != nullptr) reading.examiner_at = [regimes](event::LumiKey lumi) { return regimes->at(lumi); };
  reading.threads = options.threads;
  reading.memory = reading.whole_memory = parse_bytes(options.memory, "--memory");
  if (!options.part.empty()) reading.wanted = scout::part(options.part);
  use_stages(options.stages, examiner, options.output, reading);
  return reading;
}

void follow_stream(const Options& options, const scout::Examiner& examiner, scout::Regimes* regimes) {
  FollowCommand command = options.follow;
  command.quiet = options.quiet;
  const StageStream stream = stream_of(options.stages, command.folder, command.patterns, options.output);
  command.folder = stream.folder.native();
  command.patterns = stream.patterns;
  scout::ReadingOptions reading = reading_of(options, examiner, regimes);
  command.streams = scout::streams_within(reading.memory, options.streams);
  reading = scout::share_of_stream(reading, command.streams);
  scout::Books books(stream.books, examiner.identity, ledger_options(options.examiner, examiner), shadows_of(examiner));
  ScoutRecord record(options.record, options.examiner, {}, books.main());
  follow(command, books, examiner.layout,
         options.stages.to.empty() ? scout::examine_with(examiner, reading)
                                   : examine_into_stores(options.stages, examiner, options.output, reading.threads));
  record.commit_new();
}

/// For the progress bar; 0 where it would take long to find out, or the run will tell what is wrong.
std::uint64_t events_to_read(const scout::RunOptions& run, const event::Layout& layout, const scout::Books& books) {
  constexpr std::size_t most_inputs = 100;
  if (run.inputs.size() > most_inputs || run.reading.wanted) return 0;
  std::uint64_t events = 0;
  try {
    for (const std::filesystem::path& path : run.inputs) {
      if (books.done(scout::identify(path))) continue;
      const auto source = run.reading.open ? run.reading.open(path) : io::open(path);
      events += io::find_table(source->info(), layout.table).entries;
    }
  } catch (const Error&) {
    return 0;
  }
  return events;
}

void scout_run(const Options& options) {
  check_inputs(options);
  const bool follows = !options.follow.folder.empty();
  if (!follows && run_stages_alone(options.stages, options.examiner, options.inputs, options.output, options.threads,
                                   options.follow.consume)) {
    return;
  }
  const std::unique_ptr<scout::Regimes> regimes = regimes_of(options);
  const scout::Examiner examiner = regimes ? regimes->usual() : make_examiner(options.stages, options.examiner);
  if (follows) return follow_stream(options, examiner, regimes.get());
  scout::RunningSum running;
  scout::LedgerOptions of_ledger = ledger_options(options.examiner, examiner);
  of_ledger.committed = [&running](const scout::Record& record) { running.add(record); };
  scout::Books books(options.output, examiner.identity, of_ledger, shadows_of(examiner));
  const scout::Ledger& ledger = books.main();
  scout::RunOptions run;
  run.inputs = inputs_of(options.stages, options.inputs);
  run.reading = reading_of(options, examiner, regimes.get());
  run.streams = options.streams;
  const std::uint64_t total = options.quiet ? 0 : events_to_read(run, examiner.layout, books);
  core::Progress progress("scouting", total, "events",
                          options.quiet ? core::ProgressMode::quiet : core::ProgressMode::automatic);
  run.reading.progress = [&](std::uint64_t events) { progress.advance(events); };
  ScoutRecord record(options.record, options.examiner, run.inputs, ledger);
  BatchInputs inputs(options.output, run.inputs, options.follow.consume);
  run.done = [&](const std::filesystem::path& path, const scout::Taken& taken) { inputs.done(path, taken); };
  run.failed = [&](const Error& error) { inputs.failed(error); };
  const scout::RunSummary summary = scout::run(examiner, books, run);
  record.commit(summary.lumisections);
  if (options.json) {
    print_json(summary, ledger, options, running);
  } else {
    print(summary, ledger, options, running);
  }
  if (summary.stopped && !core::asked_to_end()) throw ErrorsReported{ErrorCode::interrupted};
  if (summary.first_error) throw ErrorsReported{*summary.first_error};
}

}  // namespace

void add_scout_run(CLI::App& scout) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = scout.add_subcommand("run", "Score files, and commit one record a lumisection");
  add_examiner_options(*command, options->examiner);
  command->add_option("-i,--input", options->inputs, "Files, stores, or patterns in quotes");
  add_stage_options(*command, options->stages);
  command->add_option("-o,--output", options->output, "Folder of records and .axo files; made if need be")->required();
  command->add_option("--rate", options->rates, "Working points to print, in Hz")->capture_default_str();
  command->add_option("--part", options->part, "i/n: only lumisections whose number modulo n is i");
  command->add_option("--memory", options->memory, "Memory to use, as 300M or 2G")->capture_default_str();
  command->add_option("--threads", options->threads, "Threads (default: all cores)")->check(CLI::Range(1, 1024));
  command
      ->add_option("--streams", options->streams,
                   "Files to read at a time, where one stream of the storage is slow; fewer, if --memory holds no more")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--consume", options->follow.consume, "Remove a file after its lumisections are committed");
  add_follow_options(*command, options->follow);
  add_record_options(*command, options->record);
  command->add_flag("--json", options->json, "Print the summary as JSON (docs/formats.md)");
  command->add_flag("-q,--quiet", options->quiet, "No progress bar");
  command->footer(examples);
  command->callback([options] { scout_run(*options); });
}

void add_scout(CLI::App& program) {
  CLI::App* scout = program.add_subcommand("scout", "Turn the scouting stream into exact spectra, each event once");
  scout->require_subcommand(1);
  scout->footer("Examples:\n  trigloop scout run --model axol1tl_v5.onnx --input ls214.root --output records");
  add_scout_run(*scout);
  add_scout_show(*scout);
  add_scout_status(*scout);
  add_scout_quarantine(*scout);
  add_scout_submit(*scout);
  add_scout_page(*scout);
  add_scout_parity(*scout);
}

}  // namespace trigloop::app
