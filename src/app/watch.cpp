// trigloop watch: rates, thresholds and scores of scouted lumisections, all at once or as they come.
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

#include "app/commands.hpp"
#include "app/pause.hpp"
#include "app/record.hpp"
#include "app/report/working_points.hpp"
#include "core/interrupt.hpp"
#include "report/watch/course_figures.hpp"
#include "report/watch/drift_figures.hpp"
#include "serve/http.hpp"
#include "watch/drift_run.hpp"
#include "watch/report.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> spectra;
  WorkingPoints points;
  std::string html;
  fs::path token_file;
  watch::DriftOptions drift;
  unsigned bunches = 0, threads = 0;
  std::size_t lines = 20;
  double pause = 5;
  bool follow = false, json = false;
  RecordOptions record;
};

using Drift = std::optional<watch::DriftRun>;

Drift drift_of(const Options& options) {
  if (options.drift.reference.empty()) return std::nullopt;
  watch::DriftOptions drift = options.drift;
  drift.threads = options.threads;
  if (!options.token_file.empty()) drift.webhook.token = serve::read_token(options.token_file);
  return watch::DriftRun(std::move(drift));
}

/// The thresholds are the reference's, where one is given.
watch::CourseOptions course_options(const Options& options, const Drift& drift) {
  watch::CourseOptions course;
  if (drift) course = watch::course_of_reference(drift->reference());
  course.bunches = options.bunches;
  course.threads = options.threads;
  course.points = options.points.points(std::move(course.points));
  if (!options.drift.conditions.empty()) {
    course.conditions =
        std::make_shared<const conditions::Conditions>(conditions::load_conditions(options.drift.conditions));
    for (watch::Point& point : watch::firmware_points(*course.conditions)) course.points.push_back(std::move(point));
  }
  return course;
}

void write_page(const Options& options, const watch::Course& course, const Drift& drift) {
  if (options.html.empty()) return;
  report::Page page;
  page.title = "Watch";
  report::watching::add_course(page, course);
  if (drift) report::watching::add_drift(page, drift->monitor());
  report::write_page(page, options.html);
}

void print(const Options& options, const watch::Course& course, const Drift& drift) {
  const watch::RareScores rare = watch::rare_scores(course.all);
  if (options.json) {
    std::cout << watch::course_as_json(course, rare, drift ? watch::drift_json(drift->monitor()) : "") << '\n';
    return;
  }
  std::cout << watch::course_as_text(course, rare, options.lines);
  if (!drift) return;
  std::cout << '\n' << watch::drift_text(drift->monitor());
  if (drift->of_other_models() > 0) {
    std::cout << drift->of_other_models()
              << " lumisections were scored by another model than the reference's: their drift is not watched\n";
  }
}

std::vector<fs::path> files_now(const Options& options) {
  try {
    return watch::find_lumis(options.spectra);
  } catch (const core::Error& e) {
    if (!options.follow || e.code() != core::ErrorCode::not_found) throw;
    return {};
  }
}

/// What fails is tried again at the next look.
void deliver(Drift& drift) {
  if (!drift) return;
  if (const std::string failure = drift->deliver(); !failure.empty()) std::cerr << "trigloop: " << failure << '\n';
}

/// An alarm and what it was raised from.
void record(const Options& options, const watch::Alarm& alarm) {
  Recorder record(options.record, "watch");
  record.input("reference", "reference", options.drift.reference);
  if (!options.drift.conditions.empty()) record.input("conditions", "config", options.drift.conditions);
  record.output_text("alarm", "alarm", alarm.cause.kind, "alarm.json", watch::alarm_json(alarm));
  record.commit();
}

void take(const Options& options, Drift& drift, const std::vector<fs::path>& files, bool print) {
  if (!drift) return;
  drift->take(files, [&](const watch::Alarm& alarm) {
    if (print) std::cout << watch::alarm_text(alarm);
    record(options, alarm);
  });
}

void follow(const Options& options, watch::Course& course, Drift& drift, std::set<fs::path> known) {
  while (!core::interrupted()) {
    pause(options.pause);
    std::vector<fs::path> fresh;
    for (const fs::path& file : files_now(options)) {
      if (known.insert(file).second) fresh.push_back(file);
    }
    deliver(drift);
    if (fresh.empty()) continue;
    const std::size_t first = course.lumis.size();
    if (first == 0) {  // the first ones give the thresholds
      course = watch::follow_course(fresh, course_options(options, drift));
    } else {
      watch::extend_course(course, fresh, options.threads);
    }
    for (std::size_t l = first; l < course.lumis.size(); ++l) std::cout << watch::lumi_line(course, l);
    take(options, drift, fresh, true);
    deliver(drift);
    std::cout.flush();
    write_page(options, course, drift);
  }
  if (!core::asked_to_end()) core::stop_if_interrupted();
}

void run(const Options& options) {
  const std::vector<fs::path> files = files_now(options);
  if (files.empty() && !options.follow) {
    throw core::Error(core::ErrorCode::not_found, "there is neither a record nor an .axo file")
        .file(options.spectra.front().native());
  }
  Drift drift = drift_of(options);
  watch::Course course = watch::follow_course(files, course_options(options, drift));
  take(options, drift, files, false);
  deliver(drift);
  print(options, course, drift);
  write_page(options, course, drift);
  if (options.follow) follow(options, course, drift, {files.begin(), files.end()});
}

}  // namespace

void add_watch(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("watch", "Rates, thresholds and drift of scouted lumisections");
  command->add_option("--spectra", options->spectra, "Output folders of `trigloop scout run`, or folders of .axo files")
      ->required();
  command->add_flag("--follow", options->follow, "Go on with lumisections as they come, until stopped");
  options->points.add_to(*command);
  command->add_option("--bunches", options->bunches, "Colliding bunches, where the exposure does not tell rates (.axo)")
      ->check(CLI::Range(1, 3564));
  command
      ->add_option("--reference", options->drift.reference,
                   "What is normal (`trigloop reference build`): look for drift")
      ->excludes("--raw")
      ->excludes("--pure");
  command->add_option("--conditions", options->drift.conditions,
                      "What was valid when (`trigloop conditions`): thresholds, bunches, luminosity");
  command
      ->add_option("--state", options->drift.state, "Keep the detectors' state in this file; a restart goes on from it")
      ->needs("--reference");
  command
      ->add_option("--on-alarm", options->drift.on_alarm,
                   "Run this by sh with each new alarm as JSON on its standard input, until it ends with 0")
      ->needs("--reference");
  command
      ->add_option("--webhook", options->drift.webhook.url,
                   "Post each new alarm as JSON to this http:// or https:// URL, until it is taken")
      ->needs("--reference");
  command
      ->add_option("--webhook-token-file", options->token_file,
                   "A file that others may not read, with a token to send along (Bearer)")
      ->needs("--webhook");
  command
      ->add_option("--mean-time", options->drift.monitor.mean_time, "Mean number of lumisections between false alarms")
      ->check(CLI::Range(10.0, 1e9))
      ->capture_default_str();
  command->add_option("--lines", options->lines, "How many lumisections to print, the latest")->capture_default_str();
  command->add_option("--html", options->html, "Draw a page, too; it works without network");
  command->add_option("--pause", options->pause, "Seconds between looks at the folders")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads (default: all cores)");
  command->add_flag("--json", options->json, "Print as JSON (docs/formats.md)")->excludes("--follow");
  add_record_options(*command, options->record);
  command->footer(
      "Examples:\n  trigloop watch --spectra records\n  trigloop watch --spectra records --follow --html watch.html\n"
      "  trigloop watch --spectra StoreStage4 --bunches 2544\n"
      "  trigloop watch --spectra records --reference normal.json --state watch.state --follow");
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
