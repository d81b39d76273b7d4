// trigloop watch: rates, thresholds and scores of scouted lumisections, all at once or as they come.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "app/commands.hpp"
#include "core/file.hpp"
#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "report/watch/course_figures.hpp"
#include "report/watch/drift_figures.hpp"
#include "scout/record/record.hpp"
#include "watch/report.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> spectra;
  std::vector<double> raw, pure;
  std::string html, reference, conditions, state;
  watch::MonitorOptions monitor;
  unsigned bunches = 0, threads = 0;
  std::size_t lines = 20;
  double pause = 5;
  bool follow = false, json = false;
};

/// The detectors, if a reference was given, and their state on disk.
class Drift {
 public:
  explicit Drift(const Options& options) : options_(options) {
    if (!options.conditions.empty()) conditions_ = watch::load_conditions(options.conditions);
    if (options.reference.empty()) return;
    reference_ = watch::load_reference(options.reference);
    monitor_.emplace(*reference_, options.monitor);
    if (options.state.empty() || !fs::exists(options.state)) return;
    monitor_->restore(core::read_text(options.state, 1u << 30), options.state);
  }

  const watch::Reference* reference() const { return reference_ ? &*reference_ : nullptr; }
  const watch::Monitor* monitor() const { return monitor_ ? &*monitor_ : nullptr; }

  /// Takes the lumisections behind the last one that was taken, in order, and commits the state. Prints new alarms.
  void take(const std::vector<fs::path>& files, bool print) {
    if (!monitor_) return;
    std::vector<fs::path> fresh;
    const auto last = monitor_->last();
    for (const fs::path& file : files) {
      const auto key = scout::lumi_of(file);
      if (key && (!last || *key > *last)) fresh.push_back(file);
    }
    for (std::size_t first = 0; first < fresh.size(); first += piece) {
      take_piece({fresh.begin() + static_cast<std::ptrdiff_t>(first),
                  fresh.begin() + static_cast<std::ptrdiff_t>(std::min(first + piece, fresh.size()))},
                 print);
    }
  }

 private:
  static constexpr std::size_t piece = 1024;

  void take_piece(const std::vector<fs::path>& files, bool print) {
    std::vector<watch::Sample> samples(files.size());
    core::parallel_for(files.size(), options_.threads, [&](std::size_t i, unsigned) {
      samples[i] = watch::sample_of(watch::read_lumi(files[i], watch::LumiPart::whole), *reference_,
                                    conditions_ ? &*conditions_ : nullptr);
    });
    for (const watch::Sample& sample : samples) {
      const watch::Alarm* alarm = monitor_->step(sample);
      if (alarm != nullptr && print && alarm->confirmations == 0) std::cout << watch::alarm_text(*alarm);
    }
    if (options_.state.empty()) return;
    core::OutputFile file(options_.state);
    file.write(std::string_view(monitor_->save()));
    file.commit();
  }

  const Options& options_;
  std::optional<watch::Conditions> conditions_;
  std::optional<watch::Reference> reference_;
  std::optional<watch::Monitor> monitor_;
};

/// The thresholds are the reference's, where one is given.
watch::CourseOptions course_options(const Options& options, const watch::Reference* reference) {
  watch::CourseOptions course;
  course.bunches = options.bunches;
  course.threads = options.threads;
  if (reference != nullptr || !options.raw.empty() || !options.pure.empty()) course.points.clear();
  if (reference != nullptr) {
    for (const watch::RateReference& rate : reference->rates) {
      course.points.push_back(rate.point);
      course.thresholds.emplace_back(rate.threshold);
    }
    return course;
  }
  for (const double hz : options.pure) course.points.push_back({true, hz});
  for (const double hz : options.raw) course.points.push_back({false, hz});
  return course;
}

void write_page(const Options& options, const watch::Course& course, const Drift& drift) {
  if (options.html.empty()) return;
  report::Page page;
  page.title = "Watch";
  report::watching::add_course(page, course);
  if (drift.monitor() != nullptr) report::watching::add_drift(page, *drift.monitor());
  report::write_page(page, options.html);
}

void print(const Options& options, const watch::Course& course, const Drift& drift) {
  const watch::RareScores rare = watch::rare_scores(course.all);
  if (options.json) {
    std::cout << watch::course_as_json(course, rare, drift.monitor() ? watch::drift_json(*drift.monitor()) : "")
              << '\n';
    return;
  }
  std::cout << watch::course_as_text(course, rare, options.lines);
  if (drift.monitor() != nullptr) std::cout << '\n' << watch::drift_text(*drift.monitor());
}

/// Waits in short steps, so that an interrupt is not kept waiting.
void wait(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end && !core::interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

std::vector<fs::path> files_now(const Options& options) {
  try {
    return watch::find_lumis(options.spectra);
  } catch (const core::Error& e) {
    if (!options.follow || e.code() != core::ErrorCode::not_found) throw;
    return {};
  }
}

void follow(const Options& options, watch::Course& course, Drift& drift, std::set<fs::path> known) {
  while (!core::interrupted()) {
    wait(options.pause);
    std::vector<fs::path> fresh;
    for (const fs::path& file : files_now(options)) {
      if (known.insert(file).second) fresh.push_back(file);
    }
    if (fresh.empty()) continue;
    const std::size_t first = course.lumis.size();
    watch::extend_course(course, fresh, options.threads);
    for (std::size_t l = first; l < course.lumis.size(); ++l) std::cout << watch::lumi_line(course, l);
    drift.take(fresh, true);
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
  Drift drift(options);
  watch::Course course = watch::follow_course(files, course_options(options, drift.reference()));
  drift.take(files, false);
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
  command->add_option("--raw", options->raw, "Working points of all events, Hz (default: 1000 5000 10000)");
  command->add_option("--pure", options->pure, "Working points of pure events, Hz (default: 50)");
  command->add_option("--bunches", options->bunches, "Colliding bunches, where the exposure does not tell rates (.axo)")
      ->check(CLI::Range(1, 3564));
  command->add_option("--reference", options->reference, "What is normal (`trigloop reference build`): look for drift")
      ->excludes("--raw")
      ->excludes("--pure");
  command->add_option("--conditions", options->conditions,
                      "Luminosity and what was valid when (`trigloop conditions`)");
  command->add_option("--state", options->state, "Keep the detectors' state in this file; a restart goes on from it")
      ->needs("--reference");
  command->add_option("--mean-time", options->monitor.mean_time, "Mean number of lumisections between false alarms")
      ->check(CLI::Range(10.0, 1e9))
      ->capture_default_str();
  command->add_option("--lines", options->lines, "How many lumisections to print, the latest")->capture_default_str();
  command->add_option("--html", options->html, "Draw a page, too; it works without network");
  command->add_option("--pause", options->pause, "Seconds between looks at the folders")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads (default: all cores)");
  command->add_flag("--json", options->json, "Print as JSON (docs/formats.md)")->excludes("--follow");
  command->footer(
      "Examples:\n  trigloop watch --spectra records\n  trigloop watch --spectra records --follow --html watch.html\n"
      "  trigloop watch --spectra StoreStage4 --bunches 2544\n"
      "  trigloop watch --spectra records --reference normal.json --state watch.state --follow");
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
